-- Nations ranked by revenue within their region (rank 1 = most).
-- form keys_then_names: by nation key, names after
with g as (select c_nationkey, sum(l_extendedprice * (1 - l_discount)) as revenue
    from lineitem join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey group by 1)
select r_name as region, n_name as nation, revenue, rank() over (partition by r_name order by revenue desc) as revenue_rank
from g join nation on n_nationkey = c_nationkey join region on r_regionkey = n_regionkey order by 1, 2
-- form inner: as it reads
with g as (select r_name as region, n_name as nation, sum(l_extendedprice * (1 - l_discount)) as revenue
    from lineitem join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey
    join nation on n_nationkey = c_nationkey join region on r_regionkey = n_regionkey group by 1, 2)
select region, nation, revenue, rank() over (partition by region order by revenue desc) as revenue_rank from g order by 1, 2
-- form left: what is right on any data
with g as (select r_name as region, n_name as nation, sum(l_extendedprice * (1 - l_discount)) as revenue
    from lineitem left join orders on o_orderkey = l_orderkey left join customer on c_custkey = o_custkey
    left join nation on n_nationkey = c_nationkey left join region on r_regionkey = n_regionkey group by 1, 2)
select region, nation, revenue, rank() over (partition by region order by revenue desc) as revenue_rank from g order by 1, 2
