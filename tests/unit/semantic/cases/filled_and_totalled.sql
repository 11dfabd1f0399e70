-- query: {"metrics": ["revenue", "buyers"], "by": [{"dimension": "time", "grain": "month"}, {"dimension": "status"}], "fill": true, "totals": true, "subtotals": true, "time_range": {"since": "2024-01-01", "until": "2024-03-01"}}
-- plan: From orders: aggregate orders.revenue, orders.buyers by orders.order_date, orders.status.
-- plan:   not joined, for nothing asked needs it: orders.customer, orders.ship, orders.bill
-- plan: Every period has a row, for each group of the result.
-- plan: Subtotals follow the details, each read from its own rows.
-- plan: The grand total comes last, read from its own rows; limit and conditions on metrics do not change it.
-- column: month date time
-- column: status text orders.status
-- column: revenue decimal(38,2) orders.revenue
-- column: buyers bigint orders.buyers
-- column: totals_level bigint None
-- row: ["2024-01-01", "cancelled", null, null, 2]
-- row: ["2024-01-01", "delivered", "10.50", 1, 2]
-- row: ["2024-02-01", "cancelled", "5.00", 1, 2]
-- row: ["2024-02-01", "delivered", "27.00", 1, 2]
-- row: ["2024-01-01", null, "10.50", 1, 1]
-- row: ["2024-02-01", null, "32.00", 2, 1]
-- row: [null, null, "42.50", 2, 0]
-- duckdb
SELECT
  "levels"."month",
  "levels"."status",
  "levels"."revenue",
  "levels"."buyers",
  "levels"."totals_level"
FROM (
  SELECT
    "level 2"."month" AS "month",
    "level 2"."status" AS "status",
    "level 2"."revenue" AS "revenue",
    "level 2"."buyers" AS "buyers",
    CAST(2 AS BIGINT) AS "totals_level"
  FROM (
    WITH "current_groups" AS (
      SELECT
        (
          "orders"."order_date" - (
            CAST(EXTRACT(DAY FROM "orders"."order_date") AS INT) - 1
          )
        ) AS "d0",
        "orders"."status" AS "d1",
        SUM("orders"."total") AS "u0",
        COUNT(DISTINCT "orders"."customer_id") AS "u1",
        1 AS "made"
      FROM "silver"."orders" AS "orders"
      WHERE
        "orders"."order_date" >= CAST('2024-01-01' AS DATE)
        AND "orders"."order_date" < CAST('2024-03-01' AS DATE)
      GROUP BY
        1,
        2
    )
    SELECT
      "grouped"."d0" AS "month",
      "grouped"."d1" AS "status",
      "grouped"."u0" AS "revenue",
      "grouped"."u1" AS "buyers"
    FROM (
      SELECT
        "united"."d0",
        "united"."d1",
        MAX("united"."u0") AS "u0",
        MAX("united"."u1") AS "u1"
      FROM (
        SELECT
          "current_groups"."d0" AS "d0",
          "current_groups"."d1" AS "d1",
          "current_groups"."u0" AS "u0",
          "current_groups"."u1" AS "u1",
          1 AS "made"
        FROM "current_groups"
        UNION ALL
        SELECT
          "periods"."t" AS "d0",
          "groups"."d1" AS "d1",
          CAST(NULL AS DECIMAL(38, 2)) AS "u0",
          CAST(NULL AS BIGINT) AS "u1",
          1 AS "made"
        FROM UNNEST(CAST(GENERATE_SERIES(
          (
            CAST('2024-01-01' AS DATE) - (
              CAST(EXTRACT(DAY FROM CAST('2024-01-01' AS DATE)) AS INT) - 1
            )
          ),
          (
            CAST('2024-02-29' AS DATE) - (
              CAST(EXTRACT(DAY FROM CAST('2024-02-29' AS DATE)) AS INT) - 1
            )
          ),
          INTERVAL '1' MONTH
        ) AS DATE[])) AS "periods"("t")
        CROSS JOIN (
          SELECT DISTINCT
            "current_groups"."d1"
          FROM "current_groups"
        ) AS "groups"
      ) AS "united"
      GROUP BY
        1,
        2
    ) AS "grouped"
    ORDER BY
      1 ASC,
      2 ASC
  ) AS "level 2"
  UNION ALL
  SELECT
    "level 1"."month" AS "month",
    CAST(NULL AS TEXT) AS "status",
    "level 1"."revenue" AS "revenue",
    "level 1"."buyers" AS "buyers",
    CAST(1 AS BIGINT) AS "totals_level"
  FROM (
    WITH "current_groups" AS (
      SELECT
        (
          "orders"."order_date" - (
            CAST(EXTRACT(DAY FROM "orders"."order_date") AS INT) - 1
          )
        ) AS "d0",
        SUM("orders"."total") AS "u0",
        COUNT(DISTINCT "orders"."customer_id") AS "u1",
        1 AS "made"
      FROM "silver"."orders" AS "orders"
      WHERE
        "orders"."order_date" >= CAST('2024-01-01' AS DATE)
        AND "orders"."order_date" < CAST('2024-03-01' AS DATE)
      GROUP BY
        1
    )
    SELECT
      "grouped"."d0" AS "month",
      "grouped"."u0" AS "revenue",
      "grouped"."u1" AS "buyers"
    FROM (
      SELECT
        "united"."d0",
        MAX("united"."u0") AS "u0",
        MAX("united"."u1") AS "u1"
      FROM (
        SELECT
          "current_groups"."d0" AS "d0",
          "current_groups"."u0" AS "u0",
          "current_groups"."u1" AS "u1",
          1 AS "made"
        FROM "current_groups"
        UNION ALL
        SELECT
          "periods"."t" AS "d0",
          CAST(NULL AS DECIMAL(38, 2)) AS "u0",
          CAST(NULL AS BIGINT) AS "u1",
          1 AS "made"
        FROM UNNEST(CAST(GENERATE_SERIES(
          (
            CAST('2024-01-01' AS DATE) - (
              CAST(EXTRACT(DAY FROM CAST('2024-01-01' AS DATE)) AS INT) - 1
            )
          ),
          (
            CAST('2024-02-29' AS DATE) - (
              CAST(EXTRACT(DAY FROM CAST('2024-02-29' AS DATE)) AS INT) - 1
            )
          ),
          INTERVAL '1' MONTH
        ) AS DATE[])) AS "periods"("t")
      ) AS "united"
      GROUP BY
        1
    ) AS "grouped"
  ) AS "level 1"
  UNION ALL
  SELECT
    CAST(NULL AS DATE) AS "month",
    CAST(NULL AS TEXT) AS "status",
    "level 0"."revenue" AS "revenue",
    "level 0"."buyers" AS "buyers",
    CAST(0 AS BIGINT) AS "totals_level"
  FROM (
    SELECT
      SUM("orders"."total") AS "revenue",
      COUNT(DISTINCT "orders"."customer_id") AS "buyers"
    FROM "silver"."orders" AS "orders"
    WHERE
      "orders"."order_date" >= CAST('2024-01-01' AS DATE)
      AND "orders"."order_date" < CAST('2024-03-01' AS DATE)
  ) AS "level 0"
) AS "levels"
ORDER BY
  5 DESC,
  1 ASC,
  2 ASC;
-- postgres
SELECT
  "levels"."month",
  "levels"."status",
  "levels"."revenue",
  "levels"."buyers",
  "levels"."totals_level"
FROM (
  SELECT
    "level 2"."month" AS "month",
    "level 2"."status" AS "status",
    "level 2"."revenue" AS "revenue",
    "level 2"."buyers" AS "buyers",
    CAST(2 AS BIGINT) AS "totals_level"
  FROM (
    WITH "current_groups" AS (
      SELECT
        CAST(DATE_TRUNC('MONTH', CAST("orders"."order_date" AS TIMESTAMP)) AS DATE) AS "d0",
        "orders"."status" COLLATE "C" AS "d1",
        SUM("orders"."total") AS "u0",
        COUNT(DISTINCT "orders"."customer_id") AS "u1",
        1 AS "made"
      FROM "silver"."orders" AS "orders"
      WHERE
        "orders"."order_date" >= CAST('2024-01-01' AS DATE)
        AND "orders"."order_date" < CAST('2024-03-01' AS DATE)
      GROUP BY
        1,
        2
    )
    SELECT
      "grouped"."d0" AS "month",
      "grouped"."d1" AS "status",
      "grouped"."u0" AS "revenue",
      "grouped"."u1" AS "buyers"
    FROM (
      SELECT
        "united"."d0",
        "united"."d1",
        MAX("united"."u0") AS "u0",
        MAX("united"."u1") AS "u1"
      FROM (
        SELECT
          "current_groups"."d0" AS "d0",
          "current_groups"."d1" AS "d1",
          "current_groups"."u0" AS "u0",
          "current_groups"."u1" AS "u1",
          1 AS "made"
        FROM "current_groups"
        UNION ALL
        SELECT
          "periods"."t" AS "d0",
          "groups"."d1" AS "d1",
          CAST(NULL AS DECIMAL(38, 2)) AS "u0",
          CAST(NULL AS BIGINT) AS "u1",
          1 AS "made"
        FROM (
          SELECT
            CAST(value AS DATE)
          FROM GENERATE_SERIES(
            CAST(DATE_TRUNC('MONTH', CAST(CAST('2024-01-01' AS DATE) AS TIMESTAMP)) AS DATE),
            CAST(DATE_TRUNC('MONTH', CAST(CAST('2024-02-29' AS DATE) AS TIMESTAMP)) AS DATE),
            INTERVAL '1 MONTH'
          ) AS _t(value)
        ) AS "periods"("t")
        CROSS JOIN (
          SELECT DISTINCT
            "current_groups"."d1"
          FROM "current_groups"
        ) AS "groups"
      ) AS "united"
      GROUP BY
        1,
        2
    ) AS "grouped"
    ORDER BY
      1 ASC,
      2 ASC
  ) AS "level 2"
  UNION ALL
  SELECT
    "level 1"."month" AS "month",
    CAST(NULL AS TEXT) COLLATE "C" AS "status",
    "level 1"."revenue" AS "revenue",
    "level 1"."buyers" AS "buyers",
    CAST(1 AS BIGINT) AS "totals_level"
  FROM (
    WITH "current_groups" AS (
      SELECT
        CAST(DATE_TRUNC('MONTH', CAST("orders"."order_date" AS TIMESTAMP)) AS DATE) AS "d0",
        SUM("orders"."total") AS "u0",
        COUNT(DISTINCT "orders"."customer_id") AS "u1",
        1 AS "made"
      FROM "silver"."orders" AS "orders"
      WHERE
        "orders"."order_date" >= CAST('2024-01-01' AS DATE)
        AND "orders"."order_date" < CAST('2024-03-01' AS DATE)
      GROUP BY
        1
    )
    SELECT
      "grouped"."d0" AS "month",
      "grouped"."u0" AS "revenue",
      "grouped"."u1" AS "buyers"
    FROM (
      SELECT
        "united"."d0",
        MAX("united"."u0") AS "u0",
        MAX("united"."u1") AS "u1"
      FROM (
        SELECT
          "current_groups"."d0" AS "d0",
          "current_groups"."u0" AS "u0",
          "current_groups"."u1" AS "u1",
          1 AS "made"
        FROM "current_groups"
        UNION ALL
        SELECT
          "periods"."t" AS "d0",
          CAST(NULL AS DECIMAL(38, 2)) AS "u0",
          CAST(NULL AS BIGINT) AS "u1",
          1 AS "made"
        FROM (
          SELECT
            CAST(value AS DATE)
          FROM GENERATE_SERIES(
            CAST(DATE_TRUNC('MONTH', CAST(CAST('2024-01-01' AS DATE) AS TIMESTAMP)) AS DATE),
            CAST(DATE_TRUNC('MONTH', CAST(CAST('2024-02-29' AS DATE) AS TIMESTAMP)) AS DATE),
            INTERVAL '1 MONTH'
          ) AS _t(value)
        ) AS "periods"("t")
      ) AS "united"
      GROUP BY
        1
    ) AS "grouped"
  ) AS "level 1"
  UNION ALL
  SELECT
    CAST(NULL AS DATE) AS "month",
    CAST(NULL AS TEXT) COLLATE "C" AS "status",
    "level 0"."revenue" AS "revenue",
    "level 0"."buyers" AS "buyers",
    CAST(0 AS BIGINT) AS "totals_level"
  FROM (
    SELECT
      SUM("orders"."total") AS "revenue",
      COUNT(DISTINCT "orders"."customer_id") AS "buyers"
    FROM "silver"."orders" AS "orders"
    WHERE
      "orders"."order_date" >= CAST('2024-01-01' AS DATE)
      AND "orders"."order_date" < CAST('2024-03-01' AS DATE)
  ) AS "level 0"
) AS "levels"
ORDER BY
  5 DESC NULLS LAST,
  1 ASC,
  2 ASC;
