-- query: {"metrics": ["revenue"], "by": [{"dimension": "time", "grain": "month"}], "compare": "previous_month"}
-- plan: From orders: aggregate orders.revenue by orders.order_date.
-- plan:   not joined, for nothing asked needs it: orders.customer, orders.ship, orders.bill
-- plan: The same groups 1 month earlier are read beside them: orders.revenue.
-- column: month date time
-- column: revenue decimal(38,2) orders.revenue
-- column: revenue__previous decimal(38,2) orders.revenue__previous
-- column: revenue__delta decimal(38,2) orders.revenue__delta
-- column: revenue__growth double orders.revenue__growth
-- row: ["2024-01-01", "10.50", null, null, null]
-- row: ["2024-02-01", "32.00", "10.50", "21.50", 2.04761904762]
-- row: ["2024-03-01", null, "32.00", null, null]
-- row: [null, "8.00", null, null, null]
-- duckdb
WITH "current_groups" AS (
  SELECT
    (
      "orders"."order_date" - (
        CAST(EXTRACT(DAY FROM "orders"."order_date") AS INT) - 1
      )
    ) AS "d0",
    SUM("orders"."total") AS "u0",
    CAST(NULL AS DECIMAL(38, 2)) AS "u1",
    1 AS "made"
  FROM "silver"."orders" AS "orders"
  GROUP BY
    1
)
SELECT
  "grouped"."d0" AS "month",
  "grouped"."u0" AS "revenue",
  "grouped"."u1" AS "revenue__previous",
  CAST("grouped"."u0" - "grouped"."u1" AS DECIMAL(38, 2)) AS "revenue__delta",
  (
    CAST((
      "grouped"."u0" - "grouped"."u1"
    ) AS DOUBLE) / NULLIF(CAST("grouped"."u1" AS DOUBLE), 0)
  ) AS "revenue__growth"
FROM (
  SELECT
    "united"."d0",
    MAX("united"."u0") AS "u0",
    MAX("united"."u1") AS "u1"
  FROM (
    SELECT
      "current_groups"."d0" AS "d0",
      "current_groups"."u0" AS "u0",
      CAST(NULL AS DECIMAL(38, 2)) AS "u1",
      1 AS "made"
    FROM "current_groups"
    UNION ALL
    SELECT
      CAST("earlier"."d0" + INTERVAL 1 MONTH AS DATE) AS "d0",
      CAST(NULL AS DECIMAL(38, 2)) AS "u0",
      "earlier"."u0" AS "u1",
      0 AS "made"
    FROM "current_groups" AS "earlier"
    WHERE
      NOT "earlier"."d0" IS NULL
  ) AS "united"
  GROUP BY
    1
  HAVING
    MAX("united"."made") = 1
) AS "grouped"
ORDER BY
  1 ASC;
-- postgres
WITH "current_groups" AS (
  SELECT
    CAST(DATE_TRUNC('MONTH', CAST("orders"."order_date" AS TIMESTAMP)) AS DATE) AS "d0",
    SUM("orders"."total") AS "u0",
    CAST(NULL AS DECIMAL(38, 2)) AS "u1",
    1 AS "made"
  FROM "silver"."orders" AS "orders"
  GROUP BY
    1
)
SELECT
  "grouped"."d0" AS "month",
  "grouped"."u0" AS "revenue",
  "grouped"."u1" AS "revenue__previous",
  CAST("grouped"."u0" - "grouped"."u1" AS DECIMAL(38, 2)) AS "revenue__delta",
  (
    CAST((
      "grouped"."u0" - "grouped"."u1"
    ) AS DOUBLE PRECISION) / NULLIF(CAST("grouped"."u1" AS DOUBLE PRECISION), 0)
  ) AS "revenue__growth"
FROM (
  SELECT
    "united"."d0",
    MAX("united"."u0") AS "u0",
    MAX("united"."u1") AS "u1"
  FROM (
    SELECT
      "current_groups"."d0" AS "d0",
      "current_groups"."u0" AS "u0",
      CAST(NULL AS DECIMAL(38, 2)) AS "u1",
      1 AS "made"
    FROM "current_groups"
    UNION ALL
    SELECT
      CAST("earlier"."d0" + INTERVAL '1 MONTH' AS DATE) AS "d0",
      CAST(NULL AS DECIMAL(38, 2)) AS "u0",
      "earlier"."u0" AS "u1",
      0 AS "made"
    FROM "current_groups" AS "earlier"
    WHERE
      NOT "earlier"."d0" IS NULL
  ) AS "united"
  GROUP BY
    1
  HAVING
    MAX("united"."made") = 1
) AS "grouped"
ORDER BY
  1 ASC;
