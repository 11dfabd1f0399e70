-- Revenue by the customer's region and nation, with a total a region and a grand total.
-- form nations_first: nations, then ROLLUP over 25 rows
with g as (select c_nationkey, sum(l_extendedprice * (1 - l_discount)) as r
    from lineitem join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey group by 1)
select r_name as region, n_name as nation, sum(r) as revenue, (2 - grouping(r_name) - grouping(n_name))::bigint as totals_level
from g join nation on n_nationkey = c_nationkey join region on r_regionkey = n_regionkey group by rollup (r_name, n_name) order by totals_level, 1, 2
-- form rollup: ROLLUP over the joined rows
select r_name as region, n_name as nation, sum(l_extendedprice * (1 - l_discount)) as revenue, (2 - grouping(r_name) - grouping(n_name))::bigint as totals_level
from lineitem join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey
join nation on n_nationkey = c_nationkey join region on r_regionkey = n_regionkey group by rollup (r_name, n_name) order by totals_level, 1, 2
-- form left: what is right on any data
with g as (
    select r_name, n_name, sum(l_extendedprice * (1 - l_discount)) as r
    from lineitem left join orders on o_orderkey = l_orderkey left join customer on c_custkey = o_custkey
    left join nation on n_nationkey = c_nationkey left join region on r_regionkey = n_regionkey group by 1, 2)
select r_name as region, n_name as nation, sum(r) as revenue, (2 - grouping(r_name) - grouping(n_name))::bigint as totals_level
from g group by rollup (r_name, n_name) order by totals_level, 1, 2
-- form by_customer: lines summed by customer, then nations, then ROLLUP
with g as (select o_custkey, sum(l_extendedprice * (1 - l_discount)) as r from lineitem join orders on o_orderkey = l_orderkey group by 1),
n as (select c_nationkey, sum(r) as r from g join customer on c_custkey = o_custkey group by 1)
select r_name as region, n_name as nation, sum(r) as revenue, (2 - grouping(r_name) - grouping(n_name))::bigint as totals_level
from n join nation on n_nationkey = c_nationkey join region on r_regionkey = n_regionkey group by rollup (r_name, n_name) order by totals_level, 1, 2
