select l.*, ps_supplycost from gold.lineitem l left join gold.partsupp on ps_partkey = l_partkey and ps_suppkey = l_suppkey
