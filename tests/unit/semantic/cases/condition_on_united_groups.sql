-- query: {"metrics": ["orders", "lines"], "by": [{"dimension": "region"}], "filters": [{"member": "lines", "op": "gte", "values": [2]}]}
-- plan: From orders: aggregate orders.orders by orders.customer.region.
-- plan:   joined to customers over orders.customer
-- plan:   not joined, for nothing asked needs it: orders.ship, orders.bill
-- plan: From items: aggregate items.lines by items.order.customer.region.
-- plan:   joined to orders over items.order
-- plan:   joined to customers over items.order.customer
-- plan: The groups are united on their dimensions; what a group lacks is empty.
-- column: region text customers.region
-- column: orders bigint orders.orders
-- column: lines bigint items.lines
-- row: ["EU", 2, 3]
-- row: [null, 2, 2]
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
  LEFT JOIN "silver"."customers" AS "items.order.customer"
    ON "items.order"."customer_id" = "items.order.customer"."customer_id"
  GROUP BY
    1
) AS "groups"
GROUP BY
  1
HAVING
  MAX("groups"."m1") >= 2
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
  LEFT JOIN "silver"."customers" AS "items.order.customer"
    ON "items.order"."customer_id" = "items.order.customer"."customer_id"
  GROUP BY
    1
) AS "groups"
GROUP BY
  1
HAVING
  MAX("groups"."m1") >= 2
ORDER BY
  1 ASC;
