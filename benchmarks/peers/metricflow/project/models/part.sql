select * from gold.part
