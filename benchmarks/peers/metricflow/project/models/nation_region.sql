select n_nationkey, n_name, r_name from gold.nation left join gold.region on r_regionkey = n_regionkey
