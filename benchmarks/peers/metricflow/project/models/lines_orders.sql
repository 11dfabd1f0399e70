select l.*, o_custkey, o_orderdate from gold.lineitem l left join gold.orders on o_orderkey = l_orderkey
