-- query: {"metrics": ["units"], "by": [{"dimension": "items.order.customer.home.zone"}]}
-- plan: From items: aggregate items.units by items.order.customer.home.zone.
-- plan:   joined to orders over items.order
-- plan:   joined to customers over items.order.customer
-- plan:   joined to countries over items.order.customer.home
-- column: zone text items.order.customer.home.zone
-- column: units decimal(38,0) items.units
-- row: ["east", "5"]
-- row: ["west", "4"]
-- row: [null, "4"]
-- duckdb
SELECT
  "items.order.customer.home"."zone" AS "zone",
  CAST(SUM("items"."qty") AS DECIMAL(38, 0)) AS "units"
FROM "silver"."items" AS "items"
LEFT JOIN "silver"."orders" AS "items.order"
  ON "items"."order_id" = "items.order"."order_id"
LEFT JOIN "silver"."customers" AS "items.order.customer"
  ON "items.order"."customer_id" = "items.order.customer"."customer_id"
LEFT JOIN "silver"."countries" AS "items.order.customer.home"
  ON "items.order.customer"."country" = "items.order.customer.home"."code"
GROUP BY
  1
ORDER BY
  1 ASC;
-- postgres
SELECT
  "items.order.customer.home"."zone" COLLATE "C" AS "zone",
  CAST(SUM("items"."qty") AS DECIMAL(38, 0)) AS "units"
FROM "silver"."items" AS "items"
LEFT JOIN "silver"."orders" AS "items.order"
  ON "items"."order_id" = "items.order"."order_id"
LEFT JOIN "silver"."customers" AS "items.order.customer"
  ON "items.order"."customer_id" = "items.order.customer"."customer_id"
LEFT JOIN "silver"."countries" AS "items.order.customer.home"
  ON "items.order.customer"."country" = "items.order.customer.home"."code"
GROUP BY
  1
ORDER BY
  1 ASC;
