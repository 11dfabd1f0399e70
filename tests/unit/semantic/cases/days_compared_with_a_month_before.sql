-- query: {"metrics": ["orders"], "by": [{"dimension": "time", "grain": "day"}], "compare": "previous_month"}
-- plan: From orders: aggregate orders.orders by orders.order_date.
-- plan:   not joined, for nothing asked needs it: orders.customer, orders.ship, orders.bill
-- plan: The same groups 1 month earlier are read beside them: orders.orders.
-- column: day date time
-- column: orders bigint orders.orders
-- column: orders__previous bigint orders.orders__previous
-- column: orders__delta bigint orders.orders__delta
-- column: orders__growth double orders.orders__growth
-- row: ["2024-01-03", 1, null, null, null]
-- row: ["2024-02-03", 1, 1, 0, 0.0]
-- row: ["2024-02-10", 1, null, null, null]
-- row: ["2024-02-11", 1, null, null, null]
-- row: ["2024-03-01", 1, null, null, null]
-- row: [null, 1, null, null, null]
-- duckdb
WITH "current_groups" AS (
  SELECT
    "orders"."order_date" AS "d0",
    COUNT(*) AS "u0",
    CAST(NULL AS BIGINT) AS "u1",
    1 AS "made"
  FROM "silver"."orders" AS "orders"
  GROUP BY
    1
)
SELECT
  "grouped"."d0" AS "day",
  "grouped"."u0" AS "orders",
  "grouped"."u1" AS "orders__previous",
  CAST("grouped"."u0" - "grouped"."u1" AS BIGINT) AS "orders__delta",
  (
    CAST((
      "grouped"."u0" - "grouped"."u1"
    ) AS DOUBLE) / NULLIF(CAST("grouped"."u1" AS DOUBLE), 0)
  ) AS "orders__growth"
FROM (
  SELECT
    "united"."d0",
    MAX("united"."u0") AS "u0",
    MAX("united"."u1") AS "u1"
  FROM (
    SELECT
      "current_groups"."d0" AS "d0",
      "current_groups"."u0" AS "u0",
      CAST(NULL AS BIGINT) AS "u1",
      1 AS "made"
    FROM "current_groups"
    UNION ALL
    SELECT
      "periods"."now" AS "d0",
      CAST(NULL AS BIGINT) AS "u0",
      "earlier"."u0" AS "u1",
      0 AS "made"
    FROM "current_groups" AS "earlier"
    JOIN (
      SELECT DISTINCT
        "current_groups"."d0" AS "now",
        CAST("current_groups"."d0" - INTERVAL 1 MONTH AS DATE) AS "then"
      FROM "current_groups"
    ) AS "periods"
      ON "periods"."then" = "earlier"."d0"
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
    "orders"."order_date" AS "d0",
    COUNT(*) AS "u0",
    CAST(NULL AS BIGINT) AS "u1",
    1 AS "made"
  FROM "silver"."orders" AS "orders"
  GROUP BY
    1
)
SELECT
  "grouped"."d0" AS "day",
  "grouped"."u0" AS "orders",
  "grouped"."u1" AS "orders__previous",
  CAST("grouped"."u0" - "grouped"."u1" AS BIGINT) AS "orders__delta",
  (
    CAST((
      "grouped"."u0" - "grouped"."u1"
    ) AS DOUBLE PRECISION) / NULLIF(CAST("grouped"."u1" AS DOUBLE PRECISION), 0)
  ) AS "orders__growth"
FROM (
  SELECT
    "united"."d0",
    MAX("united"."u0") AS "u0",
    MAX("united"."u1") AS "u1"
  FROM (
    SELECT
      "current_groups"."d0" AS "d0",
      "current_groups"."u0" AS "u0",
      CAST(NULL AS BIGINT) AS "u1",
      1 AS "made"
    FROM "current_groups"
    UNION ALL
    SELECT
      "periods"."now" AS "d0",
      CAST(NULL AS BIGINT) AS "u0",
      "earlier"."u0" AS "u1",
      0 AS "made"
    FROM "current_groups" AS "earlier"
    JOIN (
      SELECT DISTINCT
        "current_groups"."d0" AS "now",
        CAST("current_groups"."d0" - INTERVAL '1 MONTH' AS DATE) AS "then"
      FROM "current_groups"
    ) AS "periods"
      ON "periods"."then" = "earlier"."d0"
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
