-- Revenue by quarter of shipping, that of the same quarter last year, and the growth.
-- form days_first: group by the day as it is stored, then by quarter
with q as materialized (
    select date_trunc('quarter', l_shipdate)::date as quarter, sum(r) as revenue
    from (select l_shipdate, sum(l_extendedprice * (1 - l_discount)) as r from lineitem group by 1) group by 1)
select c.quarter, c.revenue, p.revenue as revenue__previous, c.revenue - p.revenue as revenue__delta,
    (c.revenue - p.revenue)::double / nullif(p.revenue, 0)::double as revenue__growth
from q c left join q p on p.quarter = (c.quarter - interval 1 year)::date order by 1 nulls last
-- form self_join: one scan, quarters joined with themselves (right on any data)
with q as materialized (
    select date_trunc('quarter', l_shipdate)::date as quarter, sum(l_extendedprice * (1 - l_discount)) as revenue from lineitem group by 1)
select c.quarter, c.revenue, p.revenue as revenue__previous, c.revenue - p.revenue as revenue__delta,
    (c.revenue - p.revenue)::double / nullif(p.revenue, 0)::double as revenue__growth
from q c left join q p on p.quarter = (c.quarter - interval 1 year)::date order by 1 nulls last
-- form integer_quarter: a small integer key
with q as materialized (
    select year(l_shipdate) * 4 + quarter(l_shipdate) - 1 as n, sum(l_extendedprice * (1 - l_discount)) as revenue from lineitem group by 1)
select make_date((c.n // 4)::int, (c.n % 4 * 3 + 1)::int, 1) as quarter, c.revenue, p.revenue as revenue__previous, c.revenue - p.revenue as revenue__delta,
    (c.revenue - p.revenue)::double / nullif(p.revenue, 0)::double as revenue__growth
from q c left join q p on p.n = c.n - 4 order by 1 nulls last
-- form window_range: a window by date instead of a join
with q as (
    select date_trunc('quarter', l_shipdate)::date as quarter, sum(l_extendedprice * (1 - l_discount)) as revenue from lineitem group by 1),
w as (select quarter, revenue, sum(revenue) over (order by quarter range between interval 1 year preceding and interval 1 year preceding) as p from q)
select quarter, revenue, p as revenue__previous, revenue - p as revenue__delta, (revenue - p)::double / nullif(p, 0)::double as revenue__growth
from w order by 1 nulls last
