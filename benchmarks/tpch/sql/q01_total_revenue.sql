-- Total revenue.
-- form plain: one pass
select sum(l_extendedprice * (1 - l_discount)) as revenue from lineitem
-- form split: two sums instead of a difference a row
select sum(l_extendedprice) - sum(l_extendedprice * l_discount) as revenue from lineitem
-- form integers: money as whole hundredths, scaled back at the end
select (sum((l_extendedprice * 100)::bigint * (100 - (l_discount * 100)::bigint))::decimal(38, 4) / 10000)::decimal(38, 4) as revenue
from lineitem
-- form narrow: the columns cast to what they really need
select sum(l_extendedprice::decimal(9, 2) * (1 - l_discount::decimal(3, 2))) as revenue from lineitem
-- form by_discount: eleven groups of discount, one product each
select sum(price * (1 - l_discount))::decimal(38, 4) as revenue
from (select l_discount, sum(l_extendedprice) as price from lineitem group by all)
