-- query: {"as": {"id": "e", "roles": ["eu"], "attributes": {"statuses": ["delivered", "cancelled"]}}, "metrics": ["repeat_customers"]}
-- plan: From orders: aggregate orders.repeat_customers.
-- plan:   with orders.order_count, computed over every row that may be seen
-- plan:   not joined, for nothing asked needs it: orders.customer, orders.ship, orders.bill
-- plan:   rows of orders held back by the access policy
-- column: repeat_customers bigint orders.repeat_customers
-- row: [1]
-- duckdb and postgres
SELECT
  COUNT(DISTINCT "orders"."customer_id") FILTER(WHERE
    "orders.per(order_count)"."value" > 1) AS "repeat_customers"
FROM "silver"."orders" AS "orders"
LEFT JOIN (
  SELECT
    "orders"."customer_id" AS "key0",
    COUNT(*) AS "value"
  FROM "silver"."orders" AS "orders"
  WHERE
    (
      "orders"."status" IN ('delivered', 'cancelled')
    )
  GROUP BY
    1
) AS "orders.per(order_count)"
  ON "orders.per(order_count)"."key0" = "orders"."customer_id"
WHERE
  (
    "orders"."status" IN ('delivered', 'cancelled')
  );
