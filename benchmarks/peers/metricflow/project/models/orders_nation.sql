select o.*, c_nationkey from gold.orders o left join gold.customer on c_custkey = o_custkey
