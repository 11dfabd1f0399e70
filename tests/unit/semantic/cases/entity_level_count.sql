-- query: {"metrics": ["repeat_customers"], "by": [{"dimension": "order_date", "grain": "month"}], "time_range": {"since": "2024-02-01"}}
-- plan: From orders: aggregate orders.repeat_customers by orders.order_date.
-- plan:   with orders.order_count, computed over every row that may be seen
-- plan:   not joined, for nothing asked needs it: orders.customer, orders.ship, orders.bill
-- column: order_date_month date orders.order_date
-- column: repeat_customers bigint orders.repeat_customers
-- row: ["2024-02-01", 2]
-- row: ["2024-03-01", 1]
-- duckdb
SELECT
  (
    "orders"."order_date" - (
      CAST(EXTRACT(DAY FROM "orders"."order_date") AS INT) - 1
    )
  ) AS "order_date_month",
  COUNT(DISTINCT "orders"."customer_id") FILTER(WHERE
    "orders.per(order_count)"."value" > 1) AS "repeat_customers"
FROM "silver"."orders" AS "orders"
LEFT JOIN (
  SELECT
    "orders"."customer_id" AS "key0",
    COUNT(*) AS "value"
  FROM "silver"."orders" AS "orders"
  GROUP BY
    1
) AS "orders.per(order_count)"
  ON "orders.per(order_count)"."key0" = "orders"."customer_id"
WHERE
  "orders"."order_date" >= CAST('2024-02-01' AS DATE)
GROUP BY
  1
ORDER BY
  1 ASC;
-- postgres
SELECT
  CAST(DATE_TRUNC('MONTH', CAST("orders"."order_date" AS TIMESTAMP)) AS DATE) AS "order_date_month",
  COUNT(DISTINCT "orders"."customer_id") FILTER(WHERE
    "orders.per(order_count)"."value" > 1) AS "repeat_customers"
FROM "silver"."orders" AS "orders"
LEFT JOIN (
  SELECT
    "orders"."customer_id" AS "key0",
    COUNT(*) AS "value"
  FROM "silver"."orders" AS "orders"
  GROUP BY
    1
) AS "orders.per(order_count)"
  ON "orders.per(order_count)"."key0" = "orders"."customer_id"
WHERE
  "orders"."order_date" >= CAST('2024-02-01' AS DATE)
GROUP BY
  1
ORDER BY
  1 ASC;
