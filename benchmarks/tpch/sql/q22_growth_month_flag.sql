-- Revenue by month of shipping and return flag, and its growth on the month before.
-- form integer_month: a small integer key
with m as (select year(l_shipdate) * 12 + month(l_shipdate) - 1 as m, l_returnflag as flag, sum(l_extendedprice * (1 - l_discount)) as revenue from lineitem group by 1, 2),
w as (select *, sum(revenue) over (partition by flag order by m range between 1 preceding and 1 preceding) as p from m)
select make_date((m // 12)::int, (m % 12 + 1)::int, 1) as month, flag, revenue, (revenue - p)::double / nullif(p, 0)::double as revenue_growth from w order by 1, 2
-- form self_join: one scan, months joined with themselves (right on any data)
with m as materialized (
    select date_trunc('month', l_shipdate)::date as month, l_returnflag as flag, sum(l_extendedprice * (1 - l_discount)) as revenue from lineitem group by 1, 2)
select c.month, c.flag, c.revenue, (c.revenue - p.revenue)::double / nullif(p.revenue, 0)::double as revenue_growth
from m c left join m p on p.month = (c.month - interval 1 month)::date and p.flag is not distinct from c.flag order by 1, 2
-- form days_first: days, then months
with m as materialized (
    select date_trunc('month', l_shipdate)::date as month, l_returnflag as flag, sum(r) as revenue
    from (select l_shipdate, l_returnflag, sum(l_extendedprice * (1 - l_discount)) as r from lineitem group by 1, 2) group by 1, 2)
select c.month, c.flag, c.revenue, (c.revenue - p.revenue)::double / nullif(p.revenue, 0)::double as revenue_growth
from m c left join m p on p.month = (c.month - interval 1 month)::date and p.flag is not distinct from c.flag order by 1, 2
-- form two_integers: the flag as a number too
with m as (select year(l_shipdate) * 12 + month(l_shipdate) - 1 as m, ascii(l_returnflag) as f, sum(l_extendedprice * (1 - l_discount)) as revenue from lineitem group by 1, 2),
w as (select *, sum(revenue) over (partition by f order by m range between 1 preceding and 1 preceding) as p from m)
select make_date((m // 12)::int, (m % 12 + 1)::int, 1) as month, chr(f) as flag, revenue, (revenue - p)::double / nullif(p, 0)::double as revenue_growth from w order by 1, 2
