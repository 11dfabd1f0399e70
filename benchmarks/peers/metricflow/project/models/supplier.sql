select * from gold.supplier
