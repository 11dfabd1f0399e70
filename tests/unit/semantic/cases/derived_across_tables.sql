-- query: {"metrics": ["unpaid", "orders_per_customer"], "by": [{"dimension": "region"}], "order": [{"member": "unpaid", "desc": true}]}
-- plan: From orders: aggregate orders.revenue, orders.orders by orders.customer.region.
-- plan:   joined to customers over orders.customer
-- plan:   not joined, for nothing asked needs it: orders.ship, orders.bill
-- plan: From payments: aggregate payments.paid by payments.order.customer.region.
-- plan:   joined to orders over payments.order
-- plan:   joined to customers over payments.order.customer
-- plan: From customers: aggregate customers.customers by customers.region.
-- plan:   not joined, for nothing asked needs it: customers.home
-- plan: The groups are united on their dimensions; what a group lacks is empty.
-- plan: Computed last: orders.unpaid, orders.orders_per_customer.
-- column: region text customers.region
-- column: unpaid decimal(38,2) orders.unpaid
-- column: orders_per_customer double orders.orders_per_customer
-- row: [null, "6.00", 2.0]
-- row: ["EU", "0.00", 2.0]
-- row: ["ASIA", null, 1.0]
-- duckdb
SELECT
  "groups"."d0" AS "region",
  CAST(MAX("groups"."m0") - MAX("groups"."m1") AS DECIMAL(38, 2)) AS "unpaid",
  (
    CAST(MAX("groups"."m2") AS DOUBLE) / NULLIF(CAST(MAX("groups"."m3") AS DOUBLE), 0)
  ) AS "orders_per_customer"
FROM (
  SELECT
    "orders.customer"."region" AS "d0",
    SUM("orders"."total") AS "m0",
    CAST(NULL AS DECIMAL(38, 2)) AS "m1",
    COUNT(*) AS "m2",
    CAST(NULL AS BIGINT) AS "m3"
  FROM "silver"."orders" AS "orders"
  LEFT JOIN "silver"."customers" AS "orders.customer"
    ON "orders"."customer_id" = "orders.customer"."customer_id"
  GROUP BY
    1
  UNION ALL
  SELECT
    "payments.order.customer"."region" AS "d0",
    CAST(NULL AS DECIMAL(38, 2)) AS "m0",
    SUM("payments"."amount") AS "m1",
    CAST(NULL AS BIGINT) AS "m2",
    CAST(NULL AS BIGINT) AS "m3"
  FROM "silver"."payments" AS "payments"
  LEFT JOIN "silver"."orders" AS "payments.order"
    ON "payments"."order_id" = "payments.order"."order_id"
  LEFT JOIN "silver"."customers" AS "payments.order.customer"
    ON "payments.order"."customer_id" = "payments.order.customer"."customer_id"
  GROUP BY
    1
  UNION ALL
  SELECT
    "customers"."region" AS "d0",
    CAST(NULL AS DECIMAL(38, 2)) AS "m0",
    CAST(NULL AS DECIMAL(38, 2)) AS "m1",
    CAST(NULL AS BIGINT) AS "m2",
    COUNT(*) AS "m3"
  FROM "silver"."customers" AS "customers"
  GROUP BY
    1
) AS "groups"
GROUP BY
  1
ORDER BY
  2 DESC,
  1 ASC;
-- postgres
SELECT
  "groups"."d0" AS "region",
  CAST(MAX("groups"."m0") - MAX("groups"."m1") AS DECIMAL(38, 2)) AS "unpaid",
  (
    CAST(MAX("groups"."m2") AS DOUBLE PRECISION) / NULLIF(CAST(MAX("groups"."m3") AS DOUBLE PRECISION), 0)
  ) AS "orders_per_customer"
FROM (
  SELECT
    "orders.customer"."region" COLLATE "C" AS "d0",
    SUM("orders"."total") AS "m0",
    CAST(NULL AS DECIMAL(38, 2)) AS "m1",
    COUNT(*) AS "m2",
    CAST(NULL AS BIGINT) AS "m3"
  FROM "silver"."orders" AS "orders"
  LEFT JOIN "silver"."customers" AS "orders.customer"
    ON "orders"."customer_id" = "orders.customer"."customer_id"
  GROUP BY
    1
  UNION ALL
  SELECT
    "payments.order.customer"."region" COLLATE "C" AS "d0",
    CAST(NULL AS DECIMAL(38, 2)) AS "m0",
    SUM("payments"."amount") AS "m1",
    CAST(NULL AS BIGINT) AS "m2",
    CAST(NULL AS BIGINT) AS "m3"
  FROM "silver"."payments" AS "payments"
  LEFT JOIN "silver"."orders" AS "payments.order"
    ON "payments"."order_id" = "payments.order"."order_id"
  LEFT JOIN "silver"."customers" AS "payments.order.customer"
    ON "payments.order"."customer_id" = "payments.order.customer"."customer_id"
  GROUP BY
    1
  UNION ALL
  SELECT
    "customers"."region" COLLATE "C" AS "d0",
    CAST(NULL AS DECIMAL(38, 2)) AS "m0",
    CAST(NULL AS DECIMAL(38, 2)) AS "m1",
    CAST(NULL AS BIGINT) AS "m2",
    COUNT(*) AS "m3"
  FROM "silver"."customers" AS "customers"
  GROUP BY
    1
) AS "groups"
GROUP BY
  1
ORDER BY
  2 DESC NULLS LAST,
  1 ASC;
