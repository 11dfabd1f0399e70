-- Revenue by the supplier's nation and the customer's nation: one table twice, in two roles.
-- form keys_then_names: by two nation keys, names after
with g as (
    select s_nationkey, c_nationkey, sum(l_extendedprice * (1 - l_discount)) as r
    from lineitem join supplier on s_suppkey = l_suppkey join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey group by 1, 2)
select s.n_name as supplier_nation, c.n_name as customer_nation, sum(r) as revenue
from g join nation s on s.n_nationkey = s_nationkey join nation c on c.n_nationkey = c_nationkey group by 1, 2 order by 1, 2
-- form tiny_keys: nation keys as bytes in the hash tables (knows the data)
with g as (
    select s, c, sum(l_extendedprice * (1 - l_discount)) as r
    from lineitem join (select s_suppkey, s_nationkey::tinyint as s from supplier) on s_suppkey = l_suppkey
    join (select o_orderkey, c_nationkey::tinyint as c from orders join customer on c_custkey = o_custkey) on o_orderkey = l_orderkey group by 1, 2)
select s.n_name as supplier_nation, c.n_name as customer_nation, sum(r) as revenue
from g join nation s on s.n_nationkey = s join nation c on c.n_nationkey = c group by 1, 2 order by 1, 2
-- form inner: as it reads
select s.n_name as supplier_nation, c.n_name as customer_nation, sum(l_extendedprice * (1 - l_discount)) as revenue
from lineitem join supplier on s_suppkey = l_suppkey join nation s on s.n_nationkey = s_nationkey
join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey join nation c on c.n_nationkey = c_nationkey
group by 1, 2 order by 1, 2
-- form left: what is right on any data
select s.n_name as supplier_nation, c.n_name as customer_nation, sum(l_extendedprice * (1 - l_discount)) as revenue
from lineitem left join supplier on s_suppkey = l_suppkey left join nation s on s.n_nationkey = s_nationkey
left join orders on o_orderkey = l_orderkey left join customer on c_custkey = o_custkey left join nation c on c.n_nationkey = c_nationkey
group by 1, 2 order by 1, 2
-- form suppliers_last: by supplier and customer nation, then the supplier's nation
with g as (
    select l_suppkey, c_nationkey, sum(l_extendedprice * (1 - l_discount)) as r
    from lineitem join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey group by 1, 2)
select s.n_name as supplier_nation, c.n_name as customer_nation, sum(r) as revenue
from g join supplier on s_suppkey = l_suppkey join nation s on s.n_nationkey = s_nationkey join nation c on c.n_nationkey = c_nationkey group by 1, 2 order by 1, 2
-- form int_keys: nation keys in 32 bits
with g as (
    select s, c, sum(l_extendedprice * (1 - l_discount)) as r
    from lineitem join (select s_suppkey, s_nationkey::int as s from supplier) on s_suppkey = l_suppkey
    join (select o_orderkey, c_nationkey::int as c from orders join customer on c_custkey = o_custkey) on o_orderkey = l_orderkey group by 1, 2)
select s.n_name as supplier_nation, c.n_name as customer_nation, sum(r) as revenue
from g join nation s on s.n_nationkey = s join nation c on c.n_nationkey = c group by 1, 2 order by 1, 2
