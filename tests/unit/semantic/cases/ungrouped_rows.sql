-- query: {"by": [{"dimension": "orders.order_id"}, {"dimension": "orders.total"}], "ungrouped": true, "order": [{"member": "total", "desc": true}], "limit": 3}
-- plan: From orders: read the rows by orders.order_id, orders.total.
-- plan:   not joined, for nothing asked needs it: orders.customer, orders.ship, orders.bill
-- column: order_id bigint orders.order_id
-- column: total decimal(38,2) orders.total
-- row: [2, "20.00"]
-- row: [1, "10.50"]
-- row: [5, "8.00"]
-- duckdb
SELECT
  "orders"."order_id" AS "order_id",
  "orders"."total" AS "total"
FROM "silver"."orders" AS "orders"
ORDER BY
  2 DESC,
  1 ASC
LIMIT 3;
-- postgres
SELECT
  "orders"."order_id" AS "order_id",
  "orders"."total" AS "total"
FROM "silver"."orders" AS "orders"
ORDER BY
  2 DESC NULLS LAST,
  1 ASC
LIMIT 3;
