-- query: {"metrics": ["average_order"], "by": [{"dimension": "time", "grain": "month"}]}
-- plan: From orders: aggregate orders.revenue, orders.orders by orders.order_date.
-- plan:   not joined, for nothing asked needs it: orders.customer, orders.ship, orders.bill
-- plan: Computed last: orders.average_order.
-- column: month date time
-- column: average_order double orders.average_order
-- row: ["2024-01-01", 10.5]
-- row: ["2024-02-01", 10.6666666667]
-- row: ["2024-03-01", null]
-- row: [null, 8.0]
-- duckdb
SELECT
  (
    "orders"."order_date" - (
      CAST(EXTRACT(DAY FROM "orders"."order_date") AS INT) - 1
    )
  ) AS "month",
  (
    CAST(SUM("orders"."total") AS DOUBLE) / NULLIF(CAST(COUNT(*) AS DOUBLE), 0)
  ) AS "average_order"
FROM "silver"."orders" AS "orders"
GROUP BY
  1
ORDER BY
  1 ASC;
-- postgres
SELECT
  CAST(DATE_TRUNC('MONTH', CAST("orders"."order_date" AS TIMESTAMP)) AS DATE) AS "month",
  (
    CAST(SUM("orders"."total") AS DOUBLE PRECISION) / NULLIF(CAST(COUNT(*) AS DOUBLE PRECISION), 0)
  ) AS "average_order"
FROM "silver"."orders" AS "orders"
GROUP BY
  1
ORDER BY
  1 ASC;
