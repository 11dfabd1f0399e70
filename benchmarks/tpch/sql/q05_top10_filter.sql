-- The ten customers of the building segment with the most revenue shipped in 1995.
-- form inner: joins as they read
select c_name as customer, sum(l_extendedprice * (1 - l_discount)) as revenue
from lineitem join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey
where l_shipdate >= date '1995-01-01' and l_shipdate < date '1996-01-01' and c_mktsegment = 'BUILDING'
group by 1 order by 2 desc nulls last, 1 limit 10
-- form orders_in_time: orders that can ship in the year (at most 121 days after the order), told to the join
select c_name as customer, sum(r) as revenue from (
    select o_custkey, sum(l_extendedprice * (1 - l_discount)) as r
    from lineitem join (select o_orderkey, o_custkey from orders semi join (select c_custkey from customer where c_mktsegment = 'BUILDING') on c_custkey = o_custkey) on o_orderkey = l_orderkey
    where l_shipdate >= date '1995-01-01' and l_shipdate < date '1996-01-01' group by 1)
join customer on c_custkey = o_custkey group by 1 order by 2 desc nulls last, 1 limit 10
-- form left: what is right on any data (the filter makes the joins inner)
select c_name as customer, sum(l_extendedprice * (1 - l_discount)) as revenue
from lineitem left join orders on o_orderkey = l_orderkey left join customer on c_custkey = o_custkey
where l_shipdate >= date '1995-01-01' and l_shipdate < date '1996-01-01' and c_mktsegment = 'BUILDING'
group by 1 order by 2 desc nulls last, 1 limit 10
-- form keys: group by the key, names for the ten alone
with t as (
    select o_custkey, sum(l_extendedprice * (1 - l_discount)) as revenue
    from lineitem join orders on o_orderkey = l_orderkey
    where l_shipdate >= date '1995-01-01' and l_shipdate < date '1996-01-01'
      and o_custkey in (select c_custkey from customer where c_mktsegment = 'BUILDING')
    group by 1)
select c_name as customer, sum(revenue) as revenue from t join customer on c_custkey = o_custkey
group by 1 order by 2 desc nulls last, 1 limit 10
-- form keys_first: ten keys (and ties) before any name
with t as (
    select o_custkey, sum(l_extendedprice * (1 - l_discount)) as revenue
    from lineitem join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey
    where l_shipdate >= date '1995-01-01' and l_shipdate < date '1996-01-01' and c_mktsegment = 'BUILDING'
    group by 1 qualify rank() over (order by revenue desc) <= 10)
select c_name as customer, revenue from t join customer on c_custkey = o_custkey order by 2 desc nulls last, 1 limit 10
