-- Balance at the end of each month: the last day of the month that has rows, summed over suppliers.
-- form arg_max: sums by day, then the sum of the latest
select date_trunc('month', a_date)::date as month, max_by(balance, a_date) as balance
from (select a_date, sum(a_balance) as balance from account_day group by 1) group by 1 order by 1
-- form two_scans: the last days, then their rows
with last as (select max(a_date) as a_date from account_day group by date_trunc('month', a_date))
select date_trunc('month', a_date)::date as month, sum(a_balance) as balance from account_day semi join last using (a_date) group by 1 order by 1
-- form days_first: sums by day, of which the last of each month stays
select date_trunc('month', a_date)::date as month, balance from (select a_date, sum(a_balance) as balance from account_day group by 1)
qualify row_number() over (partition by date_trunc('month', a_date) order by a_date desc) = 1 order by 1
-- form join_last: the last days joined
with last as (select date_trunc('month', a_date)::date as month, max(a_date) as a_date from account_day group by 1)
select month, sum(a_balance) as balance from account_day join last using (a_date) group by 1 order by 1
-- form distinct_days: the last days from the distinct days
with last as materialized (select max(a_date) as a_date from (select distinct a_date from account_day) group by date_trunc('month', a_date))
select date_trunc('month', a_date)::date as month, sum(a_balance) as balance from account_day where a_date in (from last) group by 1 order by 1
-- form bitmap: the last days as one list of integers, aggregated by day only where it matters
select date_trunc('month', a_date)::date as month, sum(a_balance) as balance
from account_day where a_date in (select unnest(list(d)) from (select max(a_date) as d from account_day group by year(a_date) * 12 + month(a_date)))
group by 1 order by 1
-- form integer_month: sums by day, then the latest of an integer month
select make_date((m // 12)::int, (m % 12 + 1)::int, 1) as month, balance from (
    select year(a_date) * 12 + month(a_date) - 1 as m, max_by(balance, a_date) as balance from (select a_date, sum(a_balance) as balance from account_day group by 1) group by 1)
order by 1
