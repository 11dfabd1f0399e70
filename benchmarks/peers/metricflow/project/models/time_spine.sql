select day::date as date_day from generate_series(timestamp '1992-01-01', timestamp '1998-12-31', interval 1 day) as t(day)
