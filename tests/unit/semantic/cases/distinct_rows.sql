-- query: {"by": [{"dimension": "orders.status"}, {"dimension": "orders.customer.region"}], "segments": ["delivered"], "limit": 2}
-- plan: From orders: read the rows by orders.status, orders.customer.region.
-- plan:   joined to customers over orders.customer
-- plan:   not joined, for nothing asked needs it: orders.ship, orders.bill
-- column: status text orders.status
-- column: region text orders.customer.region
-- row: ["delivered", "EU"]
-- row: ["delivered", null]
-- duckdb
SELECT DISTINCT
  "orders"."status" AS "status",
  "orders.customer"."region" AS "region"
FROM "silver"."orders" AS "orders"
LEFT JOIN "silver"."customers" AS "orders.customer"
  ON "orders"."customer_id" = "orders.customer"."customer_id"
WHERE
  (
    "orders"."status" = 'delivered'
  )
ORDER BY
  1 ASC,
  2 ASC
LIMIT 2;
-- postgres
SELECT DISTINCT
  "orders"."status" COLLATE "C" AS "status",
  "orders.customer"."region" COLLATE "C" AS "region"
FROM "silver"."orders" AS "orders"
LEFT JOIN "silver"."customers" AS "orders.customer"
  ON "orders"."customer_id" = "orders.customer"."customer_id"
WHERE
  (
    "orders"."status" = 'delivered'
  )
ORDER BY
  1 ASC,
  2 ASC
LIMIT 2;
