-- query: {"as": {"id": "e", "roles": ["eu"], "attributes": {"statuses": ["delivered", "cancelled"]}}, "metrics": ["customers"], "filters": [{"member": "orders.status", "op": "not_equals", "values": ["new"]}]}
-- plan: From customers: aggregate customers.customers.
-- plan:   kept where a row of orders exists over customers.orders(customer)
-- plan:   not joined, for nothing asked needs it: customers.home
-- plan:   rows of customers held back by the access policy
-- plan:   rows of orders held back by the access policy
-- column: customers bigint customers.customers
-- row: [1]
-- duckdb
SELECT
  COUNT(*) AS "customers"
FROM "silver"."customers" AS "customers"
SEMI JOIN "silver"."orders" AS "customers.orders(customer)"
  ON "customers"."customer_id" = "customers.orders(customer)"."customer_id"
  AND (
    "customers.orders(customer)"."status" IN ('delivered', 'cancelled')
  )
  AND (
    "customers.orders(customer)"."status" IS NULL
    OR (
      NOT (
        "customers.orders(customer)"."status" = 'new'
      )
    )
  )
WHERE
  (
    "customers"."region" = 'EU'
  );
-- postgres
SELECT
  COUNT(*) AS "customers"
FROM "silver"."customers" AS "customers"
WHERE
  (
    "customers"."region" = 'EU'
  )
  AND EXISTS(
    SELECT
      1
    FROM "silver"."orders" AS "customers.orders(customer)"
    WHERE
      "customers"."customer_id" = "customers.orders(customer)"."customer_id"
      AND (
        "customers.orders(customer)"."status" IN ('delivered', 'cancelled')
      )
      AND (
        "customers.orders(customer)"."status" IS NULL
        OR (
          NOT (
            "customers.orders(customer)"."status" = 'new'
          )
        )
      )
  );
