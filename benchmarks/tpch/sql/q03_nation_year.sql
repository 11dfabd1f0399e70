-- Revenue by the customer's nation and the year of the order: three hops from the line.
-- form keys_then_names: group by small integers, names after
select n_name as nation, make_date(y::int, 1, 1) as year, sum(r) as revenue
from (select c_nationkey, year(o_orderdate) as y, sum(l_extendedprice * (1 - l_discount)) as r
      from lineitem join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey group by 1, 2)
join nation on n_nationkey = c_nationkey group by 1, 2 order by 1, 2
-- form packed: the group packed into one small integer on the side of orders (knows the data)
with o as (
    select o_orderkey, (c_nationkey * 8 + year(o_orderdate) - 1992)::smallint as g from orders join customer on c_custkey = o_custkey)
select n_name as nation, make_date(1992 + (g % 8)::int, 1, 1) as year, sum(r) as revenue
from (select g, sum(l_extendedprice * (1 - l_discount)) as r from lineitem join o on o_orderkey = l_orderkey group by 1)
join nation on n_nationkey = g // 8 group by 1, 2 order by 1, 2
-- form inner: joins as they read
select n_name as nation, make_date(year(o_orderdate)::int, 1, 1) as year, sum(l_extendedprice * (1 - l_discount)) as revenue
from lineitem join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey join nation on n_nationkey = c_nationkey
group by 1, 2 order by 1, 2
-- form left: what is right on any data
select n_name as nation, date_trunc('year', o_orderdate)::date as year, sum(l_extendedprice * (1 - l_discount)) as revenue
from lineitem left join orders on o_orderkey = l_orderkey left join customer on c_custkey = o_custkey
left join nation on n_nationkey = c_nationkey
group by 1, 2 order by 1, 2
-- form inner_trunc: the same with date_trunc
select n_name as nation, date_trunc('year', o_orderdate)::date as year, sum(l_extendedprice * (1 - l_discount)) as revenue
from lineitem join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey join nation on n_nationkey = c_nationkey
group by 1, 2 order by 1, 2
-- form orders_first: the side of orders made once with just what is needed
with o as materialized (
    select o_orderkey, c_nationkey, year(o_orderdate) as y from orders join customer on c_custkey = o_custkey)
select n_name as nation, make_date(y::int, 1, 1) as year, sum(r) as revenue
from (select c_nationkey, y, sum(l_extendedprice * (1 - l_discount)) as r from lineitem join o on o_orderkey = l_orderkey group by 1, 2)
join nation on n_nationkey = c_nationkey group by 1, 2 order by 1, 2
-- form lines_first: lines summed by order before the join
with l as (select l_orderkey, sum(l_extendedprice * (1 - l_discount)) as r from lineitem group by 1)
select n_name as nation, make_date(y::int, 1, 1) as year, sum(r) as revenue
from (select c_nationkey, year(o_orderdate) as y, sum(r) as r
      from l join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey group by 1, 2)
join nation on n_nationkey = c_nationkey group by 1, 2 order by 1, 2
-- form int_orders: year and nation beside the order's key in 32 bits
select n_name as nation, make_date(y, 1, 1) as year, sum(r) as revenue
from (select k, y, sum(l_extendedprice * (1 - l_discount)) as r from lineitem
    join (select o_orderkey, c_nationkey::int as k, year(o_orderdate)::int as y from orders join customer on c_custkey = o_custkey) on o_orderkey = l_orderkey group by 1, 2)
join nation on n_nationkey = k group by 1, 2 order by 1, 2
-- form day_key: the order's day as it is stored, the year after
select n_name as nation, make_date(year(d)::int, 1, 1) as year, sum(r) as revenue
from (select c_nationkey, o_orderdate as d, sum(l_extendedprice * (1 - l_discount)) as r
    from lineitem join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey group by 1, 2)
join nation on n_nationkey = c_nationkey group by 1, 2 order by 1, 2
-- form customers_first: lines summed by customer and year, then nations
select n_name as nation, make_date(y::int, 1, 1) as year, sum(r) as revenue
from (select o_custkey, year(o_orderdate) as y, sum(l_extendedprice * (1 - l_discount)) as r from lineitem join orders on o_orderkey = l_orderkey group by 1, 2)
join customer on c_custkey = o_custkey join nation on n_nationkey = c_nationkey group by 1, 2 order by 1, 2
