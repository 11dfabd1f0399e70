-- query: {"as": {"id": "e", "roles": ["eu"], "attributes": {"statuses": ["delivered", "cancelled"]}}, "metrics": ["orders", "lines"], "by": [{"dimension": "region"}]}
-- plan: From orders: aggregate orders.orders by orders.customer.region.
-- plan:   joined to customers over orders.customer
-- plan:   not joined, for nothing asked needs it: orders.ship, orders.bill
-- plan:   rows of customers held back by the access policy
-- plan:   rows of orders held back by the access policy
-- plan: From items: aggregate items.lines by items.order.customer.region.
-- plan:   joined to orders over items.order
-- plan:   joined to customers over items.order.customer
-- plan:   rows of customers held back by the access policy
-- plan:   rows of orders held back by the access policy
-- plan: The groups are united on their dimensions; what a group lacks is empty.
-- column: region text customers.region
-- column: orders bigint orders.orders
-- column: lines bigint items.lines
-- row: ["EU", 2, 3]
-- row: [null, 2, 3]
-- duckdb
SELECT
  "groups"."d0" AS "region",
  MAX("groups"."m0") AS "orders",
  MAX("groups"."m1") AS "lines"
FROM (
  SELECT
    "orders.customer"."region" AS "d0",
    COUNT(*) AS "m0",
    CAST(NULL AS BIGINT) AS "m1"
  FROM "silver"."orders" AS "orders"
  LEFT JOIN "silver"."customers" AS "orders.customer"
    ON "orders"."customer_id" = "orders.customer"."customer_id"
    AND (
      "orders.customer"."region" = 'EU'
    )
  WHERE
    (
      "orders"."status" IN ('delivered', 'cancelled')
    )
  GROUP BY
    1
  UNION ALL
  SELECT
    "items.order.customer"."region" AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    COUNT(*) AS "m1"
  FROM "silver"."items" AS "items"
  LEFT JOIN "silver"."orders" AS "items.order"
    ON "items"."order_id" = "items.order"."order_id"
    AND (
      "items.order"."status" IN ('delivered', 'cancelled')
    )
  LEFT JOIN "silver"."customers" AS "items.order.customer"
    ON "items.order"."customer_id" = "items.order.customer"."customer_id"
    AND (
      "items.order.customer"."region" = 'EU'
    )
  GROUP BY
    1
) AS "groups"
GROUP BY
  1
ORDER BY
  1 ASC;
-- postgres
SELECT
  "groups"."d0" AS "region",
  MAX("groups"."m0") AS "orders",
  MAX("groups"."m1") AS "lines"
FROM (
  SELECT
    "orders.customer"."region" COLLATE "C" AS "d0",
    COUNT(*) AS "m0",
    CAST(NULL AS BIGINT) AS "m1"
  FROM "silver"."orders" AS "orders"
  LEFT JOIN "silver"."customers" AS "orders.customer"
    ON "orders"."customer_id" = "orders.customer"."customer_id"
    AND (
      "orders.customer"."region" = 'EU'
    )
  WHERE
    (
      "orders"."status" IN ('delivered', 'cancelled')
    )
  GROUP BY
    1
  UNION ALL
  SELECT
    "items.order.customer"."region" COLLATE "C" AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    COUNT(*) AS "m1"
  FROM "silver"."items" AS "items"
  LEFT JOIN "silver"."orders" AS "items.order"
    ON "items"."order_id" = "items.order"."order_id"
    AND (
      "items.order"."status" IN ('delivered', 'cancelled')
    )
  LEFT JOIN "silver"."customers" AS "items.order.customer"
    ON "items.order"."customer_id" = "items.order.customer"."customer_id"
    AND (
      "items.order.customer"."region" = 'EU'
    )
  GROUP BY
    1
) AS "groups"
GROUP BY
  1
ORDER BY
  1 ASC;
