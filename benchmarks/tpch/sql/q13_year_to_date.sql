-- Revenue since the first of January, by month of shipping.
-- form days_first: days, then months, then a running sum
with m as (select date_trunc('month', l_shipdate)::date as month, sum(r) as revenue
    from (select l_shipdate, sum(l_extendedprice * (1 - l_discount)) as r from lineitem group by 1) group by 1)
select month, sum(revenue) over (partition by year(month) order by month)::decimal(38, 4) as revenue_ytd from m order by 1
-- form window: months first, then a running sum a year
with m as (select date_trunc('month', l_shipdate)::date as month, sum(l_extendedprice * (1 - l_discount)) as revenue from lineitem group by 1)
select month, sum(revenue) over (partition by year(month) order by month)::decimal(38, 4) as revenue_ytd from m order by 1
-- form integer_month: a small integer key
with m as (select year(l_shipdate) * 12 + month(l_shipdate) - 1 as m, sum(l_extendedprice * (1 - l_discount)) as revenue from lineitem group by 1)
select make_date((m // 12)::int, (m % 12 + 1)::int, 1) as month, sum(revenue) over (partition by m // 12 order by m)::decimal(38, 4) as revenue_ytd from m order by 1
