-- query: {"metrics": ["revenue", "lines"], "by": [{"dimension": "time", "grain": "month"}, {"dimension": "region"}], "compare": "previous_year", "time_range": {"since": "2024-01-01", "until": "2024-03-15"}}
-- plan: From orders: aggregate orders.revenue by orders.order_date, orders.customer.region.
-- plan:   joined to customers over orders.customer
-- plan:   not joined, for nothing asked needs it: orders.ship, orders.bill
-- plan: From items: aggregate items.lines by items.order.order_date, items.order.customer.region.
-- plan:   joined to orders over items.order
-- plan:   joined to customers over items.order.customer
-- plan: From orders: aggregate orders.revenue by orders.order_date, orders.customer.region, 1 year earlier (from 2023-01-01 up to 2023-03-15).
-- plan:   joined to customers over orders.customer
-- plan:   not joined, for nothing asked needs it: orders.ship, orders.bill
-- plan: From items: aggregate items.lines by items.order.order_date, items.order.customer.region, 1 year earlier (from 2023-01-01 up to 2023-03-15).
-- plan:   joined to orders over items.order
-- plan:   joined to customers over items.order.customer
-- plan: The groups are united on their dimensions; what a group lacks is empty.
-- plan: The last period, from 2024-03-01 on, is not complete.
-- column: month date time
-- column: region text customers.region
-- column: revenue decimal(38,2) orders.revenue
-- column: revenue__previous decimal(38,2) orders.revenue__previous
-- column: revenue__delta decimal(38,2) orders.revenue__delta
-- column: revenue__growth double orders.revenue__growth
-- column: lines bigint items.lines
-- column: lines__previous bigint items.lines__previous
-- column: lines__delta bigint items.lines__delta
-- column: lines__growth double items.lines__growth
-- row: ["2024-01-01", "EU", "10.50", null, null, null, 2, null, null, null]
-- row: ["2024-02-01", "ASIA", "5.00", null, null, null, 1, null, null, null]
-- row: ["2024-02-01", "EU", "20.00", null, null, null, 1, null, null, null]
-- row: ["2024-02-01", null, "7.00", null, null, null, 1, null, null, null]
-- row: ["2024-03-01", "ASIA", null, null, null, null, null, null, null, null]
-- duckdb
SELECT
  "grouped"."d0" AS "month",
  "grouped"."d1" AS "region",
  "grouped"."u0" AS "revenue",
  "grouped"."u2" AS "revenue__previous",
  CAST("grouped"."u0" - "grouped"."u2" AS DECIMAL(38, 2)) AS "revenue__delta",
  (
    CAST((
      "grouped"."u0" - "grouped"."u2"
    ) AS DOUBLE) / NULLIF(CAST("grouped"."u2" AS DOUBLE), 0)
  ) AS "revenue__growth",
  "grouped"."u1" AS "lines",
  "grouped"."u3" AS "lines__previous",
  CAST("grouped"."u1" - "grouped"."u3" AS BIGINT) AS "lines__delta",
  (
    CAST((
      "grouped"."u1" - "grouped"."u3"
    ) AS DOUBLE) / NULLIF(CAST("grouped"."u3" AS DOUBLE), 0)
  ) AS "lines__growth"
FROM (
  SELECT
    "united"."d0",
    "united"."d1",
    MAX("united"."u0") AS "u0",
    MAX("united"."u1") AS "u1",
    MAX("united"."u2") AS "u2",
    MAX("united"."u3") AS "u3"
  FROM (
    SELECT
      (
        "orders"."order_date" - (
          CAST(EXTRACT(DAY FROM "orders"."order_date") AS INT) - 1
        )
      ) AS "d0",
      "orders.customer"."region" AS "d1",
      SUM("orders"."total") AS "u0",
      CAST(NULL AS BIGINT) AS "u1",
      CAST(NULL AS DECIMAL(38, 2)) AS "u2",
      CAST(NULL AS BIGINT) AS "u3",
      1 AS "made"
    FROM "silver"."orders" AS "orders"
    LEFT JOIN "silver"."customers" AS "orders.customer"
      ON "orders"."customer_id" = "orders.customer"."customer_id"
    WHERE
      "orders"."order_date" >= CAST('2024-01-01' AS DATE)
      AND "orders"."order_date" < CAST('2024-03-15' AS DATE)
    GROUP BY
      1,
      2
    UNION ALL
    SELECT
      (
        "items.order"."order_date" - (
          CAST(EXTRACT(DAY FROM "items.order"."order_date") AS INT) - 1
        )
      ) AS "d0",
      "items.order.customer"."region" AS "d1",
      CAST(NULL AS DECIMAL(38, 2)) AS "u0",
      COUNT(*) AS "u1",
      CAST(NULL AS DECIMAL(38, 2)) AS "u2",
      CAST(NULL AS BIGINT) AS "u3",
      1 AS "made"
    FROM "silver"."items" AS "items"
    LEFT JOIN "silver"."orders" AS "items.order"
      ON "items"."order_id" = "items.order"."order_id"
    LEFT JOIN "silver"."customers" AS "items.order.customer"
      ON "items.order"."customer_id" = "items.order.customer"."customer_id"
    WHERE
      "items.order"."order_date" >= CAST('2024-01-01' AS DATE)
      AND "items.order"."order_date" < CAST('2024-03-15' AS DATE)
    GROUP BY
      1,
      2
    UNION ALL
    SELECT
      CAST("earlier"."d0" + INTERVAL 12 MONTH AS DATE) AS "d0",
      "earlier"."d1" AS "d1",
      CAST(NULL AS DECIMAL(38, 2)) AS "u0",
      CAST(NULL AS BIGINT) AS "u1",
      "earlier"."v0" AS "u2",
      CAST(NULL AS BIGINT) AS "u3",
      0 AS "made"
    FROM (
      SELECT
        (
          "orders"."order_date" - (
            CAST(EXTRACT(DAY FROM "orders"."order_date") AS INT) - 1
          )
        ) AS "d0",
        "orders.customer"."region" AS "d1",
        SUM("orders"."total") AS "v0"
      FROM "silver"."orders" AS "orders"
      LEFT JOIN "silver"."customers" AS "orders.customer"
        ON "orders"."customer_id" = "orders.customer"."customer_id"
      WHERE
        (
          NOT "orders"."order_date" IS NULL
        )
        AND "orders"."order_date" >= CAST('2023-01-01' AS DATE)
        AND "orders"."order_date" < CAST('2023-03-15' AS DATE)
      GROUP BY
        1,
        2
    ) AS "earlier"
    UNION ALL
    SELECT
      CAST("earlier"."d0" + INTERVAL 12 MONTH AS DATE) AS "d0",
      "earlier"."d1" AS "d1",
      CAST(NULL AS DECIMAL(38, 2)) AS "u0",
      CAST(NULL AS BIGINT) AS "u1",
      CAST(NULL AS DECIMAL(38, 2)) AS "u2",
      "earlier"."v0" AS "u3",
      0 AS "made"
    FROM (
      SELECT
        (
          "items.order"."order_date" - (
            CAST(EXTRACT(DAY FROM "items.order"."order_date") AS INT) - 1
          )
        ) AS "d0",
        "items.order.customer"."region" AS "d1",
        COUNT(*) AS "v0"
      FROM "silver"."items" AS "items"
      LEFT JOIN "silver"."orders" AS "items.order"
        ON "items"."order_id" = "items.order"."order_id"
      LEFT JOIN "silver"."customers" AS "items.order.customer"
        ON "items.order"."customer_id" = "items.order.customer"."customer_id"
      WHERE
        (
          NOT "items.order"."order_date" IS NULL
        )
        AND "items.order"."order_date" >= CAST('2023-01-01' AS DATE)
        AND "items.order"."order_date" < CAST('2023-03-15' AS DATE)
      GROUP BY
        1,
        2
    ) AS "earlier"
  ) AS "united"
  GROUP BY
    1,
    2
  HAVING
    MAX("united"."made") = 1
) AS "grouped"
ORDER BY
  1 ASC,
  2 ASC;
-- postgres
SELECT
  "grouped"."d0" AS "month",
  "grouped"."d1" AS "region",
  "grouped"."u0" AS "revenue",
  "grouped"."u2" AS "revenue__previous",
  CAST("grouped"."u0" - "grouped"."u2" AS DECIMAL(38, 2)) AS "revenue__delta",
  (
    CAST((
      "grouped"."u0" - "grouped"."u2"
    ) AS DOUBLE PRECISION) / NULLIF(CAST("grouped"."u2" AS DOUBLE PRECISION), 0)
  ) AS "revenue__growth",
  "grouped"."u1" AS "lines",
  "grouped"."u3" AS "lines__previous",
  CAST("grouped"."u1" - "grouped"."u3" AS BIGINT) AS "lines__delta",
  (
    CAST((
      "grouped"."u1" - "grouped"."u3"
    ) AS DOUBLE PRECISION) / NULLIF(CAST("grouped"."u3" AS DOUBLE PRECISION), 0)
  ) AS "lines__growth"
FROM (
  SELECT
    "united"."d0",
    "united"."d1",
    MAX("united"."u0") AS "u0",
    MAX("united"."u1") AS "u1",
    MAX("united"."u2") AS "u2",
    MAX("united"."u3") AS "u3"
  FROM (
    SELECT
      CAST(DATE_TRUNC('MONTH', CAST("orders"."order_date" AS TIMESTAMP)) AS DATE) AS "d0",
      "orders.customer"."region" COLLATE "C" AS "d1",
      SUM("orders"."total") AS "u0",
      CAST(NULL AS BIGINT) AS "u1",
      CAST(NULL AS DECIMAL(38, 2)) AS "u2",
      CAST(NULL AS BIGINT) AS "u3",
      1 AS "made"
    FROM "silver"."orders" AS "orders"
    LEFT JOIN "silver"."customers" AS "orders.customer"
      ON "orders"."customer_id" = "orders.customer"."customer_id"
    WHERE
      "orders"."order_date" >= CAST('2024-01-01' AS DATE)
      AND "orders"."order_date" < CAST('2024-03-15' AS DATE)
    GROUP BY
      1,
      2
    UNION ALL
    SELECT
      CAST(DATE_TRUNC('MONTH', CAST("items.order"."order_date" AS TIMESTAMP)) AS DATE) AS "d0",
      "items.order.customer"."region" COLLATE "C" AS "d1",
      CAST(NULL AS DECIMAL(38, 2)) AS "u0",
      COUNT(*) AS "u1",
      CAST(NULL AS DECIMAL(38, 2)) AS "u2",
      CAST(NULL AS BIGINT) AS "u3",
      1 AS "made"
    FROM "silver"."items" AS "items"
    LEFT JOIN "silver"."orders" AS "items.order"
      ON "items"."order_id" = "items.order"."order_id"
    LEFT JOIN "silver"."customers" AS "items.order.customer"
      ON "items.order"."customer_id" = "items.order.customer"."customer_id"
    WHERE
      "items.order"."order_date" >= CAST('2024-01-01' AS DATE)
      AND "items.order"."order_date" < CAST('2024-03-15' AS DATE)
    GROUP BY
      1,
      2
    UNION ALL
    SELECT
      CAST("earlier"."d0" + INTERVAL '12 MONTH' AS DATE) AS "d0",
      "earlier"."d1" AS "d1",
      CAST(NULL AS DECIMAL(38, 2)) AS "u0",
      CAST(NULL AS BIGINT) AS "u1",
      "earlier"."v0" AS "u2",
      CAST(NULL AS BIGINT) AS "u3",
      0 AS "made"
    FROM (
      SELECT
        CAST(DATE_TRUNC('MONTH', CAST("orders"."order_date" AS TIMESTAMP)) AS DATE) AS "d0",
        "orders.customer"."region" COLLATE "C" AS "d1",
        SUM("orders"."total") AS "v0"
      FROM "silver"."orders" AS "orders"
      LEFT JOIN "silver"."customers" AS "orders.customer"
        ON "orders"."customer_id" = "orders.customer"."customer_id"
      WHERE
        (
          NOT "orders"."order_date" IS NULL
        )
        AND "orders"."order_date" >= CAST('2023-01-01' AS DATE)
        AND "orders"."order_date" < CAST('2023-03-15' AS DATE)
      GROUP BY
        1,
        2
    ) AS "earlier"
    UNION ALL
    SELECT
      CAST("earlier"."d0" + INTERVAL '12 MONTH' AS DATE) AS "d0",
      "earlier"."d1" AS "d1",
      CAST(NULL AS DECIMAL(38, 2)) AS "u0",
      CAST(NULL AS BIGINT) AS "u1",
      CAST(NULL AS DECIMAL(38, 2)) AS "u2",
      "earlier"."v0" AS "u3",
      0 AS "made"
    FROM (
      SELECT
        CAST(DATE_TRUNC('MONTH', CAST("items.order"."order_date" AS TIMESTAMP)) AS DATE) AS "d0",
        "items.order.customer"."region" COLLATE "C" AS "d1",
        COUNT(*) AS "v0"
      FROM "silver"."items" AS "items"
      LEFT JOIN "silver"."orders" AS "items.order"
        ON "items"."order_id" = "items.order"."order_id"
      LEFT JOIN "silver"."customers" AS "items.order.customer"
        ON "items.order"."customer_id" = "items.order.customer"."customer_id"
      WHERE
        (
          NOT "items.order"."order_date" IS NULL
        )
        AND "items.order"."order_date" >= CAST('2023-01-01' AS DATE)
        AND "items.order"."order_date" < CAST('2023-03-15' AS DATE)
      GROUP BY
        1,
        2
    ) AS "earlier"
  ) AS "united"
  GROUP BY
    1,
    2
  HAVING
    MAX("united"."made") = 1
) AS "grouped"
ORDER BY
  1 ASC,
  2 ASC;
