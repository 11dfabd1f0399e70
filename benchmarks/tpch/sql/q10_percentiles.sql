-- Median and 95th percentile of the order value by market segment (interpolated, as DOUBLE).
-- form by_key: the segment's number instead of its text
select segment, q[1] as median_order, q[2] as p95_order from (
    select any_value(c_mktsegment) as segment, quantile_cont(v, [0.5, 0.95]) as q
    from (select o_custkey, o_totalprice::double as v from orders)
    join (select c_custkey, c_mktsegment, dense_rank() over (order by c_mktsegment) as s from customer) on c_custkey = o_custkey group by s) order by 1
-- form shared: both from one sorted list
select segment, q[1] as median_order, q[2] as p95_order from (
    select c_mktsegment as segment, quantile_cont(o_totalprice::double, [0.5, 0.95]) as q
    from orders join customer on c_custkey = o_custkey group by 1) order by 1
-- form two: two aggregates
select c_mktsegment as segment, quantile_cont(o_totalprice::double, 0.5) as median_order, quantile_cont(o_totalprice::double, 0.95) as p95_order
from orders join customer on c_custkey = o_custkey group by 1 order by 1
-- form left: what is right on any data
select c_mktsegment as segment, quantile_cont(o_totalprice::double, 0.5) as median_order, quantile_cont(o_totalprice::double, 0.95) as p95_order
from orders left join customer on c_custkey = o_custkey group by 1 order by 1
-- form integers: hundredths as 32-bit integers, which move less memory, read from the discrete neighbours
select segment, (lo + (hi - lo) * 0.5 * ((n - 1) % 2)) / 100 as median_order,
    (l95 + (h95 - l95) * ((n - 1) * 0.95 - floor((n - 1) * 0.95))) / 100 as p95_order from (
    select segment, n, q[1]::double as lo, q[2]::double as hi, q[3]::double as l95, q[4]::double as h95 from (
        select c_mktsegment as segment, count(*) as n, list_sort(list((o_totalprice * 100)::int)) as v,
            [v[(n - 1) // 2 + 1], v[n // 2 + 1], v[floor((n - 1) * 0.95)::bigint + 1], v[ceil((n - 1) * 0.95)::bigint + 1]] as q
        from orders join customer on c_custkey = o_custkey group by 1)) order by 1
-- form sorted: one sort of all rows, then the neighbours by row number
with s as (
    select c_mktsegment as g, o_totalprice as v, row_number() over (partition by c_mktsegment order by o_totalprice) - 1 as i,
        count(*) over (partition by c_mktsegment) as n
    from orders join customer on c_custkey = o_custkey)
select g as segment, (sum(v) filter (i in ((n - 1) // 2, n // 2))::double / count(*) filter (i in ((n - 1) // 2, n // 2))) as median_order,
    max(v::double) filter (i = floor((n - 1) * 0.95)) + (max(v::double) filter (i = ceil((n - 1) * 0.95)) - max(v::double) filter (i = floor((n - 1) * 0.95)))
        * max((n - 1) * 0.95 - floor((n - 1) * 0.95)) as p95_order
from s group by 1 order by 1
-- form decimals: hundredths kept exact, cast of the interpolated pair (sorted as 64-bit integers)
select segment, q[1] / 100 as median_order, q[2] / 100 as p95_order from (
    select c_mktsegment as segment, quantile_cont((o_totalprice * 100)::bigint::double, [0.5, 0.95]) as q
    from orders join customer on c_custkey = o_custkey group by 1) order by 1
