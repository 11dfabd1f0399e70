-- Orders of more than 450,000 on each day of 1995, zero where there were none.
-- form union: days as rows that count nothing
select day, count(k) as large_orders from (
    select o_orderdate as day, 1 as k from orders where o_totalprice > 450000 and o_orderdate >= date '1995-01-01' and o_orderdate < date '1996-01-01'
    union all select day::date, null from range(timestamp '1995-01-01', timestamp '1996-01-01', interval 1 day) as t(day))
group by 1 order by 1
-- form spine: every day, then what was found
with d as (select day::date as day from range(timestamp '1995-01-01', timestamp '1996-01-01', interval 1 day) as t(day)),
o as (select o_orderdate as day, count(*) as large_orders from orders
    where o_totalprice > 450000 and o_orderdate >= date '1995-01-01' and o_orderdate < date '1996-01-01' group by 1)
select day, coalesce(large_orders, 0) as large_orders from d left join o using (day) order by 1
