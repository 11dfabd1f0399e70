-- Orders with a quantity of more than 300, the largest first.
-- form having: as it reads
select l_orderkey as orderkey, sum(l_quantity) as quantity from lineitem group by 1 having sum(l_quantity) > 300 order by 2 desc nulls last, 1 limit 100
-- form integers: quantity as a small integer
select l_orderkey as orderkey, sum(l_quantity::int)::decimal(38, 2) as quantity from lineitem group by 1 having sum(l_quantity::int) > 300 order by 2 desc nulls last, 1 limit 100
-- form narrow_key: the order's key in 32 bits too
select o::bigint as orderkey, q::decimal(38, 2) as quantity from (
    select l_orderkey::int as o, sum(l_quantity::int) as q from lineitem group by 1 having sum(l_quantity::int) > 300) order by 2 desc nulls last, 1 limit 100
-- form seven_lines: no order has more than seven lines of fifty, so more than 300 needs seven lines (knows the data)
select l_orderkey as orderkey, sum(l_quantity) as quantity from lineitem
where l_orderkey in (select l_orderkey from lineitem where l_linenumber = 7)
group by 1 having sum(l_quantity) > 300 order by 2 desc nulls last, 1 limit 100
-- form two_steps: sums of all, then the filter
select orderkey, quantity from (select l_orderkey as orderkey, sum(l_quantity) as quantity from lineitem group by 1) where quantity > 300 order by 2 desc nulls last, 1 limit 100
-- form joined_orders: sums by order within the table's own order, by sorting
select l_orderkey as orderkey, sum(l_quantity) as quantity from (select l_orderkey, l_quantity from lineitem where l_quantity is not null) group by 1 having sum(l_quantity) > 300 order by 2 desc nulls last, 1 limit 100
