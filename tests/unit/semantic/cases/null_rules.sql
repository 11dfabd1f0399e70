-- query: {"metrics": ["orders"], "filters": [{"member": "status", "op": "not_equals", "values": ["new"]}, {"member": "status", "op": "not_contains", "values": ["x"]}, {"member": "region", "op": "not_in", "values": ["EU", "US"]}]}
-- plan: From orders: aggregate orders.orders.
-- plan:   joined to customers over orders.customer
-- plan:   not joined, for nothing asked needs it: orders.ship, orders.bill
-- column: orders bigint orders.orders
-- row: [3]
-- duckdb and postgres
SELECT
  COUNT(*) AS "orders"
FROM "silver"."orders" AS "orders"
LEFT JOIN "silver"."customers" AS "orders.customer"
  ON "orders"."customer_id" = "orders.customer"."customer_id"
WHERE
  (
    "orders"."status" IS NULL OR (
      NOT (
        "orders"."status" = 'new'
      )
    )
  )
  AND (
    "orders"."status" IS NULL
    OR (
      NOT (
        "orders"."status" LIKE '%x%' ESCAPE '!'
      )
    )
  )
  AND (
    "orders.customer"."region" IS NULL
    OR (
      NOT (
        "orders.customer"."region" IN ('EU', 'US')
      )
    )
  );
