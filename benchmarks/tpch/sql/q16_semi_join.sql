-- Orders of the third quarter of 1993 that have a late line, by priority.
-- form semi: SEMI JOIN
select o_orderpriority as priority, count(*) as orders
from orders semi join (select l_orderkey from lineitem where l_commitdate < l_receiptdate) on l_orderkey = o_orderkey
where o_orderdate >= date '1993-07-01' and o_orderdate < date '1993-10-01' group by 1 order by 1
-- form exists: as it reads (right on any data)
select o_orderpriority as priority, count(*) as orders from orders
where o_orderdate >= date '1993-07-01' and o_orderdate < date '1993-10-01'
  and exists (select 1 from lineitem where l_orderkey = o_orderkey and l_commitdate < l_receiptdate)
group by 1 order by 1
-- form in_list: IN instead of EXISTS
select o_orderpriority as priority, count(*) as orders from orders
where o_orderdate >= date '1993-07-01' and o_orderdate < date '1993-10-01'
  and o_orderkey in (select l_orderkey from lineitem where l_commitdate < l_receiptdate)
group by 1 order by 1
-- form build_on_orders: the few orders are the hash table, lines walk past them once
with o as materialized (select o_orderkey, o_orderpriority from orders where o_orderdate >= date '1993-07-01' and o_orderdate < date '1993-10-01')
select o_orderpriority as priority, count(distinct o_orderkey) as orders
from lineitem join o on o_orderkey = l_orderkey where l_commitdate < l_receiptdate group by 1 order by 1
-- form distinct_lines: the same, the lines made distinct by order before counting
select o_orderpriority as priority, count(*) as orders from (
    select o_orderkey, any_value(o_orderpriority) as o_orderpriority from lineitem
    join (select o_orderkey, o_orderpriority from orders where o_orderdate >= date '1993-07-01' and o_orderdate < date '1993-10-01') on o_orderkey = l_orderkey
    where l_commitdate < l_receiptdate group by 1)
group by 1 order by 1
-- form dated_lines: a late line of these orders was received after the quarter began (what TPC-H promises of its dates) (knows the data)
select o_orderpriority as priority, count(*) as orders from orders
where o_orderdate >= date '1993-07-01' and o_orderdate < date '1993-10-01'
  and exists (select 1 from lineitem where l_orderkey = o_orderkey and l_commitdate < l_receiptdate
      and l_shipdate > date '1993-07-01' and l_shipdate < date '1994-02-01')
group by 1 order by 1
-- form dates_in_join: the quarter's orders first, a semi-join by hash of their keys
with o as (select o_orderkey, o_orderpriority from orders where o_orderdate >= date '1993-07-01' and o_orderdate < date '1993-10-01'),
l as (select distinct l_orderkey from lineitem semi join o on o_orderkey = l_orderkey where l_commitdate < l_receiptdate)
select o_orderpriority as priority, count(*) as orders from o semi join l on l_orderkey = o_orderkey group by 1 order by 1
