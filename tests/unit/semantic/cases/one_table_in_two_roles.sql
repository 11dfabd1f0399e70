-- query: {"metrics": ["orders"], "by": [{"dimension": "ship.name"}, {"dimension": "bill.name"}]}
-- plan: From orders: aggregate orders.orders by orders.ship.name, orders.bill.name.
-- plan:   joined to countries over orders.bill
-- plan:   joined to countries over orders.ship
-- plan:   not joined, for nothing asked needs it: orders.customer
-- column: orders.ship.name text orders.ship.name
-- column: orders.bill.name text orders.bill.name
-- column: orders bigint orders.orders
-- row: ["Philippines", "Philippines", 1]
-- row: ["Philippines", "Spain", 1]
-- row: ["Singapore", "Philippines", 1]
-- row: ["Spain", "Spain", 1]
-- row: [null, "Singapore", 1]
-- row: [null, null, 1]
-- duckdb
SELECT
  "orders.ship"."name" AS "orders.ship.name",
  "orders.bill"."name" AS "orders.bill.name",
  COUNT(*) AS "orders"
FROM "silver"."orders" AS "orders"
LEFT JOIN "silver"."countries" AS "orders.bill"
  ON "orders"."bill_country" = "orders.bill"."code"
LEFT JOIN "silver"."countries" AS "orders.ship"
  ON "orders"."ship_country" = "orders.ship"."code"
GROUP BY
  1,
  2
ORDER BY
  1 ASC,
  2 ASC;
-- postgres
SELECT
  "orders.ship"."name" COLLATE "C" AS "orders.ship.name",
  "orders.bill"."name" COLLATE "C" AS "orders.bill.name",
  COUNT(*) AS "orders"
FROM "silver"."orders" AS "orders"
LEFT JOIN "silver"."countries" AS "orders.bill"
  ON "orders"."bill_country" = "orders.bill"."code"
LEFT JOIN "silver"."countries" AS "orders.ship"
  ON "orders"."ship_country" = "orders.ship"."code"
GROUP BY
  1,
  2
ORDER BY
  1 ASC,
  2 ASC;
