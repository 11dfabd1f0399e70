select * from gold.orders
