-- Orders by the customer's nation and the suppliers' balance by the supplier's nation: a chasm trap.
-- form aggregated_first: each side by nation key, then the nations
with o as (select c_nationkey as k, count(*) as orders from orders join customer on c_custkey = o_custkey group by 1),
s as (select s_nationkey as k, sum(s_acctbal) as balance from supplier group by 1)
select n_name as nation, orders, balance from nation left join o on o.k = n_nationkey left join s on s.k = n_nationkey
where orders is not null or balance is not null order by 1
-- form left: what is right on any data
with u as (
    select n_name, count(*) as orders, null::decimal(38, 2) as balance
    from orders left join customer on c_custkey = o_custkey left join nation on n_nationkey = c_nationkey group by 1
    union all
    select n_name, null, sum(s_acctbal) from supplier left join nation on n_nationkey = s_nationkey group by 1)
select n_name as nation, sum(orders)::bigint as orders, sum(balance)::decimal(38, 2) as balance from u group by 1 order by 1 nulls last
-- form by_customer: orders counted by customer before they meet customers
with o as (select c_nationkey as k, sum(n)::bigint as orders
    from (select o_custkey, count(*) as n from orders group by 1) join customer on c_custkey = o_custkey group by 1),
s as (select s_nationkey as k, sum(s_acctbal) as balance from supplier group by 1)
select n_name as nation, orders, balance from nation left join o on o.k = n_nationkey left join s on s.k = n_nationkey
where orders is not null or balance is not null order by 1
-- form narrow: the customer's nation as a tiny integer in the hash table (knows the data)
with o as (select k, count(*) as orders from orders join (select c_custkey::int as c, c_nationkey::tinyint as k from customer) on c = o_custkey::int group by 1),
s as (select s_nationkey as k, sum(s_acctbal) as balance from supplier group by 1)
select n_name as nation, orders, balance from nation left join o on o.k = n_nationkey left join s on s.k = n_nationkey
where orders is not null or balance is not null order by 1
-- form union: names while grouping, the two sides stacked (as the compiler wrote it on 2026-11-20)
select nation, max(orders) as orders, max(balance) as balance from (
    select n_name as nation, count(*) as orders, null::decimal(38, 2) as balance
    from orders join customer on c_custkey = o_custkey join nation on n_nationkey = c_nationkey group by 1
    union all
    select n_name, null, sum(s_acctbal) from supplier join nation on n_nationkey = s_nationkey group by 1)
group by 1 order by 1
