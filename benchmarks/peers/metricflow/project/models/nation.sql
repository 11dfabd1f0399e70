select * from gold.nation
