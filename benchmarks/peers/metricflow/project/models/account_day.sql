select * from gold.account_day
