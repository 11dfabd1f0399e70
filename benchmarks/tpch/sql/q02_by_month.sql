-- Revenue by month of shipping.
-- form days_first: group by the day as it is stored, then by month
select date_trunc('month', l_shipdate)::date as month, sum(revenue) as revenue
from (select l_shipdate, sum(l_extendedprice * (1 - l_discount)) as revenue from lineitem group by 1)
group by 1 order by 1
-- form trunc: date_trunc a row
select date_trunc('month', l_shipdate)::date as month, sum(l_extendedprice * (1 - l_discount)) as revenue
from lineitem group by 1 order by 1
-- form integer_month: a small integer key, which DuckDB groups by a plain array
select make_date((m // 12)::int, (m % 12 + 1)::int, 1) as month, revenue
from (select year(l_shipdate) * 12 + month(l_shipdate) - 1 as m, sum(l_extendedprice * (1 - l_discount)) as revenue
      from lineitem group by 1) order by 1
-- form integer_day: the day's number as a small integer key, then the month
select date_trunc('month', date '1970-01-01' + d::int)::date as month, sum(revenue) as revenue
from (select l_shipdate - date '1970-01-01' as d, sum(l_extendedprice * (1 - l_discount)) as revenue
      from lineitem group by 1) group by 1 order by 1
-- form make_date: the month as a date made of two integers, a row
select make_date(year(l_shipdate)::int, month(l_shipdate)::int, 1) as month, sum(l_extendedprice * (1 - l_discount)) as revenue
from lineitem group by 1 order by 1
-- form days_split: days first, two sums instead of a difference a row
select date_trunc('month', l_shipdate)::date as month, sum(p) - sum(d) as revenue
from (select l_shipdate, sum(l_extendedprice) as p, sum(l_extendedprice * l_discount) as d from lineitem group by 1)
group by 1 order by 1
