-- query: {"metrics": ["orders", "revenue"], "by": [{"dimension": "items.product"}]}
-- plan: From orders: aggregate orders.orders, orders.revenue by orders.items(order).product.
-- plan:   joined to the many rows of items over orders.items(order)
-- plan:   not joined, for nothing asked needs it: orders.customer, orders.ship, orders.bill
-- plan:   each row of orders counted once a group, by order_id
-- column: product text items.product
-- column: orders bigint orders.orders
-- column: revenue decimal(38,2) orders.revenue
-- row: ["apple", 2, "30.50"]
-- row: ["bread", 1, "10.50"]
-- row: ["cake", 1, "5.00"]
-- row: [null, 3, "15.00"]
-- duckdb
SELECT
  "distinct"."d0" AS "product",
  COUNT(*) AS "orders",
  SUM("distinct"."v0") AS "revenue"
FROM (
  SELECT DISTINCT
    "orders.items(order)"."product" AS "d0",
    "orders"."order_id" AS "k0",
    "orders"."total" AS "v0"
  FROM "silver"."orders" AS "orders"
  LEFT JOIN "silver"."items" AS "orders.items(order)"
    ON "orders"."order_id" = "orders.items(order)"."order_id"
) AS "distinct"
GROUP BY
  1
ORDER BY
  1 ASC;
-- postgres
SELECT
  "distinct"."d0" AS "product",
  COUNT(*) AS "orders",
  SUM("distinct"."v0") AS "revenue"
FROM (
  SELECT DISTINCT
    "orders.items(order)"."product" COLLATE "C" AS "d0",
    "orders"."order_id" AS "k0",
    "orders"."total" AS "v0"
  FROM "silver"."orders" AS "orders"
  LEFT JOIN "silver"."items" AS "orders.items(order)"
    ON "orders"."order_id" = "orders.items(order)"."order_id"
) AS "distinct"
GROUP BY
  1
ORDER BY
  1 ASC;
