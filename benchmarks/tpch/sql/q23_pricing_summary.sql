-- Eight figures by return flag and line status, of lines shipped before 1998-09-03 (TPC-H query 1).
-- form sums_over_counts: averages from the sums that are there already
select flag, status, quantity, price, revenue, charge, quantity::double / lines as average_quantity, price::double / lines as average_price, discount::double / lines as average_discount, lines
from (select l_returnflag as flag, l_linestatus as status, sum(l_quantity) as quantity, sum(l_extendedprice) as price,
        sum(l_extendedprice * (1 - l_discount)) as revenue, sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) as charge,
        sum(l_discount) as discount, count(*) as lines
    from lineitem where l_shipdate < date '1998-09-03' group by 1, 2) order by 1, 2
-- form plain: as it reads
select l_returnflag as flag, l_linestatus as status, sum(l_quantity) as quantity, sum(l_extendedprice) as price,
    sum(l_extendedprice * (1 - l_discount)) as revenue, sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) as charge,
    avg(l_quantity) as average_quantity, avg(l_extendedprice) as average_price, avg(l_discount) as average_discount, count(*) as lines
from lineitem where l_shipdate < date '1998-09-03' group by 1, 2 order by 1, 2
-- form codes: letters as numbers while grouping
select chr(f) as flag, chr(s) as status, quantity, price, revenue, charge, quantity::double / lines as average_quantity, price::double / lines as average_price, discount::double / lines as average_discount, lines
from (select ascii(l_returnflag) as f, ascii(l_linestatus) as s, sum(l_quantity) as quantity, sum(l_extendedprice) as price,
        sum(l_extendedprice * (1 - l_discount)) as revenue, sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) as charge,
        sum(l_discount) as discount, count(*) as lines
    from lineitem where l_shipdate < date '1998-09-03' group by 1, 2) order by 1, 2
-- form narrow: products in 64 bits
select l_returnflag as flag, l_linestatus as status, quantity, price, revenue, charge, quantity::double / lines as average_quantity, price::double / lines as average_price, discount::double / lines as average_discount, lines
from (select l_returnflag, l_linestatus, sum(l_quantity) as quantity, sum(l_extendedprice) as price, sum(r) as revenue,
        sum(r::decimal(12, 4) * (1 + l_tax::decimal(3, 2))) as charge, sum(l_discount) as discount, count(*) as lines
    from (select *, l_extendedprice * (1 - l_discount) as r from lineitem) where l_shipdate < date '1998-09-03' group by 1, 2) order by 1, 2
-- form split: products of what is already multiplied, averages from sums
select flag, status, quantity, price, revenue, charge, quantity::double / lines as average_quantity, price::double / lines as average_price, discount::double / lines as average_discount, lines
from (select l_returnflag as flag, l_linestatus as status, sum(l_quantity) as quantity, sum(l_extendedprice) as price,
        sum(r) as revenue, sum(r * (1 + l_tax)) as charge, sum(l_discount) as discount, count(*) as lines
    from (select l_returnflag, l_linestatus, l_quantity, l_extendedprice, l_discount, l_tax, l_shipdate, l_extendedprice * (1 - l_discount) as r from lineitem)
    where l_shipdate < date '1998-09-03' group by 1, 2) order by 1, 2
