-- query: {"metrics": ["orders", "shipped"], "by": [{"dimension": "time", "grain": "month"}]}
-- plan: From orders: aggregate orders.orders by orders.order_date.
-- plan:   not joined, for nothing asked needs it: orders.customer, orders.ship, orders.bill
-- plan: From orders: aggregate orders.shipped by orders.shipped_at.
-- plan:   not joined, for nothing asked needs it: orders.customer, orders.ship, orders.bill
-- plan: The groups are united on their dimensions; what a group lacks is empty.
-- column: month date time
-- column: orders bigint orders.orders
-- column: shipped bigint orders.shipped
-- row: ["2024-01-01", 1, 1]
-- row: ["2024-02-01", 3, 1]
-- row: ["2024-03-01", 1, 1]
-- row: [null, 1, 0]
-- duckdb
SELECT
  "groups"."d0" AS "month",
  MAX("groups"."m0") AS "orders",
  MAX("groups"."m1") AS "shipped"
FROM (
  SELECT
    (
      "orders"."order_date" - (
        CAST(EXTRACT(DAY FROM "orders"."order_date") AS INT) - 1
      )
    ) AS "d0",
    COUNT(*) AS "m0",
    CAST(NULL AS BIGINT) AS "m1"
  FROM "silver"."orders" AS "orders"
  GROUP BY
    1
  UNION ALL
  SELECT
    (
      CAST("orders"."shipped_at" AS DATE) - (
        CAST(EXTRACT(DAY FROM CAST("orders"."shipped_at" AS DATE)) AS INT) - 1
      )
    ) AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    COUNT("orders"."shipped_at") AS "m1"
  FROM "silver"."orders" AS "orders"
  GROUP BY
    1
) AS "groups"
GROUP BY
  1
ORDER BY
  1 ASC;
-- postgres
SELECT
  "groups"."d0" AS "month",
  MAX("groups"."m0") AS "orders",
  MAX("groups"."m1") AS "shipped"
FROM (
  SELECT
    CAST(DATE_TRUNC('MONTH', CAST("orders"."order_date" AS TIMESTAMP)) AS DATE) AS "d0",
    COUNT(*) AS "m0",
    CAST(NULL AS BIGINT) AS "m1"
  FROM "silver"."orders" AS "orders"
  GROUP BY
    1
  UNION ALL
  SELECT
    CAST(DATE_TRUNC('MONTH', CAST(CAST("orders"."shipped_at" AS DATE) AS TIMESTAMP)) AS DATE) AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    COUNT("orders"."shipped_at") AS "m1"
  FROM "silver"."orders" AS "orders"
  GROUP BY
    1
) AS "groups"
GROUP BY
  1
ORDER BY
  1 ASC;
