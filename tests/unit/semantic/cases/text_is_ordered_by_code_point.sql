-- query: {"metrics": ["orders"], "by": [{"dimension": "status"}], "filters": [{"member": "status", "op": "gte", "values": ["a"]}], "order": [{"member": "status", "desc": true, "nulls": "first"}], "limit": 2, "offset": 1}
-- plan: From orders: aggregate orders.orders by orders.status.
-- plan:   not joined, for nothing asked needs it: orders.customer, orders.ship, orders.bill
-- column: status text orders.status
-- column: orders bigint orders.orders
-- row: ["delivered", 3]
-- row: ["cancelled", 1]
-- duckdb
SELECT
  "orders"."status" AS "status",
  COUNT(*) AS "orders"
FROM "silver"."orders" AS "orders"
WHERE
  "orders"."status" >= 'a'
GROUP BY
  1
ORDER BY
  1 DESC NULLS FIRST
LIMIT 2
OFFSET 1;
-- postgres
SELECT
  "orders"."status" COLLATE "C" AS "status",
  COUNT(*) AS "orders"
FROM "silver"."orders" AS "orders"
WHERE
  "orders"."status" COLLATE "C" >= 'a'
GROUP BY
  1
ORDER BY
  1 DESC
LIMIT 2
OFFSET 1;
