-- Revenue by the quarter of the order and the quarter of shipping: one table of dates in two roles.
-- form quarter_then_day: the order's quarter and the day of shipping first
select ordered, date_trunc('quarter', l_shipdate)::date as shipped, sum(r) as revenue from (
    select ordered, l_shipdate, sum(l_extendedprice * (1 - l_discount)) as r
    from lineitem join (select o_orderkey, date_trunc('quarter', o_orderdate)::date as ordered from orders) on o_orderkey = l_orderkey group by 1, 2)
group by 1, 2 order by 1, 2
-- form integer_on_orders: the order's quarter made on the side of orders (knows the data)
select make_date(1992 + (o // 4)::int, (o % 4 * 3 + 1)::int, 1) as ordered, make_date(1992 + (s // 4)::int, (s % 4 * 3 + 1)::int, 1) as shipped, r as revenue from (
    select o, ((year(l_shipdate) - 1992) * 4 + quarter(l_shipdate) - 1)::tinyint as s, sum(l_extendedprice * (1 - l_discount)) as r
    from lineitem join (select o_orderkey, ((year(o_orderdate) - 1992) * 4 + quarter(o_orderdate) - 1)::tinyint as o from orders) on o_orderkey = l_orderkey group by 1, 2) order by 1, 2
-- form inner: as it reads
select date_trunc('quarter', o_orderdate)::date as ordered, date_trunc('quarter', l_shipdate)::date as shipped, sum(l_extendedprice * (1 - l_discount)) as revenue
from lineitem join orders on o_orderkey = l_orderkey group by 1, 2 order by 1, 2
-- form left: what is right on any data
select date_trunc('quarter', o_orderdate)::date as ordered, date_trunc('quarter', l_shipdate)::date as shipped, sum(l_extendedprice * (1 - l_discount)) as revenue
from lineitem left join orders on o_orderkey = l_orderkey group by 1, 2 order by 1, 2
-- form integer_quarters: two small integers
select make_date((o // 4)::int, (o % 4 * 3 + 1)::int, 1) as ordered, make_date((s // 4)::int, (s % 4 * 3 + 1)::int, 1) as shipped, r as revenue from (
    select year(o_orderdate) * 4 + quarter(o_orderdate) - 1 as o, year(l_shipdate) * 4 + quarter(l_shipdate) - 1 as s, sum(l_extendedprice * (1 - l_discount)) as r
    from lineitem join orders on o_orderkey = l_orderkey group by 1, 2) order by 1, 2
-- form integers_on_orders: quarters as integers, the order's made on its side
select make_date((o // 4)::int, (o % 4 * 3 + 1)::int, 1) as ordered, make_date((s // 4)::int, (s % 4 * 3 + 1)::int, 1) as shipped, r as revenue from (
    select o, year(l_shipdate) * 4 + quarter(l_shipdate) - 1 as s, sum(l_extendedprice * (1 - l_discount)) as r
    from lineitem join (select o_orderkey, year(o_orderdate) * 4 + quarter(o_orderdate) - 1 as o from orders) on o_orderkey = l_orderkey group by 1, 2) order by 1, 2
-- form small_integers: the same in 32 bits
select make_date(o // 4, o % 4 * 3 + 1, 1) as ordered, make_date(s // 4, s % 4 * 3 + 1, 1) as shipped, r as revenue from (
    select o, (year(l_shipdate) * 4 + quarter(l_shipdate) - 1)::int as s, sum(l_extendedprice * (1 - l_discount)) as r
    from lineitem join (select o_orderkey, (year(o_orderdate) * 4 + quarter(o_orderdate) - 1)::int as o from orders) on o_orderkey = l_orderkey group by 1, 2) order by 1, 2
