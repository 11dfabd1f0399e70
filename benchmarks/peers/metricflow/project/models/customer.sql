select * from gold.customer
