-- query: {"metrics": ["revenue"]}
-- plan: From orders: aggregate orders.revenue.
-- plan:   not joined, for nothing asked needs it: orders.customer, orders.ship, orders.bill
-- column: revenue decimal(38,2) orders.revenue
-- row: ["50.50"]
-- duckdb and postgres
SELECT
  SUM("orders"."total") AS "revenue"
FROM "silver"."orders" AS "orders";
