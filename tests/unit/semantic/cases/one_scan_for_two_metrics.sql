-- query: {"metrics": ["revenue", "delivered", "buyers"], "by": [{"dimension": "status"}]}
-- plan: From orders: aggregate orders.revenue, orders.delivered, orders.buyers by orders.status.
-- plan:   not joined, for nothing asked needs it: orders.customer, orders.ship, orders.bill
-- column: status text orders.status
-- column: revenue decimal(38,2) orders.revenue
-- column: delivered bigint orders.delivered
-- column: buyers bigint orders.buyers
-- row: ["cancelled", "5.00", 0, 1]
-- row: ["delivered", "37.50", 3, 1]
-- row: ["new", "8.00", 0, 1]
-- row: [null, null, 0, 1]
-- duckdb
SELECT
  "orders"."status" AS "status",
  SUM("orders"."total") AS "revenue",
  COUNT(*) FILTER(WHERE
    "orders"."status" = 'delivered') AS "delivered",
  COUNT(DISTINCT "orders"."customer_id") AS "buyers"
FROM "silver"."orders" AS "orders"
GROUP BY
  1
ORDER BY
  1 ASC;
-- postgres
SELECT
  "orders"."status" COLLATE "C" AS "status",
  SUM("orders"."total") AS "revenue",
  COUNT(*) FILTER(WHERE
    "orders"."status" = 'delivered') AS "delivered",
  COUNT(DISTINCT "orders"."customer_id") AS "buyers"
FROM "silver"."orders" AS "orders"
GROUP BY
  1
ORDER BY
  1 ASC;
