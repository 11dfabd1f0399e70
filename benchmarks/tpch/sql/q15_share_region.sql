-- Revenue by the customer's region and its share of the total.
-- form keys_then_names: by nation key, names after
with g as (select c_nationkey, sum(l_extendedprice * (1 - l_discount)) as r
    from lineitem join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey group by 1),
r as (select r_name as region, sum(r) as revenue from g join nation on n_nationkey = c_nationkey join region on r_regionkey = n_regionkey group by 1)
select region, revenue, revenue::double / nullif(sum(revenue) over (), 0)::double as revenue_share from r order by 1
-- form inner: joins as they read
with r as (
    select r_name as region, sum(l_extendedprice * (1 - l_discount)) as revenue
    from lineitem join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey
    join nation on n_nationkey = c_nationkey join region on r_regionkey = n_regionkey group by 1)
select region, revenue, revenue::double / nullif(sum(revenue) over (), 0)::double as revenue_share from r order by 1
-- form left: what is right on any data
with r as (
    select r_name as region, sum(l_extendedprice * (1 - l_discount)) as revenue
    from lineitem left join orders on o_orderkey = l_orderkey left join customer on c_custkey = o_custkey
    left join nation on n_nationkey = c_nationkey left join region on r_regionkey = n_regionkey group by 1)
select region, revenue, revenue::double / nullif(sum(revenue) over (), 0)::double as revenue_share from r order by 1
-- form region_key: the region's number on the side of orders
with o as (select o_orderkey, n_regionkey as k from orders join customer on c_custkey = o_custkey join nation on n_nationkey = c_nationkey),
g as (select k, sum(l_extendedprice * (1 - l_discount)) as r from lineitem join o on o_orderkey = l_orderkey group by 1),
r as (select r_name as region, sum(r) as revenue from g join region on r_regionkey = k group by 1)
select region, revenue, revenue::double / nullif(sum(revenue) over (), 0)::double as revenue_share from r order by 1
-- form tiny_key: the same with a byte, made once (knows the data)
with o as materialized (select o_orderkey, k from orders join (select c_custkey, n_regionkey::tinyint as k from customer join nation on n_nationkey = c_nationkey) on c_custkey = o_custkey),
g as (select k, sum(l_extendedprice * (1 - l_discount)) as r from lineitem join o on o_orderkey = l_orderkey group by 1),
r as (select r_name as region, sum(r) as revenue from g join region on r_regionkey = k group by 1)
select region, revenue, revenue::double / nullif(sum(revenue) over (), 0)::double as revenue_share from r order by 1
-- form by_customer: lines summed by customer, then nations and regions
with g as (select o_custkey, sum(l_extendedprice * (1 - l_discount)) as r from lineitem join orders on o_orderkey = l_orderkey group by 1),
r as (select r_name as region, sum(r) as revenue from g join customer on c_custkey = o_custkey join nation on n_nationkey = c_nationkey join region on r_regionkey = n_regionkey group by 1)
select region, revenue, revenue::double / nullif(sum(revenue) over (), 0)::double as revenue_share from r order by 1
