-- query: {"metrics": ["visits", "minutes"], "by": [{"dimension": "time", "grain": "day"}], "time_range": {"since": "2024-01-31", "until": "2024-02-02"}}
-- plan: From visits: aggregate visits.visits, visits.minutes by visits.at.
-- plan:   not joined, for nothing asked needs it: visits.customer
-- column: day date time
-- column: visits bigint visits.visits
-- column: minutes decimal(38,6) visits.minutes
-- row: ["2024-01-31", 1, "1.500000"]
-- row: ["2024-02-01", 1, "2.250000"]
-- duckdb and postgres
SELECT
  CAST("visits"."at" AT TIME ZONE 'UTC' AS DATE) AS "day",
  COUNT(*) AS "visits",
  SUM(CAST("visits"."minutes" AS DECIMAL(38, 6))) AS "minutes"
FROM "silver"."visits" AS "visits"
WHERE
  "visits"."at" >= '2024-01-31T00:00:00+00:00'
  AND "visits"."at" < '2024-02-02T00:00:00+00:00'
GROUP BY
  1
ORDER BY
  1 ASC;
