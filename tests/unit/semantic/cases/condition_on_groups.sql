-- query: {"metrics": ["orders"], "by": [{"dimension": "status"}], "filters": [{"member": "revenue", "op": "gt", "values": [5]}, {"member": "region", "op": "is_null", "values": []}]}
-- plan: From orders: aggregate orders.orders, orders.revenue by orders.status.
-- plan:   joined to customers over orders.customer
-- plan:   not joined, for nothing asked needs it: orders.ship, orders.bill
-- column: status text orders.status
-- column: orders bigint orders.orders
-- row: ["delivered", 1]
-- row: ["new", 1]
-- duckdb
SELECT
  "orders"."status" AS "status",
  COUNT(*) AS "orders"
FROM "silver"."orders" AS "orders"
LEFT JOIN "silver"."customers" AS "orders.customer"
  ON "orders"."customer_id" = "orders.customer"."customer_id"
WHERE
  "orders.customer"."region" IS NULL
GROUP BY
  1
HAVING
  SUM("orders"."total") > 5
ORDER BY
  1 ASC;
-- postgres
SELECT
  "orders"."status" COLLATE "C" AS "status",
  COUNT(*) AS "orders"
FROM "silver"."orders" AS "orders"
LEFT JOIN "silver"."customers" AS "orders.customer"
  ON "orders"."customer_id" = "orders.customer"."customer_id"
WHERE
  "orders.customer"."region" IS NULL
GROUP BY
  1
HAVING
  SUM("orders"."total") > 5
ORDER BY
  1 ASC;
