-- Revenue, orders and revenue an order by market segment: two facts of two grains.
-- form deferred: segments after grouping orders by customer only for the count
with r as (
    select c_mktsegment as segment, sum(l_extendedprice * (1 - l_discount)) as revenue
    from lineitem join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey group by 1),
o as (select c_mktsegment as segment, sum(n)::bigint as orders
    from (select o_custkey, count(*) as n from orders group by 1) join customer on c_custkey = o_custkey group by 1)
select segment, revenue, orders, revenue::double / nullif(orders, 0) as revenue_per_order
from r full join o using (segment) order by 1
-- form two_scans: each fact at its own grain, then one FULL JOIN
with r as (
    select c_mktsegment as segment, sum(l_extendedprice * (1 - l_discount)) as revenue
    from lineitem join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey group by 1),
o as (select c_mktsegment as segment, count(*) as orders from orders join customer on c_custkey = o_custkey group by 1)
select segment, revenue, orders, revenue::double / nullif(orders, 0) as revenue_per_order
from r full join o using (segment) order by 1
-- form left: what is right on any data
with r as (
    select c_mktsegment as segment, sum(l_extendedprice * (1 - l_discount)) as revenue, null::bigint as orders
    from lineitem left join orders on o_orderkey = l_orderkey left join customer on c_custkey = o_custkey group by 1),
o as (select c_mktsegment as segment, null::decimal(38, 4) as revenue, count(*) as orders
    from orders left join customer on c_custkey = o_custkey group by 1)
select segment, sum(revenue) as revenue, sum(orders)::bigint as orders, sum(revenue)::double / nullif(sum(orders), 0)::double as revenue_per_order
from (from r union all from o) group by 1 order by 1
-- form one_join: lines summed by order, then one pass over orders (right where each line has its order)
with l as (select l_orderkey, sum(l_extendedprice * (1 - l_discount)) as r from lineitem group by 1)
select c_mktsegment as segment, sum(r) as revenue, count(*) as orders, sum(r)::double / nullif(count(*), 0) as revenue_per_order
from orders left join l on l_orderkey = o_orderkey join customer on c_custkey = o_custkey group by 1 order by 1
-- form shared: orders with their segment once, read by both facts
with o as materialized (select o_orderkey, c_mktsegment from orders join customer on c_custkey = o_custkey),
r as (select c_mktsegment, sum(l_extendedprice * (1 - l_discount)) as revenue from lineitem join o on o_orderkey = l_orderkey group by 1),
n as (select c_mktsegment, count(*) as orders from o group by 1)
select c_mktsegment as segment, revenue, orders, revenue::double / nullif(orders, 0) as revenue_per_order
from r full join n using (c_mktsegment) order by 1
-- form shared_integer: the same with the segment as a small integer
with s as materialized (select c_mktsegment, row_number() over () :: tinyint as s from (select distinct c_mktsegment from customer)),
o as materialized (select o_orderkey, s from orders join (select c_custkey, s from customer join s using (c_mktsegment)) on c_custkey = o_custkey),
r as (select s, sum(l_extendedprice * (1 - l_discount)) as revenue from lineitem join o on o_orderkey = l_orderkey group by 1),
n as (select s, count(*) as orders from o group by 1)
select c_mktsegment as segment, revenue, orders, revenue::double / nullif(orders, 0) as revenue_per_order
from r full join n using (s) join s using (s) order by 1
-- form by_customer: both facts summed by customer before the segment
with r as (select o_custkey, sum(l_extendedprice * (1 - l_discount)) as revenue from lineitem join orders on o_orderkey = l_orderkey group by 1),
o as (select o_custkey, count(*) as orders from orders group by 1)
select c_mktsegment as segment, sum(revenue) as revenue, sum(orders)::bigint as orders, sum(revenue)::double / nullif(sum(orders), 0)::double as revenue_per_order
from customer left join r on r.o_custkey = c_custkey left join o on o.o_custkey = c_custkey
group by 1 having sum(orders) is not null or sum(revenue) is not null order by 1
-- form keyed: the segment's number instead of its text while grouping
with s as materialized (select row_number() over (order by c_mktsegment) as s, c_mktsegment from (select distinct c_mktsegment from customer)),
c as materialized (select c_custkey, s from customer join s using (c_mktsegment)),
r as (select s, sum(l_extendedprice * (1 - l_discount)) as revenue from lineitem join orders on o_orderkey = l_orderkey join c on c_custkey = o_custkey group by 1),
o as (select s, count(*) as orders from orders join c on c_custkey = o_custkey group by 1)
select c_mktsegment as segment, revenue, orders, revenue::double / nullif(orders, 0) as revenue_per_order
from s left join r using (s) left join o using (s) where orders is not null or revenue is not null order by 1
-- form order_value: the value of each order first, both facts from one join of orders and customers
select c_mktsegment as segment, sum(r) as revenue, count(*) as orders, sum(r)::double / nullif(count(*), 0) as revenue_per_order
from (select o_custkey, r from orders left join (select l_orderkey, sum(l_extendedprice * (1 - l_discount)) as r from lineitem group by 1) on l_orderkey = o_orderkey)
join customer on c_custkey = o_custkey group by 1 order by 1
-- form mixed: revenue by segment, orders counted by customer first
with r as (select c_mktsegment, sum(l_extendedprice * (1 - l_discount)) as revenue
    from lineitem join (select o_orderkey, c_mktsegment from orders join customer on c_custkey = o_custkey) on o_orderkey = l_orderkey group by 1),
o as (select c_mktsegment, sum(n)::bigint as orders from customer join (select o_custkey, count(*) as n from orders group by 1) on c_custkey = o_custkey group by 1)
select c_mktsegment as segment, revenue, orders, revenue::double / nullif(orders, 0) as revenue_per_order
from r full join o using (c_mktsegment) order by 1
