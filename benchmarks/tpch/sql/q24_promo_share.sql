-- Share of revenue from promoted parts by month of shipping in 1995.
-- form flag_integer_month: the flag decided once a part, months as small integers
select make_date(1995, m::int, 1) as month, pr::double / nullif(r, 0)::double as promo_share from (
    select month(l_shipdate) as m, sum(l_extendedprice * (1 - l_discount)) as r, sum(l_extendedprice * (1 - l_discount)) filter (promo) as pr
    from lineitem join (select p_partkey, p_type like 'PROMO%' as promo from part) on p_partkey = l_partkey
    where l_shipdate >= date '1995-01-01' and l_shipdate < date '1996-01-01' group by 1) order by 1
-- form inner: as it reads
select date_trunc('month', l_shipdate)::date as month,
    sum(l_extendedprice * (1 - l_discount)) filter (p_type like 'PROMO%')::double / nullif(sum(l_extendedprice * (1 - l_discount)), 0)::double as promo_share
from lineitem join part on p_partkey = l_partkey
where l_shipdate >= date '1995-01-01' and l_shipdate < date '1996-01-01' group by 1 order by 1
-- form left: what is right on any data
select date_trunc('month', l_shipdate)::date as month,
    sum(l_extendedprice * (1 - l_discount)) filter (p_type like 'PROMO%')::double / nullif(sum(l_extendedprice * (1 - l_discount)), 0)::double as promo_share
from lineitem left join part on p_partkey = l_partkey
where l_shipdate >= date '1995-01-01' and l_shipdate < date '1996-01-01' group by 1 order by 1
-- form flag_first: promoted or not, decided once a part
select date_trunc('month', l_shipdate)::date as month,
    sum(l_extendedprice * (1 - l_discount)) filter (promo)::double / nullif(sum(l_extendedprice * (1 - l_discount)), 0)::double as promo_share
from lineitem join (select p_partkey, p_type like 'PROMO%' as promo from part) on p_partkey = l_partkey
where l_shipdate >= date '1995-01-01' and l_shipdate < date '1996-01-01' group by 1 order by 1
-- form semi: promoted parts as a set, days first
with l as (select l_shipdate, l_partkey in (select p_partkey from part where p_type like 'PROMO%') as promo, l_extendedprice * (1 - l_discount) as r
    from lineitem where l_shipdate >= date '1995-01-01' and l_shipdate < date '1996-01-01')
select date_trunc('month', l_shipdate)::date as month, sum(r) filter (promo)::double / nullif(sum(r), 0)::double as promo_share from l group by 1 order by 1
-- form two_scans: the total without any join, the promoted part with a small one
with t as (select month(l_shipdate) as m, sum(l_extendedprice * (1 - l_discount)) as r from lineitem where l_shipdate >= date '1995-01-01' and l_shipdate < date '1996-01-01' group by 1),
p as (select month(l_shipdate) as m, sum(l_extendedprice * (1 - l_discount)) as r from lineitem join part on p_partkey = l_partkey
    where l_shipdate >= date '1995-01-01' and l_shipdate < date '1996-01-01' and p_type like 'PROMO%' group by 1)
select make_date(1995, m::int, 1) as month, p.r::double / nullif(t.r, 0)::double as promo_share from t left join p using (m) order by 1
-- form set_integer_month: promoted parts as a set, months as integers
select make_date(1995, m::int, 1) as month, sum(r) filter (promo)::double / nullif(sum(r), 0)::double as promo_share from (
    select month(l_shipdate) as m, l_partkey in (select p_partkey from part where p_type like 'PROMO%') as promo, sum(l_extendedprice * (1 - l_discount)) as r
    from lineitem where l_shipdate >= date '1995-01-01' and l_shipdate < date '1996-01-01' group by 1, 2) group by m order by 1
-- form two_scans_days: the total without any join, both by day first
with t as (select l_shipdate as d, sum(l_extendedprice * (1 - l_discount)) as r from lineitem where l_shipdate >= date '1995-01-01' and l_shipdate < date '1996-01-01' group by 1),
p as (select l_shipdate as d, sum(l_extendedprice * (1 - l_discount)) as r from lineitem semi join (select p_partkey from part where p_type like 'PROMO%') on p_partkey = l_partkey
    where l_shipdate >= date '1995-01-01' and l_shipdate < date '1996-01-01' group by 1)
select date_trunc('month', d)::date as month, sum(p.r)::double / nullif(sum(t.r), 0)::double as promo_share from t left join p using (d) group by 1 order by 1
-- form days_first: by day and promotion, then by month
select date_trunc('month', d)::date as month, sum(pr)::double / nullif(sum(r), 0)::double as promo_share from (
    select l_shipdate as d, sum(l_extendedprice * (1 - l_discount)) as r, sum(l_extendedprice * (1 - l_discount)) filter (promo) as pr
    from lineitem join (select p_partkey, p_type like 'PROMO%' as promo from part) on p_partkey = l_partkey
    where l_shipdate >= date '1995-01-01' and l_shipdate < date '1996-01-01' group by 1) group by 1 order by 1
