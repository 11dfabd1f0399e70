-- query: {"metrics": ["orders"], "filters": [{"member": "shipped_at", "op": "lte", "values": ["2024-02-05"]}, {"member": "shipped_at", "op": "not_equals", "values": ["2024-01-04"]}]}
-- plan: From orders: aggregate orders.orders.
-- plan:   not joined, for nothing asked needs it: orders.customer, orders.ship, orders.bill
-- column: orders bigint orders.orders
-- row: [1]
-- duckdb and postgres
SELECT
  COUNT(*) AS "orders"
FROM "silver"."orders" AS "orders"
WHERE
  "orders"."shipped_at" < CAST('2024-02-06 00:00:00' AS TIMESTAMP)
  AND (
    "orders"."shipped_at" IS NULL
    OR (
      NOT (
        "orders"."shipped_at" >= CAST('2024-01-04 00:00:00' AS TIMESTAMP)
        AND "orders"."shipped_at" < CAST('2024-01-05 00:00:00' AS TIMESTAMP)
      )
    )
  );
