-- Distinct customers by month of the order.
-- form packed: month and customer packed into one integer key
select make_date((m // 12)::int, (m % 12 + 1)::int, 1) as month, count(*) as customers
from (select year(o_orderdate) * 12 + month(o_orderdate) - 1 as m, o_custkey as c from orders where o_custkey is not null group by 1, 2)
group by 1 order by 1
-- form count_distinct: as it reads (right on any data)
select date_trunc('month', o_orderdate)::date as month, count(distinct o_custkey) as customers from orders group by 1 order by 1
-- form distinct_first: distinct pairs, then a count
select month, count(o_custkey) as customers from (select distinct date_trunc('month', o_orderdate)::date as month, o_custkey from orders)
group by 1 order by 1
-- form bits: the months of a customer as bits of one huge integer, unfolded (knows the data)
with b as (select o_custkey, bit_or(1::hugeint << ((year(o_orderdate) - 1992) * 12 + month(o_orderdate) - 1)::int) as bits from orders where o_custkey is not null group by 1)
select make_date(1992 + (m // 12)::int, (m % 12 + 1)::int, 1) as month, count(*) as customers
from b join range(84) as months(m) on (bits >> m::int) & 1 = 1 group by 1 order by 1
-- form one_integer: the pair as one bigint (knows the data)
select make_date(1992 + (m // 12)::int, (m % 12 + 1)::int, 1) as month, count(*) as customers
from (select k % 128 as m from (select distinct o_custkey * 128 + (year(o_orderdate) - 1992) * 12 + month(o_orderdate) - 1 as k from orders where o_custkey is not null))
group by 1 order by 1
-- form day_distinct: pairs of customer and month by an integer month, count(distinct)
select make_date((m // 12)::int, (m % 12 + 1)::int, 1) as month, count(distinct o_custkey) as customers
from (select year(o_orderdate) * 12 + month(o_orderdate) - 1 as m, o_custkey from orders) group by 1 order by 1
-- form narrow: both keys in 32 bits
select make_date(m // 12, m % 12 + 1, 1) as month, count(*) as customers
from (select (year(o_orderdate) * 12 + month(o_orderdate) - 1)::int as m, o_custkey::int as c from orders where o_custkey is not null group by 1, 2)
group by 1 order by 1
-- form lists: months of a customer as a list made distinct
select make_date((m // 12)::int, (m % 12 + 1)::int, 1) as month, count(*) as customers from (
    select unnest(list_distinct(list(year(o_orderdate) * 12 + month(o_orderdate) - 1))) as m from orders where o_custkey is not null group by o_custkey)
group by 1 order by 1
-- form first_of_month: the month's first day by subtraction (as the compiler wrote it on 2026-11-20)
select o_orderdate - (extract(day from o_orderdate)::int - 1) as month, count(distinct o_custkey) as customers from orders group by 1 order by 1
