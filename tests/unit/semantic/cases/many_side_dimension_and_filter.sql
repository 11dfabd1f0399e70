-- query: {"metrics": ["orders"], "by": [{"dimension": "items.product"}], "filters": [{"member": "items.qty", "op": "gt", "values": [1]}]}
-- plan: From orders: aggregate orders.orders by orders.items(order).product.
-- plan:   joined to the many rows of items over orders.items(order)
-- plan:   not joined, for nothing asked needs it: orders.customer, orders.ship, orders.bill
-- plan:   each row of orders counted once a group, by order_id
-- column: product text items.product
-- column: orders bigint orders.orders
-- row: ["apple", 1]
-- row: ["cake", 1]
-- row: [null, 1]
-- duckdb
SELECT
  "distinct"."d0" AS "product",
  COUNT(*) AS "orders"
FROM (
  SELECT DISTINCT
    "orders.items(order)"."product" AS "d0",
    "orders"."order_id" AS "k0"
  FROM "silver"."orders" AS "orders"
  LEFT JOIN "silver"."items" AS "orders.items(order)"
    ON "orders"."order_id" = "orders.items(order)"."order_id"
  WHERE
    (
      NOT "orders.items(order)"."order_id" IS NULL
    )
    AND "orders.items(order)"."qty" > 1
) AS "distinct"
GROUP BY
  1
ORDER BY
  1 ASC;
-- postgres
SELECT
  "distinct"."d0" AS "product",
  COUNT(*) AS "orders"
FROM (
  SELECT DISTINCT
    "orders.items(order)"."product" COLLATE "C" AS "d0",
    "orders"."order_id" AS "k0"
  FROM "silver"."orders" AS "orders"
  LEFT JOIN "silver"."items" AS "orders.items(order)"
    ON "orders"."order_id" = "orders.items(order)"."order_id"
  WHERE
    (
      NOT "orders.items(order)"."order_id" IS NULL
    )
    AND "orders.items(order)"."qty" > 1
) AS "distinct"
GROUP BY
  1
ORDER BY
  1 ASC;
