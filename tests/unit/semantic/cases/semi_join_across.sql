-- query: {"metrics": ["paid"], "filters": [{"member": "items.product", "op": "equals", "values": ["apple"]}]}
-- plan: From payments: aggregate payments.paid.
-- plan:   kept where a row of items exists over payments.order.items(order)
-- plan:   joined to orders over payments.order
-- column: paid decimal(38,2) payments.paid
-- row: ["30.50"]
-- duckdb
SELECT
  SUM("payments"."amount") AS "paid"
FROM "silver"."payments" AS "payments"
LEFT JOIN "silver"."orders" AS "payments.order"
  ON "payments"."order_id" = "payments.order"."order_id"
SEMI JOIN "silver"."items" AS "payments.order.items(order)"
  ON "payments.order"."order_id" = "payments.order.items(order)"."order_id"
  AND "payments.order.items(order)"."product" = 'apple';
-- postgres
SELECT
  SUM("payments"."amount") AS "paid"
FROM "silver"."payments" AS "payments"
LEFT JOIN "silver"."orders" AS "payments.order"
  ON "payments"."order_id" = "payments.order"."order_id"
WHERE
  EXISTS(
    SELECT
      1
    FROM "silver"."items" AS "payments.order.items(order)"
    WHERE
      "payments.order"."order_id" = "payments.order.items(order)"."order_id"
      AND "payments.order.items(order)"."product" = 'apple'
  );
