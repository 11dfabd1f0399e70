-- Urgent orders followed by another order of the same customer in the next 30 days (a later day), by year.
-- form semi: the inequality as a semi-join
with u as (select o_orderkey, o_custkey, o_orderdate from orders where o_orderpriority = '1-URGENT'),
t as (select year(o_orderdate) as y, count(*) as n from u group by 1),
c as (select year(u.o_orderdate) as y, count(*) as n from u semi join orders e on e.o_custkey = u.o_custkey and e.o_orderdate > u.o_orderdate and e.o_orderdate <= u.o_orderdate + 30 group by 1)
select make_date(y::int, 1, 1) as year, coalesce(c.n, 0)::double / t.n as repeat_rate from t left join c using (y) order by 1
-- form asof: the next order of each urgent one
with e as (select o_custkey, o_orderdate from orders), u as (select o_custkey, o_orderdate from orders where o_orderpriority = '1-URGENT')
select date_trunc('year', u.o_orderdate)::date as year, count(*) filter (e.o_orderdate <= u.o_orderdate + 30)::double / count(*) as repeat_rate
from u asof left join e on e.o_custkey = u.o_custkey and e.o_orderdate > u.o_orderdate group by 1 order by 1
-- form exists: as it reads (right on any data)
select date_trunc('year', o_orderdate)::date as year, count(*) filter (exists (
    select 1 from orders e where e.o_custkey = u.o_custkey and e.o_orderdate > u.o_orderdate and e.o_orderdate <= u.o_orderdate + 30))::double / count(*) as repeat_rate
from orders u where o_orderpriority = '1-URGENT' group by 1 order by 1
-- form lead: a window over all orders, days with several orders taken as one
with d as (select o_custkey, o_orderdate, count(*) filter (o_orderpriority = '1-URGENT') as n from orders group by 1, 2),
w as (select o_custkey, o_orderdate, n, lead(o_orderdate) over (partition by o_custkey order by o_orderdate) as later from d)
select date_trunc('year', o_orderdate)::date as year, (coalesce(sum(n) filter (o_custkey is not null and later <= o_orderdate + 30), 0)::double / sum(n)::double) as repeat_rate
from w where n > 0 group by 1 order by 1
-- form window_min: the first later order by a RANGE frame over all rows
with w as (select o_custkey, o_orderdate, o_orderpriority, min(o_orderdate) over (partition by o_custkey order by o_orderdate range between interval 1 day following and interval 30 day following) as later from orders)
select date_trunc('year', o_orderdate)::date as year, (count(*) filter (o_custkey is not null and later is not null))::double / count(*) as repeat_rate
from w where o_orderpriority = '1-URGENT' group by 1 order by 1
-- form join: an inequality join by customer, made distinct
with u as (select o_orderkey, o_custkey, o_orderdate from orders where o_orderpriority = '1-URGENT'),
c as (select distinct u.o_orderkey from u join orders e on e.o_custkey = u.o_custkey and e.o_orderdate > u.o_orderdate and e.o_orderdate <= u.o_orderdate + 30)
select date_trunc('year', o_orderdate)::date as year, count(c.o_orderkey)::double / count(*) as repeat_rate from u left join c using (o_orderkey) group by 1 order by 1
-- form next_day: each customer's order days and the one after, joined to the urgent ones
with d as (select o_custkey as c, o_orderdate as d, lead(o_orderdate) over (partition by o_custkey order by o_orderdate) - o_orderdate as gap from (select distinct o_custkey, o_orderdate from orders))
select make_date(year(o_orderdate)::int, 1, 1) as year, coalesce(sum((gap <= 30)::int), 0)::double / count(*) as repeat_rate
from orders left join d on c = o_custkey and d = o_orderdate where o_orderpriority = '1-URGENT' group by 1 order by 1
-- form semi_exists_year: EXISTS, years as integers
select make_date(y::int, 1, 1) as year, count(*) filter (followed)::double / count(*) as repeat_rate from (
    select year(o_orderdate) as y, exists (select 1 from orders e where e.o_custkey = u.o_custkey and e.o_orderdate > u.o_orderdate and e.o_orderdate <= u.o_orderdate + 30) as followed
    from orders u where o_orderpriority = '1-URGENT') group by 1 order by 1
