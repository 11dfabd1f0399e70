select * from gold.partsupp
