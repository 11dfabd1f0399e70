select * from gold.lineitem
