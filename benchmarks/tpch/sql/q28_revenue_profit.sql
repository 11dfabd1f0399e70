-- Profit by the supplier's nation and year of the order: revenue less supply cost, over a two-column key (TPC-H query 9).
-- form nation_on_partsupp: the supplier's nation carried by the bridge row
select n_name as nation, make_date(y::int, 1, 1) as year, sum(p) as profit from (
    select s_nationkey, year(o_orderdate) as y, sum(l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity) as p
    from lineitem join orders on o_orderkey = l_orderkey
    join (select ps_partkey, ps_suppkey, ps_supplycost, s_nationkey from partsupp join supplier on s_suppkey = ps_suppkey) on ps_partkey = l_partkey and ps_suppkey = l_suppkey group by 1, 2)
join nation on n_nationkey = s_nationkey group by 1, 2 order by 1, 2
-- form keys_then_names: small integers while grouping
select n_name as nation, make_date(y::int, 1, 1) as year, sum(p) as profit from (
    select s_nationkey, year(o_orderdate) as y, sum(l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity) as p
    from lineitem join orders on o_orderkey = l_orderkey join partsupp on ps_partkey = l_partkey and ps_suppkey = l_suppkey
    join supplier on s_suppkey = l_suppkey group by 1, 2)
join nation on n_nationkey = s_nationkey group by 1, 2 order by 1, 2
-- form inner: as it reads
select n_name as nation, date_trunc('year', o_orderdate)::date as year,
    sum(l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity) as profit
from lineitem join orders on o_orderkey = l_orderkey join partsupp on ps_partkey = l_partkey and ps_suppkey = l_suppkey
join supplier on s_suppkey = l_suppkey join nation on n_nationkey = s_nationkey group by 1, 2 order by 1, 2
-- form left: what is right on any data
select n_name as nation, date_trunc('year', o_orderdate)::date as year,
    sum(l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity) as profit
from lineitem left join orders on o_orderkey = l_orderkey left join partsupp on ps_partkey = l_partkey and ps_suppkey = l_suppkey
left join supplier on s_suppkey = l_suppkey left join nation on n_nationkey = s_nationkey group by 1, 2 order by 1, 2
-- form packed_key: the two-column key as one integer (knows the data)
select n_name as nation, make_date(y::int, 1, 1) as year, sum(p) as profit from (
    select s_nationkey, y, sum(l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity) as p
    from lineitem join (select o_orderkey, year(o_orderdate)::smallint as y from orders) on o_orderkey = l_orderkey
    join (select ps_partkey * 16384 + ps_suppkey as k, ps_supplycost from partsupp) on k = l_partkey * 16384 + l_suppkey
    join (select s_suppkey, s_nationkey::tinyint as s_nationkey from supplier) on s_suppkey = l_suppkey group by 1, 2)
join nation on n_nationkey = s_nationkey group by 1, 2 order by 1, 2
-- form sums_by_key: lines summed by part and supplier and order year before the cost
select n_name as nation, make_date(y::int, 1, 1) as year, sum(p) as profit from (
    select s_nationkey, y, sum(r - ps_supplycost * q) as p from (
        select l_partkey, l_suppkey, year(o_orderdate) as y, sum(l_extendedprice * (1 - l_discount)) as r, sum(l_quantity) as q
        from lineitem join orders on o_orderkey = l_orderkey group by 1, 2, 3)
    join partsupp on ps_partkey = l_partkey and ps_suppkey = l_suppkey join supplier on s_suppkey = l_suppkey group by 1, 2)
join nation on n_nationkey = s_nationkey group by 1, 2 order by 1, 2
-- form split: revenue without the cost's join, cost by its own
with r as (select s_nationkey, year(o_orderdate) as y, sum(l_extendedprice * (1 - l_discount)) as r
    from lineitem join orders on o_orderkey = l_orderkey join supplier on s_suppkey = l_suppkey group by 1, 2),
c as (select s_nationkey, year(o_orderdate) as y, sum(ps_supplycost * l_quantity) as c
    from lineitem join orders on o_orderkey = l_orderkey join partsupp on ps_partkey = l_partkey and ps_suppkey = l_suppkey
    join supplier on s_suppkey = l_suppkey group by 1, 2)
select n_name as nation, make_date(y::int, 1, 1) as year, r - c as profit from r join c using (s_nationkey, y) join nation on n_nationkey = s_nationkey order by 1, 2
