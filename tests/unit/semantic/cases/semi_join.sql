-- query: {"metrics": ["orders"], "filters": [{"member": "items.product", "op": "equals", "values": ["apple"]}, {"member": "items.qty", "op": "gt", "values": [1]}, {"member": "payments.kind", "op": "in", "values": ["card", "cash"]}]}
-- plan: From orders: aggregate orders.orders.
-- plan:   kept where a row of items exists over orders.items(order)
-- plan:   kept where a row of payments exists over orders.payments(order)
-- plan:   not joined, for nothing asked needs it: orders.customer, orders.ship, orders.bill
-- column: orders bigint orders.orders
-- row: [1]
-- duckdb
SELECT
  COUNT(*) AS "orders"
FROM "silver"."orders" AS "orders"
SEMI JOIN "silver"."payments" AS "orders.payments(order)"
  ON "orders"."order_id" = "orders.payments(order)"."order_id"
  AND "orders.payments(order)"."kind" IN ('card', 'cash')
SEMI JOIN "silver"."items" AS "orders.items(order)"
  ON "orders"."order_id" = "orders.items(order)"."order_id"
  AND "orders.items(order)"."product" = 'apple'
  AND "orders.items(order)"."qty" > 1;
-- postgres
SELECT
  COUNT(*) AS "orders"
FROM "silver"."orders" AS "orders"
WHERE
  EXISTS(
    SELECT
      1
    FROM "silver"."items" AS "orders.items(order)"
    WHERE
      "orders"."order_id" = "orders.items(order)"."order_id"
      AND "orders.items(order)"."product" = 'apple'
      AND "orders.items(order)"."qty" > 1
  )
  AND EXISTS(
    SELECT
      1
    FROM "silver"."payments" AS "orders.payments(order)"
    WHERE
      "orders"."order_id" = "orders.payments(order)"."order_id"
      AND "orders.payments(order)"."kind" IN ('card', 'cash')
  );
