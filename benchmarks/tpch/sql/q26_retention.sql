-- Of the customers whose first order lies in a month, the share with an order exactly three months later.
-- form integer_months: first months and later ones as integers
with f as materialized (select o_custkey as c, min(o_orderdate) as d from orders where o_custkey is not null group by 1),
k as (select distinct c from orders join f on c = o_custkey where year(o_orderdate) * 12 + month(o_orderdate) = year(d) * 12 + month(d) + 3),
b as (select year(d) * 12 + month(d) - 1 as m, c from f)
select make_date((m // 12)::int, (m % 12 + 1)::int, 1) as month, count(k.c)::double / count(*) as retention_3m from b left join k using (c) group by 1 order by 1
-- form semi: first months, then a semi-join on orders
with f as materialized (select o_custkey as c, date_trunc('month', min(o_orderdate))::date as m from orders where o_custkey is not null group by 1),
k as (select distinct c from orders join f on c = o_custkey where o_orderdate >= m + interval 3 month and o_orderdate < m + interval 4 month)
select m as month, count(k.c)::double / count(*) as retention_3m from f left join k using (c) group by 1 order by 1
-- form distinct: distinct customer-months, joined with the first
with m as materialized (select distinct o_custkey, date_trunc('month', o_orderdate)::date as month from orders where o_custkey is not null),
f as (select o_custkey, min(month) as month from m group by 1)
select f.month, count(m.o_custkey)::double / count(*) as retention_3m
from f left join m on m.o_custkey = f.o_custkey and m.month = (f.month + interval 3 month)::date group by 1 order by 1
-- form flags: the first month by a window, the later one by an aggregate (knows the data)
with o as (select o_custkey as c, (year(o_orderdate) - 1992) * 12 + month(o_orderdate) - 1 as m from orders where o_custkey is not null),
f as (select c, min(m) as m from o group by 1),
b as (select f.c, f.m, bool_or(o.m = f.m + 3) as kept from o join f using (c) group by 1, 2)
select make_date(1992 + (m // 12)::int, (m % 12 + 1)::int, 1) as month, count(*) filter (kept)::double / count(*) as retention_3m from b group by 1 order by 1
-- form bits: the months of a customer as bits of one huge integer (knows the data)
with b as (select bit_or(1::hugeint << ((year(o_orderdate) - 1992) * 12 + month(o_orderdate) - 1)::int) as bits, min(o_orderdate) as first from orders where o_custkey is not null group by o_custkey)
select date_trunc('month', first)::date as month, count(*) filter ((bits >> ((year(first) - 1992) * 12 + month(first) + 2)::int) & 1 = 1)::double / count(*) as retention_3m
from b group by 1 order by 1
-- form one_pass: months since the first order, a flag by customer
with o as (select o_custkey as c, year(o_orderdate) * 12 + month(o_orderdate) - 1 as m from orders where o_custkey is not null),
f as (select c, min(m) as m from o group by 1),
b as (select f.c, any_value(f.m) as m, bool_or(o.m = f.m + 3) as kept from o join f using (c) group by 1)
select make_date((m // 12)::int, (m % 12 + 1)::int, 1) as month, count(*) filter (kept)::double / count(*) as retention_3m from b group by 1 order by 1
-- form lists: the months of a customer as a list
with b as (select list(year(o_orderdate) * 12 + month(o_orderdate) - 1) as l, list_min(l) as m from orders where o_custkey is not null group by o_custkey)
select make_date((m // 12)::int, (m % 12 + 1)::int, 1) as month, count(*) filter (list_contains(l, m + 3))::double / count(*) as retention_3m from b group by 1 order by 1
