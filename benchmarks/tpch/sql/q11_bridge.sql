-- Parts and their list price by the nation of their suppliers, over the bridge part-supplier: a part with two suppliers
-- of one nation counts once there.
-- form keys_then_names: the nation's name after grouping
with b as (select distinct ps_partkey, s_nationkey from partsupp join supplier on s_suppkey = ps_suppkey),
g as (select s_nationkey, count(*) as parts, sum(p_retailprice) as list_price from b join part on p_partkey = ps_partkey group by 1)
select n_name as nation, parts, list_price from g join nation on n_nationkey = s_nationkey order by 1
-- form bits: the nations of a part as bits of one integer, unfolded against the 25 nations (knows the data)
with b as (select ps_partkey, bit_or(1::int << s_nationkey::int) as bits from partsupp join supplier on s_suppkey = ps_suppkey group by 1),
g as (select bits, count(*) as n, sum(p_retailprice) as p from b join part on p_partkey = ps_partkey group by 1)
select n_name as nation, sum(n)::bigint as parts, sum(p)::decimal(38, 2) as list_price
from g join nation on bits & (1::int << n_nationkey::int) <> 0 group by 1 order by 1
-- form distinct: distinct pairs of part and nation, then parts
with b as (select distinct ps_partkey, s_nationkey from partsupp join supplier on s_suppkey = ps_suppkey)
select n_name as nation, count(*) as parts, sum(p_retailprice) as list_price
from b join part on p_partkey = ps_partkey join nation on n_nationkey = s_nationkey group by 1 order by 1
-- form packed: the pair packed into one integer (knows the data)
with b as (select ps_partkey * 32 + s_nationkey as k from partsupp join supplier on s_suppkey = ps_suppkey group by 1),
g as (select k % 32 as s_nationkey, count(*) as parts, sum(p_retailprice) as list_price from b join part on p_partkey = k // 32 group by 1)
select n_name as nation, parts, list_price from g join nation on n_nationkey = s_nationkey order by 1
-- form price_first: the price joined before, one grouping of (part, nation)
with b as (select ps_partkey, s_nationkey, any_value(p_retailprice) as p
    from partsupp join supplier on s_suppkey = ps_suppkey join part on p_partkey = ps_partkey group by 1, 2),
g as (select s_nationkey, count(*) as parts, sum(p) as list_price from b group by 1)
select n_name as nation, parts, list_price from g join nation on n_nationkey = s_nationkey order by 1
-- form bits_directly: eight sums of each bit by one pass over parts (knows the data)
with b as (select ps_partkey, bit_or(1::int << s_nationkey::int) as bits from partsupp join supplier on s_suppkey = ps_suppkey group by 1),
p as materialized (select bits, p_retailprice from b join part on p_partkey = ps_partkey)
select n_name as nation, count(*) as parts, sum(p_retailprice) as list_price
from p join nation on bits & (1::int << n_nationkey::int) <> 0 group by 1 order by 1
-- form grouped_keys: GROUP BY instead of DISTINCT, the nation's name last
with b as (select ps_partkey, s_nationkey from partsupp join supplier on s_suppkey = ps_suppkey group by 1, 2),
g as (select s_nationkey, count(*) as parts, sum(p_retailprice) as list_price from b join part on p_partkey = ps_partkey group by 1)
select n_name as nation, parts, list_price from g join nation on n_nationkey = s_nationkey order by 1
-- form lists: the distinct nations of a part as a list, unfolded
with b as (select ps_partkey, list_distinct(list(s_nationkey)) as nations from partsupp join supplier on s_suppkey = ps_suppkey group by 1),
u as (select p_retailprice, unnest(nations) as k from b join part on p_partkey = ps_partkey),
g as (select k, count(*) as parts, sum(p_retailprice) as list_price from u group by 1)
select n_name as nation, parts, list_price from g join nation on n_nationkey = k order by 1
-- form semi_each: for each nation the parts with a supplier there
with sn as (select s_suppkey, s_nationkey from supplier),
b as (select distinct on (ps_partkey, s_nationkey) ps_partkey, s_nationkey from partsupp join sn on s_suppkey = ps_suppkey)
select n_name as nation, parts, list_price from (
    select s_nationkey, count(*) as parts, sum(p_retailprice) as list_price from b join part on p_partkey = ps_partkey group by 1)
join nation on n_nationkey = s_nationkey order by 1
