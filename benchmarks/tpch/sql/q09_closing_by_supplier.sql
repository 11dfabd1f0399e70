-- Balance at the end of each month by region: the last row of each supplier in the month.
-- form two_integers: supplier and month as two integers
with l as (select a_suppkey, year(a_date) * 12 + month(a_date) - 1 as m, max_by(a_balance, a_date) as balance from account_day group by 1, 2)
select r_name as region, make_date((m // 12)::int, (m % 12 + 1)::int, 1) as month, sum(balance) as balance from (
    select s_nationkey, m, sum(balance) as balance from l join supplier on s_suppkey = a_suppkey group by 1, 2)
join nation on n_nationkey = s_nationkey join region on r_regionkey = n_regionkey
group by 1, 2 order by 1, 2
-- form integer_keys: supplier and month packed into one integer key (knows the data)
with l as (select a_suppkey * 1000 + (year(a_date) - 1990) * 12 + month(a_date) - 1 as k, max_by(a_balance, a_date) as balance from account_day group by 1)
select r_name as region, make_date(1990 + (m // 12)::int, (m % 12 + 1)::int, 1) as month, sum(balance) as balance from (
    select s_nationkey, k % 1000 as m, sum(balance) as balance from l join supplier on s_suppkey = k // 1000 group by 1, 2)
join nation on n_nationkey = s_nationkey join region on r_regionkey = n_regionkey
group by 1, 2 order by 1, 2
-- form arg_max: the balance of each supplier's last day, then regions
select r_name as region, month, sum(balance) as balance
from (select a_suppkey, date_trunc('month', a_date)::date as month, max_by(a_balance, a_date) as balance from account_day group by 1, 2)
join supplier on s_suppkey = a_suppkey join nation on n_nationkey = s_nationkey join region on r_regionkey = n_regionkey
group by 1, 2 order by 1, 2
-- form window: row_number over supplier and month (right on any data)
select r_name as region, month, sum(a_balance)::decimal(38, 2) as balance
from (select a_suppkey, date_trunc('month', a_date)::date as month, a_balance from account_day
      qualify row_number() over (partition by a_suppkey, date_trunc('month', a_date) order by a_date desc) = 1)
left join supplier on s_suppkey = a_suppkey left join nation on n_nationkey = s_nationkey left join region on r_regionkey = n_regionkey
group by 1, 2 order by 1, 2
-- form join_last: each supplier's last day joined back
with last as (select a_suppkey, max(a_date) as a_date from account_day group by a_suppkey, date_trunc('month', a_date))
select r_name as region, date_trunc('month', a_date)::date as month, sum(a_balance) as balance
from account_day semi join last using (a_suppkey, a_date)
join supplier on s_suppkey = a_suppkey join nation on n_nationkey = s_nationkey join region on r_regionkey = n_regionkey
group by 1, 2 order by 1, 2
-- form packed_value: day and balance packed into one integer, so that one plain max finds both (knows the data)
with l as (
    select a_suppkey * 1000 + (year(a_date) - 1990) * 12 + month(a_date) - 1 as k,
        max((a_date - date '1990-01-01') * 10000000000 + (a_balance * 100)::bigint + 5000000000) as v
    from account_day group by 1)
select r_name as region, make_date(1990 + (m // 12)::int, (m % 12 + 1)::int, 1) as month, sum(b)::decimal(38, 2) as balance from (
    select s_nationkey, k % 1000 as m, (sum(v % 10000000000 - 5000000000)::decimal(38, 2) / 100)::decimal(38, 2) as b from l join supplier on s_suppkey = k // 1000 group by 1, 2)
join nation on n_nationkey = s_nationkey join region on r_regionkey = n_regionkey
group by 1, 2 order by 1, 2
-- form last_day_each: the last day of each supplier and month as a set of keys, then the rows
with l as (select a_suppkey, max(a_date) as a_date from account_day group by a_suppkey, year(a_date) * 12 + month(a_date))
select r_name as region, date_trunc('month', a_date)::date as month, sum(b)::decimal(38, 2) as balance from (
    select s_nationkey, a_date, sum(a_balance) as b from account_day semi join l using (a_suppkey, a_date) join supplier on s_suppkey = a_suppkey group by 1, 2)
join nation on n_nationkey = s_nationkey join region on r_regionkey = n_regionkey group by 1, 2 order by 1, 2
-- form arg_max_integer: max_by by an integer month, regions straight
select r_name as region, make_date((m // 12)::int, (m % 12 + 1)::int, 1) as month, sum(balance) as balance
from (select a_suppkey, year(a_date) * 12 + month(a_date) - 1 as m, max_by(a_balance, a_date) as balance from account_day group by 1, 2)
join supplier on s_suppkey = a_suppkey join nation on n_nationkey = s_nationkey join region on r_regionkey = n_regionkey
group by 1, 2 order by 1, 2
