-- one number
SELECT
  SUM("orders"."total") AS "revenue"
FROM "gold"."orders" AS "orders";

-- by month of its own time
SELECT
  DATE_TRUNC('MONTH', "orders"."order_date") AS "month",
  SUM("orders"."total") AS "revenue",
  COUNT(*) AS "orders",
  (
    CAST(SUM("orders"."total") AS DOUBLE) / NULLIF(CAST(COUNT(*) AS DOUBLE), 0)
  ) AS "average_order"
FROM "gold"."orders" AS "orders"
GROUP BY
  1
ORDER BY
  1 ASC;

-- three facts by one dimension
SELECT
  "groups"."d0" AS "region",
  MAX("groups"."m0") AS "orders",
  MAX("groups"."m1") AS "lines",
  MAX("groups"."m2") AS "paid",
  MAX("groups"."m3") AS "customers",
  CAST(MAX("groups"."m4") - MAX("groups"."m2") AS DECIMAL(38, 2)) AS "unpaid"
FROM (
  SELECT
    "orders.customer"."region" AS "d0",
    COUNT(*) AS "m0",
    CAST(NULL AS BIGINT) AS "m1",
    CAST(NULL AS DECIMAL(38, 2)) AS "m2",
    CAST(NULL AS BIGINT) AS "m3",
    SUM("orders"."total") AS "m4"
  FROM "gold"."orders" AS "orders"
  LEFT JOIN "gold"."customers" AS "orders.customer"
    ON "orders"."customer_id" = "orders.customer"."customer_id"
  GROUP BY
    1
  UNION ALL
  SELECT
    "items.order.customer"."region" AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    COUNT(*) AS "m1",
    CAST(NULL AS DECIMAL(38, 2)) AS "m2",
    CAST(NULL AS BIGINT) AS "m3",
    CAST(NULL AS DECIMAL(38, 2)) AS "m4"
  FROM "gold"."items" AS "items"
  LEFT JOIN "gold"."orders" AS "items.order"
    ON "items"."order_id" = "items.order"."order_id"
  LEFT JOIN "gold"."customers" AS "items.order.customer"
    ON "items.order"."customer_id" = "items.order.customer"."customer_id"
  GROUP BY
    1
  UNION ALL
  SELECT
    "payments.order.customer"."region" AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    CAST(NULL AS BIGINT) AS "m1",
    SUM("payments"."amount") AS "m2",
    CAST(NULL AS BIGINT) AS "m3",
    CAST(NULL AS DECIMAL(38, 2)) AS "m4"
  FROM "gold"."payments" AS "payments"
  LEFT JOIN "gold"."orders" AS "payments.order"
    ON "payments"."order_id" = "payments.order"."order_id"
  LEFT JOIN "gold"."customers" AS "payments.order.customer"
    ON "payments.order"."customer_id" = "payments.order.customer"."customer_id"
  GROUP BY
    1
  UNION ALL
  SELECT
    "customers"."region" AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    CAST(NULL AS BIGINT) AS "m1",
    CAST(NULL AS DECIMAL(38, 2)) AS "m2",
    COUNT(*) AS "m3",
    CAST(NULL AS DECIMAL(38, 2)) AS "m4"
  FROM "gold"."customers" AS "customers"
  GROUP BY
    1
) AS "groups"
GROUP BY
  1
ORDER BY
  1 ASC;

-- two facts over time
SELECT
  "groups"."d0" AS "month",
  MAX("groups"."m0") AS "orders",
  MAX("groups"."m1") AS "item_revenue",
  MAX("groups"."m2") AS "paid",
  MAX("groups"."m3") AS "shipped",
  MAX("groups"."m4") AS "visits"
FROM (
  SELECT
    DATE_TRUNC('MONTH', "orders"."order_date") AS "d0",
    COUNT(*) AS "m0",
    CAST(NULL AS DECIMAL(38, 6)) AS "m1",
    CAST(NULL AS DECIMAL(38, 2)) AS "m2",
    CAST(NULL AS BIGINT) AS "m3",
    CAST(NULL AS BIGINT) AS "m4"
  FROM "gold"."orders" AS "orders"
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC('MONTH', "items.order"."order_date") AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    SUM(CAST("items"."price" * "items"."qty" AS DECIMAL(38, 6))) AS "m1",
    CAST(NULL AS DECIMAL(38, 2)) AS "m2",
    CAST(NULL AS BIGINT) AS "m3",
    CAST(NULL AS BIGINT) AS "m4"
  FROM "gold"."items" AS "items"
  LEFT JOIN "gold"."orders" AS "items.order"
    ON "items"."order_id" = "items.order"."order_id"
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC('MONTH', "payments.order"."order_date") AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    CAST(NULL AS DECIMAL(38, 6)) AS "m1",
    SUM("payments"."amount") AS "m2",
    CAST(NULL AS BIGINT) AS "m3",
    CAST(NULL AS BIGINT) AS "m4"
  FROM "gold"."payments" AS "payments"
  LEFT JOIN "gold"."orders" AS "payments.order"
    ON "payments"."order_id" = "payments.order"."order_id"
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC('MONTH', CAST("orders"."shipped_at" AS DATE)) AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    CAST(NULL AS DECIMAL(38, 6)) AS "m1",
    CAST(NULL AS DECIMAL(38, 2)) AS "m2",
    COUNT("orders"."shipped_at") AS "m3",
    CAST(NULL AS BIGINT) AS "m4"
  FROM "gold"."orders" AS "orders"
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC('MONTH', CAST(CAST(AT_TIMEZONE("visits"."at", 'UTC') AS TIMESTAMP(6)) AS DATE)) AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    CAST(NULL AS DECIMAL(38, 6)) AS "m1",
    CAST(NULL AS DECIMAL(38, 2)) AS "m2",
    CAST(NULL AS BIGINT) AS "m3",
    COUNT(*) AS "m4"
  FROM "gold"."visits" AS "visits"
  GROUP BY
    1
) AS "groups"
GROUP BY
  1
ORDER BY
  1 ASC;

-- an entity-level count
SELECT
  DATE_TRUNC('MONTH', "orders"."order_date") AS "order_date_month",
  COUNT(DISTINCT "orders"."customer_id") FILTER(WHERE
    "orders.per(order_count)"."value" > 1) AS "repeat_customers"
FROM "gold"."orders" AS "orders"
LEFT JOIN (
  SELECT
    "orders"."customer_id" AS "key0",
    COUNT(*) AS "value"
  FROM "gold"."orders" AS "orders"
  GROUP BY
    1
) AS "orders.per(order_count)"
  ON "orders.per(order_count)"."key0" = "orders"."customer_id"
GROUP BY
  1
ORDER BY
  1 ASC;

-- by an entity-level column
SELECT
  "orders.per(order_count)"."value" AS "order_count",
  "orders.per(spent)"."value" AS "spent",
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
LEFT JOIN (
  SELECT
    "orders"."customer_id" AS "key0",
    COUNT(*) AS "value"
  FROM "gold"."orders" AS "orders"
  GROUP BY
    1
) AS "orders.per(order_count)"
  ON "orders.per(order_count)"."key0" = "orders"."customer_id"
LEFT JOIN (
  SELECT
    "orders"."customer_id" AS "key0",
    SUM("orders"."total") AS "value"
  FROM "gold"."orders" AS "orders"
  GROUP BY
    1
) AS "orders.per(spent)"
  ON "orders.per(spent)"."key0" = "orders"."customer_id"
GROUP BY
  1,
  2
ORDER BY
  1 ASC,
  2 ASC;

-- an entity over a join
SELECT
  "items.per(of_customer)"."value" AS "of_customer",
  COUNT(*) AS "lines",
  CAST(SUM(CAST("items"."qty" AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "units"
FROM "gold"."items" AS "items"
LEFT JOIN "gold"."orders" AS "items.order"
  ON "items"."order_id" = "items.order"."order_id"
LEFT JOIN (
  SELECT
    "items.order"."customer_id" AS "key0",
    CAST(SUM(CAST("items"."qty" AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "value"
  FROM "gold"."items" AS "items"
  LEFT JOIN "gold"."orders" AS "items.order"
    ON "items"."order_id" = "items.order"."order_id"
  GROUP BY
    1
) AS "items.per(of_customer)"
  ON "items.per(of_customer)"."key0" = "items.order"."customer_id"
GROUP BY
  1
ORDER BY
  1 ASC;

-- de-duplicated
SELECT
  "distinct"."d0" AS "product",
  COUNT(*) AS "orders",
  SUM("distinct"."v0") AS "revenue",
  CAST(ROUND(
    CAST((
      CAST(SUM("distinct"."v0") AS DOUBLE) / NULLIF(CAST(COUNT("distinct"."v0") AS DOUBLE), 0)
    ) AS DECIMAL(38, 12)),
    1
  ) AS DECIMAL(38, 1)) AS "mean_rounded"
FROM (
  SELECT DISTINCT
    "orders.items(order)"."product" AS "d0",
    "orders"."order_id" AS "k0",
    "orders"."total" AS "v0"
  FROM "gold"."orders" AS "orders"
  LEFT JOIN "gold"."items" AS "orders.items(order)"
    ON "orders"."order_id" = "orders.items(order)"."order_id"
) AS "distinct"
GROUP BY
  1
ORDER BY
  1 ASC;

-- de-duplicated far
SELECT
  "distinct"."d0" AS "product",
  COUNT(*) AS "customers",
  (
    CAST(SUM(CAST("distinct"."v0" AS DECIMAL(38, 0))) AS DOUBLE) / NULLIF(CAST(COUNT("distinct"."v0") AS DOUBLE), 0)
  ) AS "mean_age"
FROM (
  SELECT DISTINCT
    "customers.orders(customer).items(order)"."product" AS "d0",
    "customers"."customer_id" AS "k0",
    "customers"."age" AS "v0"
  FROM "gold"."customers" AS "customers"
  LEFT JOIN "gold"."orders" AS "customers.orders(customer)"
    ON "customers"."customer_id" = "customers.orders(customer)"."customer_id"
  LEFT JOIN "gold"."items" AS "customers.orders(customer).items(order)"
    ON "customers.orders(customer)"."order_id" = "customers.orders(customer).items(order)"."order_id"
) AS "distinct"
GROUP BY
  1
ORDER BY
  1 ASC;

-- kept by a list
SELECT
  "orders"."status" AS "status",
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
WHERE
  EXISTS(
    SELECT
      1
    FROM "gold"."items" AS "orders.items(order)"
    WHERE
      "orders"."order_id" = "orders.items(order)"."order_id"
      AND "orders.items(order)"."product" = 'apple'
  )
GROUP BY
  1
ORDER BY
  1 ASC;

-- kept by one row of a list
SELECT
  COUNT(*) AS "customers"
FROM "gold"."customers" AS "customers"
WHERE
  EXISTS(
    SELECT
      1
    FROM "gold"."orders" AS "customers.orders(customer)"
    LEFT JOIN "gold"."items" AS "customers.orders(customer).items(order)"
      ON "customers.orders(customer)"."order_id" = "customers.orders(customer).items(order)"."order_id"
    WHERE
      "customers"."customer_id" = "customers.orders(customer)"."customer_id"
      AND (
        (
          NOT "customers.orders(customer).items(order)"."order_id" IS NULL
        )
        AND "customers.orders(customer).items(order)"."product" = 'apple'
      )
      AND (
        (
          NOT "customers.orders(customer).items(order)"."order_id" IS NULL
        )
        AND "customers.orders(customer).items(order)"."qty" > 1
      )
  );

-- a list and an or
SELECT
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
WHERE
  (
    EXISTS(
      SELECT
        1
      FROM "gold"."items" AS "orders.items(order)"
      WHERE
        "orders"."order_id" = "orders.items(order)"."order_id"
        AND "orders.items(order)"."qty" >= 5
    )
    OR "orders"."status" IS NULL
    OR EXISTS(
      SELECT
        1
      FROM "gold"."payments" AS "orders.payments(order)"
      WHERE
        "orders"."order_id" = "orders.payments(order)"."order_id"
        AND "orders.payments(order)"."kind" = 'cash'
    )
  );

-- across
SELECT
  SUM("payments"."amount") AS "paid"
FROM "gold"."payments" AS "payments"
LEFT JOIN "gold"."orders" AS "payments.order"
  ON "payments"."order_id" = "payments.order"."order_id"
WHERE
  EXISTS(
    SELECT
      1
    FROM "gold"."items" AS "payments.order.items(order)"
    WHERE
      "payments.order"."order_id" = "payments.order.items(order)"."order_id"
      AND "payments.order.items(order)"."product" LIKE 'ap%' ESCAPE '!'
  );

-- two roles
SELECT
  "orders.ship"."name" AS "orders.ship.name",
  "orders.bill"."name" AS "orders.bill.name",
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
LEFT JOIN "gold"."countries" AS "orders.bill"
  ON "orders"."bill_country" = "orders.bill"."code"
LEFT JOIN "gold"."countries" AS "orders.ship"
  ON "orders"."ship_country" = "orders.ship"."code"
GROUP BY
  1,
  2
ORDER BY
  1 ASC,
  2 ASC;

-- text by code point
SELECT
  (
    CASE
      WHEN "orders"."total" > 9
      THEN 'big'
      WHEN "orders"."total" IS NULL
      THEN NULL
      ELSE 'Small'
    END
  ) AS "size",
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
GROUP BY
  1
ORDER BY
  1 DESC;

-- text compared
SELECT
  COUNT(*) AS "orders",
  MIN("orders"."status") AS "first_status"
FROM "gold"."orders" AS "orders"
WHERE
  "orders"."status" > 'Z';

-- null rules
SELECT
  "orders"."status" AS "status",
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
WHERE
  "orders"."status" IS NULL
  OR (
    NOT (
      "orders"."status" IN ('new', 'cancelled')
    )
  )
GROUP BY
  1
ORDER BY
  1 ASC;

-- no pattern
SELECT
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
WHERE
  (
    "orders"."status" IS NULL
    OR (
      NOT (
        "orders"."status" LIKE '%!%%' ESCAPE '!'
      )
    )
  )
  AND "orders"."status" LIKE '%liv%' ESCAPE '!';

-- a half-open range of dates
SELECT
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
WHERE
  "orders"."order_date" >= CAST('2024-02-03' AS DATE)
  AND "orders"."order_date" < CAST('2024-02-11' AS DATE);

-- a range within a day
SELECT
  MAX("groups"."m0") AS "orders",
  MAX("groups"."m1") AS "shipped"
FROM (
  SELECT
    COUNT(*) AS "m0",
    CAST(NULL AS BIGINT) AS "m1"
  FROM "gold"."orders" AS "orders"
  WHERE
    "orders"."order_date" >= CAST('2024-01-05' AS DATE)
    AND "orders"."order_date" < CAST('2024-02-06' AS DATE)
  UNION ALL
  SELECT
    CAST(NULL AS BIGINT) AS "m0",
    COUNT("orders"."shipped_at") AS "m1"
  FROM "gold"."orders" AS "orders"
  WHERE
    "orders"."shipped_at" >= CAST('2024-01-04 09:00:00' AS TIMESTAMP(6))
    AND "orders"."shipped_at" < CAST('2024-02-05 23:59:59' AS TIMESTAMP(6))
) AS "groups";

-- a day of a timestamp
SELECT
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
WHERE
  "orders"."shipped_at" >= CAST('2024-02-05 00:00:00' AS TIMESTAMP(6))
  AND "orders"."shipped_at" < CAST('2024-02-06 00:00:00' AS TIMESTAMP(6));

-- up to a day of a timestamp
SELECT
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
WHERE
  "orders"."shipped_at" < CAST('2024-02-06 00:00:00' AS TIMESTAMP(6));

-- instants
SELECT
  DATE_TRUNC('MONTH', CAST(CAST(AT_TIMEZONE("visits"."at", 'UTC') AS TIMESTAMP(6)) AS DATE)) AS "at_month",
  COUNT(*) AS "visits",
  SUM(CAST("visits"."minutes" AS DECIMAL(38, 6))) AS "minutes"
FROM "gold"."visits" AS "visits"
WHERE
  "visits"."at" < CAST(FROM_ISO8601_TIMESTAMP_NANOS('2024-03-02T00:00:01+00:00') AS TIMESTAMP(6) WITH TIME ZONE)
GROUP BY
  1
ORDER BY
  1 ASC;

-- instants as they are
SELECT
  "visits"."at" AS "at",
  COUNT(*) AS "visits"
FROM "gold"."visits" AS "visits"
GROUP BY
  1
ORDER BY
  1 ASC;

-- by hour
SELECT
  CAST(DATE_TRUNC('HOUR', CAST(AT_TIMEZONE("visits"."at", 'UTC') AS TIMESTAMP(6))) AS TIMESTAMP(6)) AS "at_hour",
  COUNT(*) AS "visits"
FROM "gold"."visits" AS "visits"
GROUP BY
  1
ORDER BY
  2 DESC,
  1 ASC;

-- weeks and quarters
SELECT
  DATE_TRUNC('WEEK', "orders"."order_date") AS "order_date_week",
  DATE_TRUNC('QUARTER', "orders"."order_date") AS "order_date_quarter",
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
GROUP BY
  1,
  2
ORDER BY
  1 ASC,
  2 ASC;

-- on groups
SELECT
  "orders.customer"."region" AS "region",
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
LEFT JOIN "gold"."customers" AS "orders.customer"
  ON "orders"."customer_id" = "orders.customer"."customer_id"
GROUP BY
  1
HAVING
  SUM("orders"."total") > 5
ORDER BY
  1 ASC;

-- on united groups
SELECT
  "groups"."d0" AS "region",
  MAX("groups"."m0") AS "orders",
  MAX("groups"."m1") AS "lines"
FROM (
  SELECT
    "orders.customer"."region" AS "d0",
    COUNT(*) AS "m0",
    CAST(NULL AS BIGINT) AS "m1",
    SUM("orders"."total") AS "m2"
  FROM "gold"."orders" AS "orders"
  LEFT JOIN "gold"."customers" AS "orders.customer"
    ON "orders"."customer_id" = "orders.customer"."customer_id"
  GROUP BY
    1
  UNION ALL
  SELECT
    "items.order.customer"."region" AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    COUNT(*) AS "m1",
    CAST(NULL AS DECIMAL(38, 2)) AS "m2"
  FROM "gold"."items" AS "items"
  LEFT JOIN "gold"."orders" AS "items.order"
    ON "items"."order_id" = "items.order"."order_id"
  LEFT JOIN "gold"."customers" AS "items.order.customer"
    ON "items.order"."customer_id" = "items.order.customer"."customer_id"
  GROUP BY
    1
) AS "groups"
GROUP BY
  1
HAVING
  (
    (
      CAST(MAX("groups"."m2") AS DOUBLE) / NULLIF(CAST(MAX("groups"."m0") AS DOUBLE), 0)
    ) >= 7.5
    OR "groups"."d0" IS NULL
  )
ORDER BY
  1 ASC;

-- on groups without a metric
SELECT
  "orders"."status" AS "status"
FROM "gold"."orders" AS "orders"
GROUP BY
  1
HAVING
  SUM("orders"."total") >= 7
ORDER BY
  1 ASC;

-- top
SELECT
  "orders"."status" AS "status",
  SUM("orders"."total") AS "revenue"
FROM "gold"."orders" AS "orders"
GROUP BY
  1
ORDER BY
  2 DESC,
  1 ASC
OFFSET 1
LIMIT 2;

-- nulls first
SELECT
  "orders.customer"."region" AS "region",
  SUM("orders"."total") AS "revenue"
FROM "gold"."orders" AS "orders"
LEFT JOIN "gold"."customers" AS "orders.customer"
  ON "orders"."customer_id" = "orders.customer"."customer_id"
GROUP BY
  1
ORDER BY
  2 ASC NULLS FIRST,
  1 ASC;

-- distinct rows
SELECT DISTINCT
  "orders"."status" AS "status",
  "orders.customer"."region" AS "region"
FROM "gold"."orders" AS "orders"
LEFT JOIN "gold"."customers" AS "orders.customer"
  ON "orders"."customer_id" = "orders.customer"."customer_id"
ORDER BY
  1 ASC,
  2 ASC;

-- rows
SELECT
  "orders"."order_id" AS "order_id",
  "orders"."status" AS "status"
FROM "gold"."orders" AS "orders"
ORDER BY
  1 ASC,
  2 ASC
LIMIT 3;

-- a segment
SELECT
  COUNT(*) AS "orders",
  SUM("orders"."total") AS "revenue"
FROM "gold"."orders" AS "orders"
WHERE
  (
    "orders"."status" = 'delivered'
  );

-- every function
SELECT
  (
    ELEMENT_AT(
      ARRAY_SORT(
        ARRAY_AGG(CAST("orders"."total" AS DOUBLE)) FILTER(WHERE
          NOT CAST("orders"."total" AS DOUBLE) IS NULL)
      ),
      CAST(FLOOR(
        (
          CAST(0.5 AS DOUBLE) * (
            CAST(COUNT(CAST("orders"."total" AS DOUBLE)) AS DOUBLE) - 1
          )
        )
      ) AS BIGINT) + 1
    ) + (
      (
        CAST(0.5 AS DOUBLE) * (
          CAST(COUNT(CAST("orders"."total" AS DOUBLE)) AS DOUBLE) - 1
        )
      ) - FLOOR(
        (
          CAST(0.5 AS DOUBLE) * (
            CAST(COUNT(CAST("orders"."total" AS DOUBLE)) AS DOUBLE) - 1
          )
        )
      )
    ) * (
      ELEMENT_AT(
        ARRAY_SORT(
          ARRAY_AGG(CAST("orders"."total" AS DOUBLE)) FILTER(WHERE
            NOT CAST("orders"."total" AS DOUBLE) IS NULL)
        ),
        CAST(CEIL(
          (
            CAST(0.5 AS DOUBLE) * (
              CAST(COUNT(CAST("orders"."total" AS DOUBLE)) AS DOUBLE) - 1
            )
          )
        ) AS BIGINT) + 1
      ) - ELEMENT_AT(
        ARRAY_SORT(
          ARRAY_AGG(CAST("orders"."total" AS DOUBLE)) FILTER(WHERE
            NOT CAST("orders"."total" AS DOUBLE) IS NULL)
        ),
        CAST(FLOOR(
          (
            CAST(0.5 AS DOUBLE) * (
              CAST(COUNT(CAST("orders"."total" AS DOUBLE)) AS DOUBLE) - 1
            )
          )
        ) AS BIGINT) + 1
      )
    )
  ) AS "middle",
  BOOL_OR("orders"."paid") AS "any_paid",
  CAST(SUM(CAST(CAST("orders"."paid" AS INTEGER) AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "paid_count",
  (
    CAST(SUM(
      CAST(CAST((
        DATE_DIFF('day', CAST("orders"."order_date" AS DATE), CAST("orders"."shipped_at" AS DATE))
      ) AS BIGINT) AS DECIMAL(38, 0))
    ) AS DOUBLE) / NULLIF(
      CAST(COUNT(
        CAST((
          DATE_DIFF('day', CAST("orders"."order_date" AS DATE), CAST("orders"."shipped_at" AS DATE))
        ) AS BIGINT)
      ) AS DOUBLE),
      0
    )
  ) AS "days_to_ship",
  MAX(
    (
      (
        CAST(EXTRACT(YEAR FROM "orders"."shipped_at") AS BIGINT) * 12 + CAST(EXTRACT(MONTH FROM "orders"."shipped_at") AS BIGINT)
      ) - (
        CAST(EXTRACT(YEAR FROM "orders"."order_date") AS BIGINT) * 12 + CAST(EXTRACT(MONTH FROM "orders"."order_date") AS BIGINT)
      )
    )
  ) AS "months",
  MAX(CAST(EXTRACT(YEAR FROM "orders"."shipped_at") AS BIGINT)) + MIN(CAST(EXTRACT(MONTH FROM "orders"."order_date") AS BIGINT)) AS "late_year",
  SUM(
    CASE WHEN "orders"."order_id" % NULLIF(2, 0) = 1 THEN "orders"."total" ELSE 0 END
  ) AS "odd",
  (
    CAST(SUM("orders"."total") AS DOUBLE) / NULLIF(CAST((
      COUNT(*) - COUNT(*)
    ) AS DOUBLE), 0)
  ) AS "nothing",
  COUNT(
    DISTINCT CONCAT(
      CAST(UPPER("orders"."status") AS VARCHAR),
      CAST('-' AS VARCHAR),
      CAST(COALESCE("orders"."ship_country", '?') AS VARCHAR)
    )
  ) AS "words"
FROM "gold"."orders" AS "orders";

-- more functions
SELECT
  MAX("groups"."m0") AS "between",
  MAX("groups"."m1") AS "best",
  MAX("groups"."m2") AS "spread",
  MAX("groups"."m3") AS "net",
  MAX("groups"."m4") AS "mean_price",
  MAX("groups"."m5") AS "asian_units",
  MAX("groups"."m6") AS "units"
FROM (
  SELECT
    COUNT(*) FILTER(WHERE
      (
        "orders"."status" BETWEEN 'a' AND 'e'
      )
      AND (
        NOT (
          "orders"."total" IN (5, 7)
        )
      )) AS "m0",
    SUM(
      GREATEST(
        COALESCE("orders"."total", CAST(9.5 AS DECIMAL(38, 2))),
        COALESCE(CAST(9.5 AS DECIMAL(38, 2)), "orders"."total")
      )
    ) AS "m1",
    STDDEV(CAST("orders"."total" AS DOUBLE)) AS "m2",
    CAST(NULL AS DECIMAL(38, 6)) AS "m3",
    CAST(NULL AS DOUBLE) AS "m4",
    CAST(NULL AS DECIMAL(38, 0)) AS "m5",
    CAST(NULL AS DECIMAL(38, 0)) AS "m6"
  FROM "gold"."orders" AS "orders"
  UNION ALL
  SELECT
    CAST(NULL AS BIGINT) AS "m0",
    CAST(NULL AS DECIMAL(38, 2)) AS "m1",
    CAST(NULL AS DOUBLE) AS "m2",
    SUM(
      CAST("items"."price" * "items"."qty" * (
        1 - COALESCE("items"."discount", 0)
      ) AS DECIMAL(38, 6))
    ) AS "m3",
    (
      CAST(SUM(CAST("items"."price" AS DECIMAL(38, 12))) AS DOUBLE) / NULLIF(CAST(COUNT("items"."price") AS DOUBLE), 0)
    ) AS "m4",
    CAST(SUM(CAST("items"."qty" AS DECIMAL(38, 0))) FILTER(WHERE
      "items.order.customer"."region" = 'ASIA') AS DECIMAL(38, 0)) AS "m5",
    CAST(SUM(CAST("items"."qty" AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "m6"
  FROM "gold"."items" AS "items"
  LEFT JOIN "gold"."orders" AS "items.order"
    ON "items"."order_id" = "items.order"."order_id"
  LEFT JOIN "gold"."customers" AS "items.order.customer"
    ON "items.order"."customer_id" = "items.order.customer"."customer_id"
) AS "groups";

-- every function by a role
SELECT
  "groups"."d0" AS "paid",
  "groups"."d1" AS "weekday",
  MAX("groups"."m0") AS "middle",
  BOOL_OR("groups"."m1") AS "any_paid",
  MAX("groups"."m2") AS "paid_count",
  MAX("groups"."m3") AS "first_status",
  MAX("groups"."m4") AS "mean_rounded",
  (
    CAST(MAX("groups"."m5") AS DOUBLE) / NULLIF(CAST(MAX("groups"."m6") AS DOUBLE), 0)
  ) AS "orders_per_customer"
FROM (
  SELECT
    "orders"."paid" AS "d0",
    (
      CAST(DAY_OF_WEEK("orders"."order_date") % 7 AS BIGINT)
    ) AS "d1",
    (
      ELEMENT_AT(
        ARRAY_SORT(
          ARRAY_AGG(CAST("orders"."total" AS DOUBLE)) FILTER(WHERE
            NOT CAST("orders"."total" AS DOUBLE) IS NULL)
        ),
        CAST(FLOOR(
          (
            CAST(0.5 AS DOUBLE) * (
              CAST(COUNT(CAST("orders"."total" AS DOUBLE)) AS DOUBLE) - 1
            )
          )
        ) AS BIGINT) + 1
      ) + (
        (
          CAST(0.5 AS DOUBLE) * (
            CAST(COUNT(CAST("orders"."total" AS DOUBLE)) AS DOUBLE) - 1
          )
        ) - FLOOR(
          (
            CAST(0.5 AS DOUBLE) * (
              CAST(COUNT(CAST("orders"."total" AS DOUBLE)) AS DOUBLE) - 1
            )
          )
        )
      ) * (
        ELEMENT_AT(
          ARRAY_SORT(
            ARRAY_AGG(CAST("orders"."total" AS DOUBLE)) FILTER(WHERE
              NOT CAST("orders"."total" AS DOUBLE) IS NULL)
          ),
          CAST(CEIL(
            (
              CAST(0.5 AS DOUBLE) * (
                CAST(COUNT(CAST("orders"."total" AS DOUBLE)) AS DOUBLE) - 1
              )
            )
          ) AS BIGINT) + 1
        ) - ELEMENT_AT(
          ARRAY_SORT(
            ARRAY_AGG(CAST("orders"."total" AS DOUBLE)) FILTER(WHERE
              NOT CAST("orders"."total" AS DOUBLE) IS NULL)
          ),
          CAST(FLOOR(
            (
              CAST(0.5 AS DOUBLE) * (
                CAST(COUNT(CAST("orders"."total" AS DOUBLE)) AS DOUBLE) - 1
              )
            )
          ) AS BIGINT) + 1
        )
      )
    ) AS "m0",
    BOOL_OR("orders"."paid") AS "m1",
    CAST(SUM(CAST(CAST("orders"."paid" AS INTEGER) AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "m2",
    MIN("orders"."status") AS "m3",
    CAST(ROUND(
      CAST((
        CAST(SUM("orders"."total") AS DOUBLE) / NULLIF(CAST(COUNT("orders"."total") AS DOUBLE), 0)
      ) AS DECIMAL(38, 12)),
      1
    ) AS DECIMAL(38, 1)) AS "m4",
    COUNT(*) AS "m5",
    CAST(NULL AS BIGINT) AS "m6"
  FROM "gold"."orders" AS "orders"
  GROUP BY
    1,
    2
  UNION ALL
  SELECT
    "distinct"."d0" AS "d0",
    "distinct"."d1" AS "d1",
    CAST(NULL AS DOUBLE) AS "m0",
    CAST(NULL AS BOOLEAN) AS "m1",
    CAST(NULL AS DECIMAL(38, 0)) AS "m2",
    CAST(NULL AS VARCHAR) AS "m3",
    CAST(NULL AS DECIMAL(38, 1)) AS "m4",
    CAST(NULL AS BIGINT) AS "m5",
    COUNT(*) AS "m6"
  FROM (
    SELECT DISTINCT
      "customers.orders(customer)"."paid" AS "d0",
      (
        CAST(DAY_OF_WEEK("customers.orders(customer)"."order_date") % 7 AS BIGINT)
      ) AS "d1",
      "customers"."customer_id" AS "k0"
    FROM "gold"."customers" AS "customers"
    LEFT JOIN "gold"."orders" AS "customers.orders(customer)"
      ON "customers"."customer_id" = "customers.orders(customer)"."customer_id"
  ) AS "distinct"
  GROUP BY
    1,
    2
) AS "groups"
GROUP BY
  1,
  2
ORDER BY
  1 ASC,
  2 ASC;

-- decimals of a filter
SELECT
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
WHERE
  "orders"."total" IN (7, 10.5, 10);

-- booleans of a filter
SELECT
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
WHERE
  "orders"."paid" = TRUE;

-- a number of two kinds
SELECT
  MAX(
    CASE
      WHEN "items"."qty" > 1
      THEN "items"."price"
      ELSE CAST("items"."line" AS DOUBLE)
    END
  ) AS "either"
FROM "gold"."items" AS "items";

-- a derived boolean
SELECT
  (
    NOT (
      "orders"."shipped_at" IS NULL
    )
  ) AS "is_sent",
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
GROUP BY
  1
ORDER BY
  1 ASC;

-- a derived boolean of a joined table
SELECT
  (
    CASE
      WHEN NOT "items.order"."order_id" IS NULL
      THEN NOT (
        "items.order"."shipped_at" IS NULL
      )
    END
  ) AS "is_sent",
  COUNT(*) AS "lines"
FROM "gold"."items" AS "items"
LEFT JOIN "gold"."orders" AS "items.order"
  ON "items"."order_id" = "items.order"."order_id"
GROUP BY
  1
ORDER BY
  1 ASC;

-- a derived boolean of many rows
SELECT
  "distinct"."d0" AS "is_sent",
  COUNT(*) AS "customers"
FROM (
  SELECT DISTINCT
    (
      CASE
        WHEN NOT "customers.orders(customer)"."customer_id" IS NULL
        THEN NOT (
          "customers.orders(customer)"."shipped_at" IS NULL
        )
      END
    ) AS "d0",
    "customers"."customer_id" AS "k0"
  FROM "gold"."customers" AS "customers"
  LEFT JOIN "gold"."orders" AS "customers.orders(customer)"
    ON "customers"."customer_id" = "customers.orders(customer)"."customer_id"
) AS "distinct"
GROUP BY
  1
ORDER BY
  1 ASC;

-- doubles of a filter
SELECT
  COUNT(*) AS "lines"
FROM "gold"."items" AS "items"
WHERE
  "items"."price" = 3.3;

-- all so far, by month
WITH "rows.ledger.0.0" AS (
  SELECT
    DATE_TRUNC('MONTH', "ledger"."day") AS "d0",
    "ledger"."region" AS "d1",
    SUM("ledger"."amount") AS "v0"
  FROM "gold"."ledger" AS "ledger"
  WHERE
    NOT "ledger"."day" IS NULL
  GROUP BY
    1,
    2
), "spine.ledger.0.0" AS (
  SELECT
    "periods"."t"
  FROM UNNEST(SEQUENCE(
    (
      SELECT
        MIN("rows.ledger.0.0"."d0")
      FROM "rows.ledger.0.0"
    ),
    (
      SELECT
        MAX("rows.ledger.0.0"."d0")
      FROM "rows.ledger.0.0"
    ),
    INTERVAL '1' MONTH
  )) AS "periods"("t")
)
SELECT
  "grouped"."d0" AS "month",
  "grouped"."d1" AS "region",
  CAST("grouped"."u0" AS DECIMAL(38, 2)) AS "revenue|ever"
FROM (
  SELECT
    "reached"."d0" AS "d0",
    "reached"."d1" AS "d1",
    "reached"."v0" AS "u0",
    1 AS "made"
  FROM (
    SELECT
      "dense"."d0",
      "dense"."d1",
      SUM("dense"."v0") OVER (
        PARTITION BY "dense"."d1"
        ORDER BY "dense"."d0"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "v0",
      COUNT("dense"."held") OVER (
        PARTITION BY "dense"."d1"
        ORDER BY "dense"."d0"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "held"
    FROM (
      SELECT
        "all"."d0",
        "all"."d1",
        MAX("all"."v0") AS "v0",
        MAX("all"."held") AS "held"
      FROM (
        SELECT
          "rows.ledger.0.0"."d0",
          "rows.ledger.0.0"."d1",
          "rows.ledger.0.0"."v0",
          1 AS "held"
        FROM "rows.ledger.0.0"
        UNION ALL
        SELECT
          "spine.ledger.0.0"."t" AS "d0",
          "groups"."d1",
          NULL,
          NULL
        FROM "spine.ledger.0.0"
        CROSS JOIN (
          SELECT DISTINCT
            "rows.ledger.0.0"."d1"
          FROM "rows.ledger.0.0"
        ) AS "groups"
      ) AS "all"
      GROUP BY
        1,
        2
    ) AS "dense"
  ) AS "reached"
  WHERE
    "reached"."held" > 0
) AS "grouped"
ORDER BY
  1 ASC,
  2 ASC;

-- a rolling window
WITH "spine.ledger.0.0" AS (
  SELECT
    "periods"."t"
  FROM UNNEST(SEQUENCE(
    DATE_TRUNC('WEEK', CAST('2024-01-01' AS DATE)),
    DATE_TRUNC('WEEK', CAST('2024-03-31' AS DATE)),
    (1 * INTERVAL '7' DAY)
  )) AS "periods"("t")
)
SELECT
  "grouped"."d0" AS "week",
  CAST("grouped"."u0" AS BIGINT) AS "buyers|window|2 months"
FROM (
  SELECT
    "reached"."d0" AS "d0",
    "reached"."v0" AS "u0",
    1 AS "made"
  FROM (
    SELECT
      "spine.ledger.0.0"."t" AS "d0",
      COUNT(DISTINCT "ledger"."customer") AS "v0"
    FROM "gold"."ledger" AS "ledger"
    INNER JOIN "spine.ledger.0.0"
      ON "ledger"."day" < CAST(DATE_ADD('WEEK', 1, "spine.ledger.0.0"."t") AS DATE)
      AND "ledger"."day" >= CAST(DATE_ADD('MONTH', 2 * -1, CAST(DATE_ADD('WEEK', 1, "spine.ledger.0.0"."t") AS DATE)) AS DATE)
    WHERE
      (
        NOT "ledger"."day" IS NULL
      )
      AND "ledger"."day" >= CAST('2023-11-01' AS DATE)
      AND "ledger"."day" < CAST('2024-04-01' AS DATE)
    GROUP BY
      1
  ) AS "reached"
) AS "grouped"
ORDER BY
  1 ASC;

-- year to date
WITH "rows.ledger.0.0" AS (
  SELECT
    DATE_TRUNC('MONTH', "ledger"."day") AS "d0",
    SUM("ledger"."amount") AS "v0"
  FROM "gold"."ledger" AS "ledger"
  WHERE
    (
      NOT "ledger"."day" IS NULL
    )
    AND "ledger"."day" >= CAST('2024-01-01' AS DATE)
    AND "ledger"."day" < CAST('2024-04-01' AS DATE)
  GROUP BY
    1
), "spine.ledger.0.0" AS (
  SELECT
    "periods"."t"
  FROM UNNEST(SEQUENCE(
    DATE_TRUNC('MONTH', CAST('2024-01-01' AS DATE)),
    DATE_TRUNC('MONTH', CAST('2024-03-31' AS DATE)),
    INTERVAL '1' MONTH
  )) AS "periods"("t")
)
SELECT
  "grouped"."d0" AS "month",
  CAST("grouped"."u0" AS DECIMAL(38, 2)) AS "revenue|to|year"
FROM (
  SELECT
    "reached"."d0" AS "d0",
    "reached"."v0" AS "u0",
    1 AS "made"
  FROM (
    SELECT
      "dense"."d0",
      SUM("dense"."v0") OVER (
        PARTITION BY DATE_TRUNC('YEAR', "dense"."d0")
        ORDER BY "dense"."d0"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "v0",
      COUNT("dense"."held") OVER (
        PARTITION BY DATE_TRUNC('YEAR', "dense"."d0")
        ORDER BY "dense"."d0"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "held"
    FROM (
      SELECT
        "all"."d0",
        MAX("all"."v0") AS "v0",
        MAX("all"."held") AS "held"
      FROM (
        SELECT
          "rows.ledger.0.0"."d0",
          "rows.ledger.0.0"."v0",
          1 AS "held"
        FROM "rows.ledger.0.0"
        UNION ALL
        SELECT
          "spine.ledger.0.0"."t" AS "d0",
          NULL,
          NULL
        FROM "spine.ledger.0.0"
      ) AS "all"
      GROUP BY
        1
    ) AS "dense"
  ) AS "reached"
  WHERE
    "reached"."held" > 0
    AND "reached"."d0" >= DATE_TRUNC('MONTH', CAST('2024-01-01' AS DATE))
) AS "grouped"
ORDER BY
  1 ASC;

-- growth over the year before
WITH "current_groups" AS (
  SELECT
    DATE_TRUNC('MONTH', "ledger"."day") AS "d0",
    CAST(NULL AS DECIMAL(38, 2)) AS "u0",
    SUM("ledger"."amount") AS "u1",
    1 AS "made"
  FROM "gold"."ledger" AS "ledger"
  GROUP BY
    1
)
SELECT
  "grouped"."d0" AS "month",
  (
    CAST((
      "grouped"."u1" - "grouped"."u0"
    ) AS DOUBLE) / NULLIF(CAST("grouped"."u0" AS DOUBLE), 0)
  ) AS "revenue|growth|1 year"
FROM (
  SELECT
    "united"."d0",
    MAX("united"."u0") AS "u0",
    MAX("united"."u1") AS "u1"
  FROM (
    SELECT
      "current_groups"."d0" AS "d0",
      CAST(NULL AS DECIMAL(38, 2)) AS "u0",
      "current_groups"."u1" AS "u1",
      1 AS "made"
    FROM "current_groups"
    UNION ALL
    SELECT
      CAST(DATE_ADD('MONTH', 12, "earlier"."d0") AS DATE) AS "d0",
      "earlier"."u1" AS "u0",
      CAST(NULL AS DECIMAL(38, 2)) AS "u1",
      0 AS "made"
    FROM "current_groups" AS "earlier"
    WHERE
      NOT "earlier"."d0" IS NULL
  ) AS "united"
  GROUP BY
    1
  HAVING
    MAX("united"."made") = 1
) AS "grouped"
ORDER BY
  1 ASC;

-- the month before, as a difference
WITH "current_groups" AS (
  SELECT
    DATE_TRUNC('MONTH', "ledger"."day") AS "d0",
    "ledger"."region" AS "d1",
    COUNT(*) AS "u0",
    CAST(NULL AS BIGINT) AS "u1",
    1 AS "made"
  FROM "gold"."ledger" AS "ledger"
  GROUP BY
    1,
    2
)
SELECT
  "grouped"."d0" AS "month",
  "grouped"."d1" AS "region",
  CAST(CAST("grouped"."u0" - "grouped"."u1" AS BIGINT) AS BIGINT) AS "orders|delta|1 month"
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
      CAST(NULL AS BIGINT) AS "u1",
      1 AS "made"
    FROM "current_groups"
    UNION ALL
    SELECT
      CAST(DATE_ADD('MONTH', 1, "earlier"."d0") AS DATE) AS "d0",
      "earlier"."d1" AS "d1",
      CAST(NULL AS BIGINT) AS "u0",
      "earlier"."u0" AS "u1",
      0 AS "made"
    FROM "current_groups" AS "earlier"
    WHERE
      NOT "earlier"."d0" IS NULL
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

-- compared with the previous period
SELECT
  "grouped"."d0" AS "month",
  "grouped"."u0" AS "revenue",
  "grouped"."u1" AS "revenue__previous",
  CAST("grouped"."u0" - "grouped"."u1" AS DECIMAL(38, 2)) AS "revenue__delta",
  (
    CAST((
      "grouped"."u0" - "grouped"."u1"
    ) AS DOUBLE) / NULLIF(CAST("grouped"."u1" AS DOUBLE), 0)
  ) AS "revenue__growth"
FROM (
  SELECT
    "united"."d0",
    MAX("united"."u0") AS "u0",
    MAX("united"."u1") AS "u1"
  FROM (
    SELECT
      DATE_TRUNC('MONTH', "ledger"."day") AS "d0",
      SUM("ledger"."amount") AS "u0",
      CAST(NULL AS DECIMAL(38, 2)) AS "u1",
      1 AS "made"
    FROM "gold"."ledger" AS "ledger"
    WHERE
      "ledger"."day" >= CAST('2024-01-01' AS DATE)
      AND "ledger"."day" < CAST('2024-04-01' AS DATE)
    GROUP BY
      1
    UNION ALL
    SELECT
      CAST(DATE_ADD('MONTH', 3, "earlier"."d0") AS DATE) AS "d0",
      CAST(NULL AS DECIMAL(38, 2)) AS "u0",
      "earlier"."v0" AS "u1",
      0 AS "made"
    FROM (
      SELECT
        DATE_TRUNC('MONTH', "ledger"."day") AS "d0",
        SUM("ledger"."amount") AS "v0"
      FROM "gold"."ledger" AS "ledger"
      WHERE
        (
          NOT "ledger"."day" IS NULL
        )
        AND "ledger"."day" >= CAST('2023-10-01' AS DATE)
        AND "ledger"."day" < CAST('2024-01-01' AS DATE)
      GROUP BY
        1
    ) AS "earlier"
  ) AS "united"
  GROUP BY
    1
  HAVING
    MAX("united"."made") = 1
) AS "grouped"
ORDER BY
  1 ASC;

-- chosen by growth
WITH "current_groups" AS (
  SELECT
    DATE_TRUNC('MONTH', "ledger"."day") AS "d0",
    "ledger"."region" AS "d1",
    SUM("ledger"."amount") AS "u0",
    CAST(NULL AS DECIMAL(38, 2)) AS "u1",
    1 AS "made"
  FROM "gold"."ledger" AS "ledger"
  GROUP BY
    1,
    2
)
SELECT
  "grouped"."d0" AS "month",
  "grouped"."d1" AS "region",
  "grouped"."u0" AS "revenue",
  "grouped"."u1" AS "revenue__previous",
  CAST("grouped"."u0" - "grouped"."u1" AS DECIMAL(38, 2)) AS "revenue__delta",
  (
    CAST((
      "grouped"."u0" - "grouped"."u1"
    ) AS DOUBLE) / NULLIF(CAST("grouped"."u1" AS DOUBLE), 0)
  ) AS "revenue__growth"
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
      CAST(NULL AS DECIMAL(38, 2)) AS "u1",
      1 AS "made"
    FROM "current_groups"
    UNION ALL
    SELECT
      CAST(DATE_ADD('MONTH', 1, "earlier"."d0") AS DATE) AS "d0",
      "earlier"."d1" AS "d1",
      CAST(NULL AS DECIMAL(38, 2)) AS "u0",
      "earlier"."u0" AS "u1",
      0 AS "made"
    FROM "current_groups" AS "earlier"
    WHERE
      NOT "earlier"."d0" IS NULL
  ) AS "united"
  GROUP BY
    1,
    2
  HAVING
    MAX("united"."made") = 1
) AS "grouped"
WHERE
  (
    (
      CAST((
        "grouped"."u0" - "grouped"."u1"
      ) AS DOUBLE) / NULLIF(CAST("grouped"."u1" AS DOUBLE), 0)
    ) > 0.1
    OR "grouped"."u1" IS NULL
  )
ORDER BY
  6 DESC,
  1 ASC,
  2 ASC
LIMIT 5;

-- fiscal year to date
WITH "calendar_1_known_by_fiscal_year" AS (
  SELECT
    "days"."day",
    MIN("days"."whole") AS "whole"
  FROM (
    SELECT DISTINCT
      "days"."d" AS "day",
      "days"."fy" AS "whole"
    FROM "gold"."days" AS "days"
    WHERE
      (
        NOT "days"."d" IS NULL
      ) AND (
        NOT "days"."fy" IS NULL
      )
  ) AS "days"
  GROUP BY
    1
  HAVING
    MIN("days"."whole") >= (
      SELECT
        MIN("days"."d")
      FROM "gold"."days" AS "days"
    )
), "calendar_2_fiscal_year_to_date" AS (
  SELECT
    "known"."day" AS "unit",
    "known"."whole" AS "low"
  FROM "calendar_1_known_by_fiscal_year" AS "known"
), "rows.ledger.0.0" AS (
  SELECT
    "ledger"."day" AS "d0",
    "ledger"."region" AS "d1",
    SUM("ledger"."amount") AS "v0"
  FROM "gold"."ledger" AS "ledger"
  WHERE
    (
      NOT "ledger"."day" IS NULL
    )
    AND "ledger"."day" < CAST('2024-04-01' AS DATE)
    AND "ledger"."day" IN (
      SELECT
        "known"."day"
      FROM (
        SELECT
          "days"."day",
          MIN("days"."whole") AS "whole"
        FROM (
          SELECT DISTINCT
            "days"."d" AS "day",
            "days"."fy" AS "whole"
          FROM "gold"."days" AS "days"
          WHERE
            (
              NOT "days"."d" IS NULL
            ) AND (
              NOT "days"."fy" IS NULL
            )
        ) AS "days"
        GROUP BY
          1
        HAVING
          MIN("days"."whole") >= (
            SELECT
              MIN("days"."d")
            FROM "gold"."days" AS "days"
          )
      ) AS "known"
    )
    AND "ledger"."day" >= (
      SELECT
        MIN("known"."whole")
      FROM (
        SELECT
          "days"."day",
          MIN("days"."whole") AS "whole"
        FROM (
          SELECT DISTINCT
            "days"."d" AS "day",
            "days"."fy" AS "whole"
          FROM "gold"."days" AS "days"
          WHERE
            (
              NOT "days"."d" IS NULL
            ) AND (
              NOT "days"."fy" IS NULL
            )
        ) AS "days"
        GROUP BY
          1
        HAVING
          MIN("days"."whole") >= (
            SELECT
              MIN("days"."d")
            FROM "gold"."days" AS "days"
          )
      ) AS "known"
      WHERE
        "known"."day" >= CAST('2024-01-01' AS DATE)
    )
  GROUP BY
    1,
    2
), "spine.ledger.0.0" AS (
  SELECT DISTINCT
    "shown"."period" AS "t",
    "ends"."high" AS "high",
    "reached"."low" AS "low"
  FROM (
    SELECT DISTINCT
      "days"."period"
    FROM (
      SELECT DISTINCT
        "days"."d" AS "day",
        "days"."fm" AS "period"
      FROM "gold"."days" AS "days"
      WHERE
        (
          NOT "days"."d" IS NULL
        ) AND (
          NOT "days"."fm" IS NULL
        )
    ) AS "days"
    WHERE
      "days"."day" BETWEEN CAST('2024-01-01' AS DATE) AND CAST('2024-03-31' AS DATE)
  ) AS "shown"
  INNER JOIN (
    SELECT
      "days"."period",
      MAX("days"."day") AS "last",
      MAX(CASE WHEN "days"."day" < CAST('2024-04-01' AS DATE) THEN "days"."day" END) AS "high"
    FROM (
      SELECT DISTINCT
        "days"."d" AS "day",
        "days"."fm" AS "period"
      FROM "gold"."days" AS "days"
      WHERE
        (
          NOT "days"."d" IS NULL
        ) AND (
          NOT "days"."fm" IS NULL
        )
    ) AS "days"
    GROUP BY
      1
  ) AS "ends"
    ON "ends"."period" = "shown"."period"
  INNER JOIN "calendar_2_fiscal_year_to_date" AS "reached"
    ON "reached"."unit" = "ends"."high"
)
SELECT
  "grouped"."d0" AS "fiscal_month",
  "grouped"."d1" AS "region",
  CAST("grouped"."u0" AS DECIMAL(38, 2)) AS "revenue|to|fiscal_year"
FROM (
  SELECT
    "reached"."d0" AS "d0",
    "reached"."d1" AS "d1",
    "reached"."v0" AS "u0",
    1 AS "made"
  FROM (
    SELECT
      "marked"."t" AS "d0",
      "marked"."d1",
      "marked"."mark",
      SUM("marked"."v0") OVER (
        PARTITION BY "marked"."d1", "marked"."whole"
        ORDER BY "marked"."day", "marked"."mark"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "v0",
      COUNT("marked"."held") OVER (
        PARTITION BY "marked"."d1", "marked"."whole"
        ORDER BY "marked"."day", "marked"."mark"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "held"
    FROM (
      SELECT
        "rows.ledger.0.0"."d1",
        "rows.ledger.0.0"."d0" AS "day",
        "known"."whole" AS "whole",
        0 AS "mark",
        CAST(NULL AS DATE) AS "t",
        "rows.ledger.0.0"."v0",
        1 AS "held"
      FROM "rows.ledger.0.0"
      INNER JOIN "calendar_1_known_by_fiscal_year" AS "known"
        ON "known"."day" = "rows.ledger.0.0"."d0"
      UNION ALL
      SELECT
        "groups"."d1",
        "spine.ledger.0.0"."high",
        "spine.ledger.0.0"."low",
        1,
        "spine.ledger.0.0"."t",
        NULL,
        NULL
      FROM "spine.ledger.0.0"
      CROSS JOIN (
        SELECT DISTINCT
          "rows.ledger.0.0"."d1"
        FROM "rows.ledger.0.0"
      ) AS "groups"
    ) AS "marked"
  ) AS "reached"
  WHERE
    "reached"."mark" = 1 AND "reached"."held" > 0
) AS "grouped"
ORDER BY
  1 ASC,
  2 ASC;

-- fiscal year to date, compared
WITH "calendar_1_known_by_fiscal_year" AS (
  SELECT
    "days"."day",
    MIN("days"."whole") AS "whole"
  FROM (
    SELECT DISTINCT
      "days"."d" AS "day",
      "days"."fy" AS "whole"
    FROM "gold"."days" AS "days"
    WHERE
      (
        NOT "days"."d" IS NULL
      ) AND (
        NOT "days"."fy" IS NULL
      )
  ) AS "days"
  GROUP BY
    1
  HAVING
    MIN("days"."whole") >= (
      SELECT
        MIN("days"."d")
      FROM "gold"."days" AS "days"
    )
), "calendar_2_fiscal_year_to_date" AS (
  SELECT
    "known"."day" AS "unit",
    "known"."whole" AS "low"
  FROM "calendar_1_known_by_fiscal_year" AS "known"
), "calendar_3_fiscal_month_within_fiscal_year" AS (
  SELECT
    "held"."period",
    DENSE_RANK() OVER (ORDER BY "held"."whole") AS "number",
    ROW_NUMBER() OVER (PARTITION BY "held"."whole" ORDER BY "held"."period") AS "place"
  FROM (
    SELECT
      "days"."period",
      MIN("days"."whole") AS "whole"
    FROM (
      SELECT DISTINCT
        "days"."fm" AS "period",
        "days"."fy" AS "whole"
      FROM "gold"."days" AS "days"
      WHERE
        (
          NOT "days"."d" IS NULL
        )
        AND (
          NOT "days"."fm" IS NULL
        )
        AND (
          NOT "days"."fy" IS NULL
        )
    ) AS "days"
    GROUP BY
      1
    HAVING
      MIN("days"."whole") >= (
        SELECT
          MIN("days"."d")
        FROM "gold"."days" AS "days"
      )
  ) AS "held"
), "calendar_4_1_fiscal_year_before_each_fiscal_month" AS (
  SELECT
    "now"."period" AS "period",
    "then"."period" AS "earlier"
  FROM "calendar_3_fiscal_month_within_fiscal_year" AS "now"
  INNER JOIN "calendar_3_fiscal_month_within_fiscal_year" AS "then"
    ON "now"."number" = "then"."number" + 1 AND "now"."place" = "then"."place"
), "calendar_5_days_within_fiscal_month_and_fiscal_year" AS (
  SELECT
    "days"."day",
    "days"."period",
    ROW_NUMBER() OVER (PARTITION BY "days"."period" ORDER BY "days"."day") AS "place",
    COUNT("days"."day") OVER (PARTITION BY "days"."period") AS "length"
  FROM (
    SELECT DISTINCT
      "days"."d" AS "day",
      "days"."fm" AS "period"
    FROM "gold"."days" AS "days"
    WHERE
      (
        NOT "days"."d" IS NULL
      )
      AND (
        NOT "days"."fm" IS NULL
      )
      AND (
        NOT "days"."fy" IS NULL
      )
  ) AS "days"
), "spine.ledger.0.0" AS (
  SELECT DISTINCT
    "shown"."period" AS "t",
    "ends"."high" AS "high",
    "reached"."low" AS "low"
  FROM (
    SELECT DISTINCT
      "days"."period"
    FROM (
      SELECT DISTINCT
        "days"."d" AS "day",
        "days"."fm" AS "period"
      FROM "gold"."days" AS "days"
      WHERE
        (
          NOT "days"."d" IS NULL
        ) AND (
          NOT "days"."fm" IS NULL
        )
    ) AS "days"
    WHERE
      "days"."day" BETWEEN CAST('2024-01-01' AS DATE) AND CAST('2024-03-31' AS DATE)
  ) AS "shown"
  INNER JOIN (
    SELECT
      "days"."period",
      MAX("days"."day") AS "last",
      MAX(CASE WHEN "days"."day" < CAST('2024-04-01' AS DATE) THEN "days"."day" END) AS "high"
    FROM (
      SELECT DISTINCT
        "days"."d" AS "day",
        "days"."fm" AS "period"
      FROM "gold"."days" AS "days"
      WHERE
        (
          NOT "days"."d" IS NULL
        ) AND (
          NOT "days"."fm" IS NULL
        )
    ) AS "days"
    GROUP BY
      1
  ) AS "ends"
    ON "ends"."period" = "shown"."period"
  INNER JOIN "calendar_2_fiscal_year_to_date" AS "reached"
    ON "reached"."unit" = "ends"."high"
), "spine.ledger.1.0" AS (
  SELECT DISTINCT
    "steps"."period" AS "t",
    "cut"."high" AS "high",
    "reached"."low" AS "low"
  FROM "calendar_4_1_fiscal_year_before_each_fiscal_month" AS "steps"
  INNER JOIN (
    SELECT
      "days"."period",
      MAX("days"."day") AS "last"
    FROM (
      SELECT DISTINCT
        "days"."d" AS "day",
        "days"."fm" AS "period"
      FROM "gold"."days" AS "days"
      WHERE
        (
          NOT "days"."d" IS NULL
        ) AND (
          NOT "days"."fm" IS NULL
        )
    ) AS "days"
    GROUP BY
      1
  ) AS "ends"
    ON "ends"."period" = "steps"."earlier"
  INNER JOIN (
    SELECT
      "steps"."period" AS "period",
      MAX("before"."day") AS "high"
    FROM "calendar_5_days_within_fiscal_month_and_fiscal_year" AS "before"
    INNER JOIN "calendar_4_1_fiscal_year_before_each_fiscal_month" AS "steps"
      ON "steps"."earlier" = "before"."period"
    INNER JOIN "calendar_5_days_within_fiscal_month_and_fiscal_year" AS "after"
      ON "after"."period" = "steps"."period"
      AND "after"."place" = LEAST("before"."place", "after"."length")
    WHERE
      "after"."day" < CAST('2024-04-01' AS DATE)
    GROUP BY
      1
  ) AS "cut"
    ON "cut"."period" = "steps"."period"
  INNER JOIN "calendar_2_fiscal_year_to_date" AS "reached"
    ON "reached"."unit" = "cut"."high"
  WHERE
    "steps"."period" IN (
      SELECT DISTINCT
        "days"."period"
      FROM (
        SELECT DISTINCT
          "days"."d" AS "day",
          "days"."fm" AS "period"
        FROM "gold"."days" AS "days"
        WHERE
          (
            NOT "days"."d" IS NULL
          ) AND (
            NOT "days"."fm" IS NULL
          )
      ) AS "days"
      WHERE
        "days"."day" >= CAST('2024-01-01' AS DATE)
        AND "days"."day" < CAST('2024-04-01' AS DATE)
    )
)
SELECT
  "grouped"."d0" AS "fiscal_month",
  CAST("grouped"."u0" AS BIGINT) AS "buyers|to|fiscal_year",
  CAST("grouped"."u1" AS BIGINT) AS "buyers|to|fiscal_year__previous",
  CAST(CAST("grouped"."u0" AS BIGINT) - CAST("grouped"."u1" AS BIGINT) AS BIGINT) AS "buyers|to|fiscal_year__delta",
  (
    CAST((
      CAST("grouped"."u0" AS BIGINT) - CAST("grouped"."u1" AS BIGINT)
    ) AS DOUBLE) / NULLIF(CAST(CAST("grouped"."u1" AS BIGINT) AS DOUBLE), 0)
  ) AS "buyers|to|fiscal_year__growth"
FROM (
  SELECT
    "united"."d0",
    MAX("united"."u0") AS "u0",
    MAX("united"."u1") AS "u1"
  FROM (
    SELECT
      "reached"."d0" AS "d0",
      "reached"."v0" AS "u0",
      CAST(NULL AS BIGINT) AS "u1",
      1 AS "made"
    FROM (
      SELECT
        "spine.ledger.0.0"."t" AS "d0",
        COUNT(DISTINCT "ledger"."customer") AS "v0"
      FROM "gold"."ledger" AS "ledger"
      INNER JOIN "spine.ledger.0.0"
        ON "ledger"."day" <= "spine.ledger.0.0"."high"
        AND "ledger"."day" >= "spine.ledger.0.0"."low"
      WHERE
        (
          NOT "ledger"."day" IS NULL
        )
        AND "ledger"."day" < CAST('2024-04-01' AS DATE)
        AND "ledger"."day" IN (
          SELECT
            "known"."day"
          FROM (
            SELECT
              "days"."day",
              MIN("days"."whole") AS "whole"
            FROM (
              SELECT DISTINCT
                "days"."d" AS "day",
                "days"."fy" AS "whole"
              FROM "gold"."days" AS "days"
              WHERE
                (
                  NOT "days"."d" IS NULL
                ) AND (
                  NOT "days"."fy" IS NULL
                )
            ) AS "days"
            GROUP BY
              1
            HAVING
              MIN("days"."whole") >= (
                SELECT
                  MIN("days"."d")
                FROM "gold"."days" AS "days"
              )
          ) AS "known"
        )
        AND "ledger"."day" >= (
          SELECT
            MIN("known"."whole")
          FROM (
            SELECT
              "days"."day",
              MIN("days"."whole") AS "whole"
            FROM (
              SELECT DISTINCT
                "days"."d" AS "day",
                "days"."fy" AS "whole"
              FROM "gold"."days" AS "days"
              WHERE
                (
                  NOT "days"."d" IS NULL
                ) AND (
                  NOT "days"."fy" IS NULL
                )
            ) AS "days"
            GROUP BY
              1
            HAVING
              MIN("days"."whole") >= (
                SELECT
                  MIN("days"."d")
                FROM "gold"."days" AS "days"
              )
          ) AS "known"
          WHERE
            "known"."day" >= CAST('2024-01-01' AS DATE)
        )
      GROUP BY
        1
    ) AS "reached"
    UNION ALL
    SELECT
      "reached"."d0" AS "d0",
      CAST(NULL AS BIGINT) AS "u0",
      "reached"."v0" AS "u1",
      0 AS "made"
    FROM (
      SELECT
        "spine.ledger.1.0"."t" AS "d0",
        COUNT(DISTINCT "ledger"."customer") AS "v0"
      FROM "gold"."ledger" AS "ledger"
      INNER JOIN "spine.ledger.1.0"
        ON "ledger"."day" <= "spine.ledger.1.0"."high"
        AND "ledger"."day" >= "spine.ledger.1.0"."low"
      WHERE
        (
          NOT "ledger"."day" IS NULL
        )
        AND "ledger"."day" IN (
          SELECT
            "known"."day"
          FROM (
            SELECT
              "days"."day",
              MIN("days"."whole") AS "whole"
            FROM (
              SELECT DISTINCT
                "days"."d" AS "day",
                "days"."fy" AS "whole"
              FROM "gold"."days" AS "days"
              WHERE
                (
                  NOT "days"."d" IS NULL
                ) AND (
                  NOT "days"."fy" IS NULL
                )
            ) AS "days"
            GROUP BY
              1
            HAVING
              MIN("days"."whole") >= (
                SELECT
                  MIN("days"."d")
                FROM "gold"."days" AS "days"
              )
          ) AS "known"
        )
      GROUP BY
        1
    ) AS "reached"
  ) AS "united"
  GROUP BY
    1
  HAVING
    MAX("united"."made") = 1
) AS "grouped"
ORDER BY
  1 ASC;

-- a rolling window of fiscal weeks
WITH "calendar_1_each_fiscal_week_and_its_fiscal_week" AS (
  SELECT
    "days"."unit",
    MIN("days"."whole") AS "whole",
    MAX("days"."day") AS "last"
  FROM (
    SELECT DISTINCT
      "days"."d" AS "day",
      "days"."fw" AS "unit",
      "days"."fw" AS "whole"
    FROM "gold"."days" AS "days"
    WHERE
      (
        NOT "days"."d" IS NULL
      )
      AND (
        NOT "days"."fw" IS NULL
      )
      AND (
        NOT "days"."fw" IS NULL
      )
  ) AS "days"
  GROUP BY
    1
  HAVING
    MIN("days"."whole") >= (
      SELECT
        MIN("days"."d")
      FROM "gold"."days" AS "days"
    )
), "calendar_2_each_fiscal_week_within_fiscal_week" AS (
  SELECT
    "units"."unit",
    "units"."whole",
    ROW_NUMBER() OVER (PARTITION BY "units"."whole" ORDER BY "units"."unit") AS "place"
  FROM "calendar_1_each_fiscal_week_and_its_fiscal_week" AS "units"
), "calendar_3_each_fiscal_week_by_fiscal_week" AS (
  SELECT
    "counted"."whole",
    "counted"."length",
    "counted"."last",
    ROW_NUMBER() OVER (ORDER BY "counted"."whole") AS "number"
  FROM (
    SELECT
      "units"."whole",
      COUNT("units"."unit") AS "length",
      MAX("units"."last") AS "last"
    FROM "calendar_1_each_fiscal_week_and_its_fiscal_week" AS "units"
    GROUP BY
      1
  ) AS "counted"
), "calendar_4_2_fiscal_weeks_back_by_fiscal_week" AS (
  SELECT
    "own"."whole" AS "whole",
    "own"."length" AS "length",
    "own"."last" AS "last",
    "first"."whole" AS "first",
    "before"."whole" AS "before",
    "before"."length" AS "before_length"
  FROM "calendar_3_each_fiscal_week_by_fiscal_week" AS "own"
  LEFT JOIN "calendar_3_each_fiscal_week_by_fiscal_week" AS "first"
    ON "first"."number" = "own"."number" - 1
  LEFT JOIN "calendar_3_each_fiscal_week_by_fiscal_week" AS "before"
    ON "before"."number" = "own"."number" - 2
), "calendar_5_the_last_2_fiscal_weeks_by_fiscal_week" AS (
  SELECT
    "now"."unit" AS "unit",
    "then"."unit" AS "low"
  FROM "calendar_2_each_fiscal_week_within_fiscal_week" AS "now"
  INNER JOIN "calendar_4_2_fiscal_weeks_back_by_fiscal_week" AS "windows"
    ON "windows"."whole" = "now"."whole"
  INNER JOIN "calendar_2_each_fiscal_week_within_fiscal_week" AS "then"
    ON "then"."whole" = CASE
      WHEN "now"."place" = "windows"."length" OR "now"."place" >= "windows"."before_length"
      THEN "windows"."first"
      ELSE "windows"."before"
    END
    AND "then"."place" = CASE
      WHEN "now"."place" = "windows"."length" OR "now"."place" >= "windows"."before_length"
      THEN 1
      ELSE "now"."place" + 1
    END
), "rows.ledger.0.0" AS (
  SELECT
    "ledger"."day" AS "d0",
    "ledger"."region" AS "d1",
    SUM("ledger"."amount") AS "v0"
  FROM "gold"."ledger" AS "ledger"
  WHERE
    (
      NOT "ledger"."day" IS NULL
    )
    AND "ledger"."day" IN (
      SELECT
        "known"."day"
      FROM (
        SELECT
          "days"."day",
          MIN("days"."whole") AS "whole"
        FROM (
          SELECT DISTINCT
            "days"."d" AS "day",
            "days"."fw" AS "whole"
          FROM "gold"."days" AS "days"
          WHERE
            (
              NOT "days"."d" IS NULL
            ) AND (
              NOT "days"."fw" IS NULL
            )
        ) AS "days"
        GROUP BY
          1
        HAVING
          MIN("days"."whole") >= (
            SELECT
              MIN("days"."d")
            FROM "gold"."days" AS "days"
          )
      ) AS "known"
    )
  GROUP BY
    1,
    2
), "spine.ledger.0.0" AS (
  SELECT DISTINCT
    "shown"."period" AS "t",
    "ends"."last" AS "high",
    "reached"."low" AS "low"
  FROM (
    SELECT DISTINCT
      "days"."period"
    FROM (
      SELECT DISTINCT
        "days"."d" AS "day",
        "days"."fw" AS "period"
      FROM "gold"."days" AS "days"
      WHERE
        (
          NOT "days"."d" IS NULL
        ) AND (
          NOT "days"."fw" IS NULL
        )
    ) AS "days"
    WHERE
      "days"."day" BETWEEN (
        SELECT
          MIN("rows.ledger.0.0"."d0")
        FROM "rows.ledger.0.0"
      ) AND (
        SELECT
          MAX("rows.ledger.0.0"."d0")
        FROM "rows.ledger.0.0"
      )
  ) AS "shown"
  INNER JOIN (
    SELECT
      "days"."period",
      MAX("days"."day") AS "last"
    FROM (
      SELECT DISTINCT
        "days"."d" AS "day",
        "days"."fw" AS "period"
      FROM "gold"."days" AS "days"
      WHERE
        (
          NOT "days"."d" IS NULL
        ) AND (
          NOT "days"."fw" IS NULL
        )
    ) AS "days"
    GROUP BY
      1
  ) AS "ends"
    ON "ends"."period" = "shown"."period"
  INNER JOIN "calendar_5_the_last_2_fiscal_weeks_by_fiscal_week" AS "reached"
    ON "reached"."unit" = "shown"."period"
)
SELECT
  "grouped"."d0" AS "fiscal_week",
  "grouped"."d1" AS "region",
  CAST("grouped"."u0" AS DECIMAL(38, 2)) AS "revenue|window|2 fiscal_weeks"
FROM (
  SELECT
    "reached"."d0" AS "d0",
    "reached"."d1" AS "d1",
    "reached"."v0" AS "u0",
    1 AS "made"
  FROM (
    SELECT
      "spine.ledger.0.0"."t" AS "d0",
      "rows.ledger.0.0"."d1",
      SUM("rows.ledger.0.0"."v0") AS "v0"
    FROM "rows.ledger.0.0"
    INNER JOIN "spine.ledger.0.0"
      ON "rows.ledger.0.0"."d0" <= "spine.ledger.0.0"."high"
      AND "rows.ledger.0.0"."d0" >= "spine.ledger.0.0"."low"
    GROUP BY
      1,
      2
  ) AS "reached"
) AS "grouped"
ORDER BY
  1 ASC,
  2 ASC;

-- fiscal months as of the end
SELECT
  "grouped"."d0" AS "region",
  CAST("grouped"."u0" AS BIGINT) AS "orders|window|3 fiscal_months"
FROM (
  SELECT
    "rows.ledger.0.0"."d0" AS "d0",
    "rows.ledger.0.0"."v0" AS "u0",
    1 AS "made"
  FROM (
    SELECT
      "ledger"."region" AS "d0",
      COUNT(*) AS "v0"
    FROM "gold"."ledger" AS "ledger"
    WHERE
      (
        NOT "ledger"."day" IS NULL
      )
      AND "ledger"."day" < CAST('2024-04-01' AS DATE)
      AND "ledger"."day" IN (
        SELECT
          "known"."day"
        FROM (
          SELECT
            "days"."day",
            MIN("days"."whole") AS "whole"
          FROM (
            SELECT DISTINCT
              "days"."d" AS "day",
              "days"."fm" AS "whole"
            FROM "gold"."days" AS "days"
            WHERE
              (
                NOT "days"."d" IS NULL
              ) AND (
                NOT "days"."fm" IS NULL
              )
          ) AS "days"
          GROUP BY
            1
          HAVING
            MIN("days"."whole") >= (
              SELECT
                MIN("days"."d")
              FROM "gold"."days" AS "days"
            )
        ) AS "known"
      )
      AND "ledger"."day" >= (
        SELECT
          MIN("lows"."low")
        FROM (
          SELECT
            "now"."unit" AS "unit",
            "then"."unit" AS "low"
          FROM (
            SELECT
              "units"."unit",
              "units"."whole",
              ROW_NUMBER() OVER (PARTITION BY "units"."whole" ORDER BY "units"."unit") AS "place"
            FROM (
              SELECT
                "days"."unit",
                MIN("days"."whole") AS "whole",
                MAX("days"."day") AS "last"
              FROM (
                SELECT DISTINCT
                  "days"."d" AS "day",
                  "days"."d" AS "unit",
                  "days"."fm" AS "whole"
                FROM "gold"."days" AS "days"
                WHERE
                  (
                    NOT "days"."d" IS NULL
                  )
                  AND (
                    NOT "days"."d" IS NULL
                  )
                  AND (
                    NOT "days"."fm" IS NULL
                  )
              ) AS "days"
              GROUP BY
                1
              HAVING
                MIN("days"."whole") >= (
                  SELECT
                    MIN("days"."d")
                  FROM "gold"."days" AS "days"
                )
            ) AS "units"
          ) AS "now"
          INNER JOIN (
            SELECT
              "own"."whole" AS "whole",
              "own"."length" AS "length",
              "own"."last" AS "last",
              "first"."whole" AS "first",
              "before"."whole" AS "before",
              "before"."length" AS "before_length"
            FROM (
              SELECT
                "counted"."whole",
                "counted"."length",
                "counted"."last",
                ROW_NUMBER() OVER (ORDER BY "counted"."whole") AS "number"
              FROM (
                SELECT
                  "units"."whole",
                  COUNT("units"."unit") AS "length",
                  MAX("units"."last") AS "last"
                FROM (
                  SELECT
                    "days"."unit",
                    MIN("days"."whole") AS "whole",
                    MAX("days"."day") AS "last"
                  FROM (
                    SELECT DISTINCT
                      "days"."d" AS "day",
                      "days"."d" AS "unit",
                      "days"."fm" AS "whole"
                    FROM "gold"."days" AS "days"
                    WHERE
                      (
                        NOT "days"."d" IS NULL
                      )
                      AND (
                        NOT "days"."d" IS NULL
                      )
                      AND (
                        NOT "days"."fm" IS NULL
                      )
                  ) AS "days"
                  GROUP BY
                    1
                  HAVING
                    MIN("days"."whole") >= (
                      SELECT
                        MIN("days"."d")
                      FROM "gold"."days" AS "days"
                    )
                ) AS "units"
                GROUP BY
                  1
              ) AS "counted"
            ) AS "own"
            LEFT JOIN (
              SELECT
                "counted"."whole",
                "counted"."length",
                "counted"."last",
                ROW_NUMBER() OVER (ORDER BY "counted"."whole") AS "number"
              FROM (
                SELECT
                  "units"."whole",
                  COUNT("units"."unit") AS "length",
                  MAX("units"."last") AS "last"
                FROM (
                  SELECT
                    "days"."unit",
                    MIN("days"."whole") AS "whole",
                    MAX("days"."day") AS "last"
                  FROM (
                    SELECT DISTINCT
                      "days"."d" AS "day",
                      "days"."d" AS "unit",
                      "days"."fm" AS "whole"
                    FROM "gold"."days" AS "days"
                    WHERE
                      (
                        NOT "days"."d" IS NULL
                      )
                      AND (
                        NOT "days"."d" IS NULL
                      )
                      AND (
                        NOT "days"."fm" IS NULL
                      )
                  ) AS "days"
                  GROUP BY
                    1
                  HAVING
                    MIN("days"."whole") >= (
                      SELECT
                        MIN("days"."d")
                      FROM "gold"."days" AS "days"
                    )
                ) AS "units"
                GROUP BY
                  1
              ) AS "counted"
            ) AS "first"
              ON "first"."number" = "own"."number" - 2
            LEFT JOIN (
              SELECT
                "counted"."whole",
                "counted"."length",
                "counted"."last",
                ROW_NUMBER() OVER (ORDER BY "counted"."whole") AS "number"
              FROM (
                SELECT
                  "units"."whole",
                  COUNT("units"."unit") AS "length",
                  MAX("units"."last") AS "last"
                FROM (
                  SELECT
                    "days"."unit",
                    MIN("days"."whole") AS "whole",
                    MAX("days"."day") AS "last"
                  FROM (
                    SELECT DISTINCT
                      "days"."d" AS "day",
                      "days"."d" AS "unit",
                      "days"."fm" AS "whole"
                    FROM "gold"."days" AS "days"
                    WHERE
                      (
                        NOT "days"."d" IS NULL
                      )
                      AND (
                        NOT "days"."d" IS NULL
                      )
                      AND (
                        NOT "days"."fm" IS NULL
                      )
                  ) AS "days"
                  GROUP BY
                    1
                  HAVING
                    MIN("days"."whole") >= (
                      SELECT
                        MIN("days"."d")
                      FROM "gold"."days" AS "days"
                    )
                ) AS "units"
                GROUP BY
                  1
              ) AS "counted"
            ) AS "before"
              ON "before"."number" = "own"."number" - 3
          ) AS "windows"
            ON "windows"."whole" = "now"."whole"
          INNER JOIN (
            SELECT
              "units"."unit",
              "units"."whole",
              ROW_NUMBER() OVER (PARTITION BY "units"."whole" ORDER BY "units"."unit") AS "place"
            FROM (
              SELECT
                "days"."unit",
                MIN("days"."whole") AS "whole",
                MAX("days"."day") AS "last"
              FROM (
                SELECT DISTINCT
                  "days"."d" AS "day",
                  "days"."d" AS "unit",
                  "days"."fm" AS "whole"
                FROM "gold"."days" AS "days"
                WHERE
                  (
                    NOT "days"."d" IS NULL
                  )
                  AND (
                    NOT "days"."d" IS NULL
                  )
                  AND (
                    NOT "days"."fm" IS NULL
                  )
              ) AS "days"
              GROUP BY
                1
              HAVING
                MIN("days"."whole") >= (
                  SELECT
                    MIN("days"."d")
                  FROM "gold"."days" AS "days"
                )
            ) AS "units"
          ) AS "then"
            ON "then"."whole" = CASE
              WHEN "now"."place" = "windows"."length" OR "now"."place" >= "windows"."before_length"
              THEN "windows"."first"
              ELSE "windows"."before"
            END
            AND "then"."place" = CASE
              WHEN "now"."place" = "windows"."length" OR "now"."place" >= "windows"."before_length"
              THEN 1
              ELSE "now"."place" + 1
            END
        ) AS "lows"
        WHERE
          "lows"."unit" = CAST('2024-03-31' AS DATE)
      )
    GROUP BY
      1
  ) AS "rows.ledger.0.0"
) AS "grouped"
ORDER BY
  1 ASC;

-- all so far, by fiscal month
WITH "rows.ledger.0.0" AS (
  SELECT
    "ledger"."day" AS "d0",
    SUM("ledger"."amount") AS "v0"
  FROM "gold"."ledger" AS "ledger"
  WHERE
    NOT "ledger"."day" IS NULL
  GROUP BY
    1
), "spine.ledger.0.0" AS (
  SELECT DISTINCT
    "shown"."period" AS "t",
    "ends"."last" AS "high"
  FROM (
    SELECT DISTINCT
      "days"."period"
    FROM (
      SELECT DISTINCT
        "days"."d" AS "day",
        "days"."fm" AS "period"
      FROM "gold"."days" AS "days"
      WHERE
        (
          NOT "days"."d" IS NULL
        ) AND (
          NOT "days"."fm" IS NULL
        )
    ) AS "days"
    WHERE
      "days"."day" BETWEEN (
        SELECT
          MIN("rows.ledger.0.0"."d0")
        FROM "rows.ledger.0.0"
      ) AND (
        SELECT
          MAX("rows.ledger.0.0"."d0")
        FROM "rows.ledger.0.0"
      )
  ) AS "shown"
  INNER JOIN (
    SELECT
      "days"."period",
      MAX("days"."day") AS "last"
    FROM (
      SELECT DISTINCT
        "days"."d" AS "day",
        "days"."fm" AS "period"
      FROM "gold"."days" AS "days"
      WHERE
        (
          NOT "days"."d" IS NULL
        ) AND (
          NOT "days"."fm" IS NULL
        )
    ) AS "days"
    GROUP BY
      1
  ) AS "ends"
    ON "ends"."period" = "shown"."period"
)
SELECT
  "grouped"."d0" AS "fiscal_month",
  CAST("grouped"."u0" AS DECIMAL(38, 2)) AS "revenue|ever"
FROM (
  SELECT
    "reached"."d0" AS "d0",
    "reached"."v0" AS "u0",
    1 AS "made"
  FROM (
    SELECT
      "marked"."t" AS "d0",
      "marked"."mark",
      SUM("marked"."v0") OVER (
        ORDER BY "marked"."day", "marked"."mark"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "v0",
      COUNT("marked"."held") OVER (
        ORDER BY "marked"."day", "marked"."mark"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "held"
    FROM (
      SELECT
        "rows.ledger.0.0"."d0" AS "day",
        0 AS "mark",
        CAST(NULL AS DATE) AS "t",
        "rows.ledger.0.0"."v0",
        1 AS "held"
      FROM "rows.ledger.0.0"
      UNION ALL
      SELECT
        "spine.ledger.0.0"."high",
        1,
        "spine.ledger.0.0"."t",
        NULL,
        NULL
      FROM "spine.ledger.0.0"
    ) AS "marked"
  ) AS "reached"
  WHERE
    "reached"."mark" = 1 AND "reached"."held" > 0
) AS "grouped"
ORDER BY
  1 ASC;

-- gaps filled
WITH "current_groups" AS (
  SELECT
    DATE_TRUNC('MONTH', "ledger"."day") AS "d0",
    "ledger"."region" AS "d1",
    SUM("ledger"."amount") AS "u0",
    1 AS "made"
  FROM "gold"."ledger" AS "ledger"
  GROUP BY
    1,
    2
)
SELECT
  "grouped"."d0" AS "month",
  "grouped"."d1" AS "region",
  "grouped"."u0" AS "revenue"
FROM (
  SELECT
    "united"."d0",
    "united"."d1",
    MAX("united"."u0") AS "u0"
  FROM (
    SELECT
      "current_groups"."d0" AS "d0",
      "current_groups"."d1" AS "d1",
      "current_groups"."u0" AS "u0",
      1 AS "made"
    FROM "current_groups"
    UNION ALL
    SELECT
      "periods"."t" AS "d0",
      "groups"."d1" AS "d1",
      CAST(NULL AS DECIMAL(38, 2)) AS "u0",
      1 AS "made"
    FROM UNNEST(SEQUENCE(
      (
        SELECT
          MIN("current_groups"."d0")
        FROM "current_groups"
      ),
      (
        SELECT
          MAX("current_groups"."d0")
        FROM "current_groups"
      ),
      INTERVAL '1' MONTH
    )) AS "periods"("t")
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
  2 ASC;

-- the last state of each quarter
SELECT
  "groups"."d0" AS "quarter",
  "groups"."d1" AS "region",
  MAX("groups"."m0") AS "last_amount",
  MAX("groups"."m1") AS "last_of_customer"
FROM (
  SELECT
    DATE_TRUNC('QUARTER', "ledger"."day") AS "d0",
    "ledger"."region" AS "d1",
    SUM("ledger"."amount") AS "m0",
    CAST(NULL AS DECIMAL(38, 2)) AS "m1"
  FROM "gold"."ledger" AS "ledger"
  WHERE
    "ledger"."day" IN (
      SELECT
        "instants"."v"
      FROM (
        SELECT
          DATE_TRUNC('QUARTER', "ledger"."day") AS "d0",
          MAX("ledger"."day") AS "v"
        FROM "gold"."ledger" AS "ledger"
        GROUP BY
          1
      ) AS "instants"
    )
  GROUP BY
    1,
    2
  UNION ALL
  SELECT
    DATE_TRUNC('QUARTER', "ledger"."day") AS "d0",
    "ledger"."region" AS "d1",
    CAST(NULL AS DECIMAL(38, 2)) AS "m0",
    SUM("ledger"."amount") AS "m1"
  FROM "gold"."ledger" AS "ledger"
  WHERE
    (
      "ledger"."day",
      COALESCE(CAST("ledger"."customer" AS VARCHAR), ''),
      (
        "ledger"."customer" IS NULL
      )
    ) IN (
      SELECT
        "instants"."v",
        COALESCE(CAST("instants"."d1" AS VARCHAR), ''),
        (
          "instants"."d1" IS NULL
        )
      FROM (
        SELECT
          DATE_TRUNC('QUARTER', "ledger"."day") AS "d0",
          "ledger"."customer" AS "d1",
          MAX("ledger"."day") AS "v"
        FROM "gold"."ledger" AS "ledger"
        GROUP BY
          1,
          2
      ) AS "instants"
    )
  GROUP BY
    1,
    2
) AS "groups"
GROUP BY
  1,
  2
ORDER BY
  1 ASC,
  2 ASC;

-- rank and share
SELECT
  "spread"."d0" AS "region",
  "spread"."d1" AS "status",
  CASE
    WHEN NOT "spread"."u0" IS NULL
    THEN CAST(RANK() OVER (ORDER BY "spread"."u0" DESC) AS BIGINT)
  END AS "revenue|rank",
  (
    CAST("spread"."u0" AS DOUBLE) / NULLIF(CAST("spread"."u1" AS DOUBLE), 0)
  ) AS "revenue|share|region"
FROM (
  SELECT
    "grouped"."d0",
    "grouped"."d1",
    "grouped"."level",
    "grouped"."u0",
    MAX("grouped"."u1") OVER (PARTITION BY "grouped"."d0") AS "u1"
  FROM (
    SELECT
      "united"."d0",
      "united"."d1",
      "united"."level",
      MAX("united"."u0") AS "u0",
      MAX("united"."u1") AS "u1"
    FROM (
      SELECT
        "ledger"."region" AS "d0",
        "ledger"."status" AS "d1",
        0 AS "level",
        SUM("ledger"."amount") AS "u0",
        CAST(NULL AS DECIMAL(38, 2)) AS "u1",
        1 AS "made"
      FROM "gold"."ledger" AS "ledger"
      GROUP BY
        1,
        2
      UNION ALL
      SELECT
        "earlier"."d0" AS "d0",
        CAST(NULL AS VARCHAR) AS "d1",
        1 AS "level",
        CAST(NULL AS DECIMAL(38, 2)) AS "u0",
        "earlier"."v0" AS "u1",
        0 AS "made"
      FROM (
        SELECT
          "ledger"."region" AS "d0",
          SUM("ledger"."amount") AS "v0"
        FROM "gold"."ledger" AS "ledger"
        GROUP BY
          1
      ) AS "earlier"
    ) AS "united"
    GROUP BY
      1,
      2,
      3
    HAVING
      MAX("united"."made") = 1 OR "united"."level" >= 1
  ) AS "grouped"
) AS "spread"
WHERE
  "spread"."level" = 0
ORDER BY
  1 ASC,
  2 ASC;

-- totals
SELECT
  "levels"."region",
  "levels"."status",
  "levels"."revenue",
  "levels"."buyers",
  "levels"."totals_level"
FROM (
  SELECT
    "level 2"."region" AS "region",
    "level 2"."status" AS "status",
    "level 2"."revenue" AS "revenue",
    "level 2"."buyers" AS "buyers",
    CAST(2 AS BIGINT) AS "totals_level"
  FROM (
    SELECT
      "ledger"."region" AS "region",
      "ledger"."status" AS "status",
      SUM("ledger"."amount") AS "revenue",
      COUNT(DISTINCT "ledger"."customer") AS "buyers"
    FROM "gold"."ledger" AS "ledger"
    GROUP BY
      1,
      2
    ORDER BY
      1 ASC,
      2 ASC
  ) AS "level 2"
  UNION ALL
  SELECT
    CAST(NULL AS VARCHAR) AS "region",
    CAST(NULL AS VARCHAR) AS "status",
    "level 0"."revenue" AS "revenue",
    "level 0"."buyers" AS "buyers",
    CAST(0 AS BIGINT) AS "totals_level"
  FROM (
    SELECT
      SUM("ledger"."amount") AS "revenue",
      COUNT(DISTINCT "ledger"."customer") AS "buyers"
    FROM "gold"."ledger" AS "ledger"
  ) AS "level 0"
) AS "levels"
ORDER BY
  5 DESC,
  1 ASC,
  2 ASC;

-- subtotals
WITH "parts" AS (
  SELECT
    "ledger"."region" AS "d0",
    "ledger"."status" AS "d1",
    SUM("ledger"."amount") AS "a0"
  FROM "gold"."ledger" AS "ledger"
  GROUP BY
    1,
    2
)
SELECT
  "levels"."region",
  "levels"."status",
  "levels"."revenue",
  "levels"."totals_level"
FROM (
  SELECT
    "level 2"."region" AS "region",
    "level 2"."status" AS "status",
    "level 2"."revenue" AS "revenue",
    CAST(2 AS BIGINT) AS "totals_level"
  FROM (
    SELECT
      "parts"."d0" AS "region",
      "parts"."d1" AS "status",
      "parts"."a0" AS "revenue"
    FROM "parts"
    ORDER BY
      1 ASC,
      2 ASC
  ) AS "level 2"
  UNION ALL
  SELECT
    "level 1"."region" AS "region",
    CAST(NULL AS VARCHAR) AS "status",
    "level 1"."revenue" AS "revenue",
    CAST(1 AS BIGINT) AS "totals_level"
  FROM (
    SELECT
      "parts"."d0" AS "region",
      SUM("parts"."a0") AS "revenue"
    FROM "parts"
    GROUP BY
      1
  ) AS "level 1"
) AS "levels"
ORDER BY
  4 DESC,
  1 ASC,
  2 ASC;

-- scan 5
SELECT
  CAST(CAST(AT_TIMEZONE("events"."at", 'UTC') AS TIMESTAMP(6)) AS DATE) AS "at_day",
  COUNT(*) AS "events"
FROM "gold"."events" AS "events"
GROUP BY
  1
ORDER BY
  1 ASC;

-- scan 20
SELECT
  "events.calendar(at)"."fw" AS "at_fiscal_week",
  COUNT(*) AS "events"
FROM "gold"."events" AS "events"
LEFT JOIN "gold"."days" AS "events.calendar(at)"
  ON "events.calendar(at)"."d" = CAST(CAST(AT_TIMEZONE("events"."at", 'UTC') AS TIMESTAMP(6)) AS DATE)
GROUP BY
  1
ORDER BY
  1 ASC;

-- scan 40
SELECT
  DATE_TRUNC(
    'YEAR',
    CAST(CAST(AT_TIMEZONE((
      WITH_TIMEZONE("events"."plain", 'UTC')
    ), 'Australia/Lord_Howe') AS TIMESTAMP(6)) AS DATE)
  ) AS "plain_year",
  COUNT(*) AS "events"
FROM "gold"."events" AS "events"
GROUP BY
  1
ORDER BY
  1 ASC;

-- scan 72
SELECT
  COUNT(*) AS "events"
FROM "gold"."events" AS "events"
WHERE
  "events"."at" >= CAST(FROM_ISO8601_TIMESTAMP_NANOS('2024-03-30T23:00:00+00:00') AS TIMESTAMP(6) WITH TIME ZONE)
  AND "events"."at" < CAST(FROM_ISO8601_TIMESTAMP_NANOS('2024-03-31T22:00:00+00:00') AS TIMESTAMP(6) WITH TIME ZONE);

-- scan 74
SELECT
  DATE_ADD(
    'day',
    -(
      (
        (
          DAY_OF_WEEK("sales"."sold") - 1
        ) + 1
      ) % 7
    ),
    "sales"."sold"
  ) AS "sold_week",
  DATE_TRUNC('QUARTER', "sales"."sold") AS "sold_quarter",
  COUNT(*) AS "sales"
FROM "gold"."sales" AS "sales"
GROUP BY
  1,
  2
ORDER BY
  1 ASC,
  2 ASC;

-- scan 76
SELECT
  "distinct"."d0" AS "topic",
  COUNT(*) AS "orders",
  SUM("distinct"."v0") AS "revenue",
  CAST(SUM(CAST("distinct"."v1" AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "units",
  MAX("distinct"."v0") AS "biggest"
FROM (
  SELECT DISTINCT
    "orders.order_tags(order).tagged"."topic" AS "d0",
    "orders"."id" AS "k0",
    "orders"."total" AS "v0",
    "orders"."qty" AS "v1"
  FROM "gold"."orders" AS "orders"
  LEFT JOIN "gold"."order_tags" AS "orders.order_tags(order)"
    ON "orders"."id" = "orders.order_tags(order)"."order_id"
  LEFT JOIN "gold"."tags" AS "orders.order_tags(order).tagged"
    ON "orders.order_tags(order)"."tag" = "orders.order_tags(order).tagged"."tag"
) AS "distinct"
GROUP BY
  1
ORDER BY
  1 ASC;

-- scan 77
SELECT
  "distinct"."d0" AS "topic",
  CAST(SUM((
    "distinct"."v0"
  ) * "distinct"."share") AS DECIMAL(38, 2)) AS "revenue",
  CAST(SUM((
    "distinct"."v0"
  ) * "distinct"."share") FILTER(WHERE
    "distinct"."v0" < 5) AS DECIMAL(38, 2)) AS "small"
FROM (
  SELECT
    "orders.through(split).tagged"."topic" AS "d0",
    "orders"."id" AS "k0",
    "orders"."total" AS "v0",
    CAST(SUM(
      CASE
        WHEN "orders.through(split)"."order_id" IS NULL
        THEN CAST(1 AS DECIMAL(18, 9))
        ELSE COALESCE(CAST("orders.through(split)"."part" AS DECIMAL(18, 9)), 0)
      END
    ) AS DECIMAL(18, 9)) AS "share"
  FROM "gold"."orders" AS "orders"
  LEFT JOIN "gold"."order_tags" AS "orders.through(split)"
    ON "orders"."id" = "orders.through(split)"."order_id"
  LEFT JOIN "gold"."tags" AS "orders.through(split).tagged"
    ON "orders.through(split)"."tag" = "orders.through(split).tagged"."tag"
  GROUP BY
    1,
    2,
    3
) AS "distinct"
GROUP BY
  1
ORDER BY
  1 ASC;

-- scan 80
SELECT
  "distinct"."d0" AS "name",
  COUNT(*) AS "people"
FROM (
  SELECT DISTINCT
    "people.friends(person).friend"."name" AS "d0",
    "people"."id" AS "k0"
  FROM "gold"."people" AS "people"
  LEFT JOIN "gold"."friends" AS "people.friends(person)"
    ON "people"."id" = "people.friends(person)"."person"
  LEFT JOIN "gold"."people" AS "people.friends(person).friend"
    ON "people.friends(person)"."friend" = "people.friends(person).friend"."id"
) AS "distinct"
GROUP BY
  1
ORDER BY
  1 ASC;

-- scan 84
SELECT
  "visits"."page" AS "page",
  (
    ELEMENT_AT(
      ARRAY_SORT(
        ARRAY_AGG(CAST("visits"."stay" AS DOUBLE)) FILTER(WHERE
          NOT CAST("visits"."stay" AS DOUBLE) IS NULL)
      ),
      CAST(FLOOR(
        (
          CAST(0.9 AS DOUBLE) * (
            CAST(COUNT(CAST("visits"."stay" AS DOUBLE)) AS DOUBLE) - 1
          )
        )
      ) AS BIGINT) + 1
    ) + (
      (
        CAST(0.9 AS DOUBLE) * (
          CAST(COUNT(CAST("visits"."stay" AS DOUBLE)) AS DOUBLE) - 1
        )
      ) - FLOOR(
        (
          CAST(0.9 AS DOUBLE) * (
            CAST(COUNT(CAST("visits"."stay" AS DOUBLE)) AS DOUBLE) - 1
          )
        )
      )
    ) * (
      ELEMENT_AT(
        ARRAY_SORT(
          ARRAY_AGG(CAST("visits"."stay" AS DOUBLE)) FILTER(WHERE
            NOT CAST("visits"."stay" AS DOUBLE) IS NULL)
        ),
        CAST(CEIL(
          (
            CAST(0.9 AS DOUBLE) * (
              CAST(COUNT(CAST("visits"."stay" AS DOUBLE)) AS DOUBLE) - 1
            )
          )
        ) AS BIGINT) + 1
      ) - ELEMENT_AT(
        ARRAY_SORT(
          ARRAY_AGG(CAST("visits"."stay" AS DOUBLE)) FILTER(WHERE
            NOT CAST("visits"."stay" AS DOUBLE) IS NULL)
        ),
        CAST(FLOOR(
          (
            CAST(0.9 AS DOUBLE) * (
              CAST(COUNT(CAST("visits"."stay" AS DOUBLE)) AS DOUBLE) - 1
            )
          )
        ) AS BIGINT) + 1
      )
    )
  ) AS "p90",
  ELEMENT_AT(
    ARRAY_SORT(
      ARRAY_AGG(CASE WHEN "visits"."stay" > 0 THEN "visits"."stay" * 2 END) FILTER(WHERE
        NOT CASE WHEN "visits"."stay" > 0 THEN "visits"."stay" * 2 END IS NULL)
    ),
    GREATEST(
      1,
      CAST(CEIL(
        0.28 * CAST(COUNT(CASE WHEN "visits"."stay" > 0 THEN "visits"."stay" * 2 END) AS DECIMAL(18, 0))
      ) AS BIGINT)
    )
  ) AS "low",
  (
    ELEMENT_AT(
      ARRAY_SORT(
        ARRAY_AGG(CASE WHEN "visits"."page" = 'start' THEN CAST("visits"."stay" AS DOUBLE) END) FILTER(WHERE
          NOT CASE WHEN "visits"."page" = 'start' THEN CAST("visits"."stay" AS DOUBLE) END IS NULL)
      ),
      CAST(FLOOR(
        (
          CAST(0.5 AS DOUBLE) * (
            CAST(COUNT(CASE WHEN "visits"."page" = 'start' THEN CAST("visits"."stay" AS DOUBLE) END) AS DOUBLE) - 1
          )
        )
      ) AS BIGINT) + 1
    ) + (
      (
        CAST(0.5 AS DOUBLE) * (
          CAST(COUNT(CASE WHEN "visits"."page" = 'start' THEN CAST("visits"."stay" AS DOUBLE) END) AS DOUBLE) - 1
        )
      ) - FLOOR(
        (
          CAST(0.5 AS DOUBLE) * (
            CAST(COUNT(CASE WHEN "visits"."page" = 'start' THEN CAST("visits"."stay" AS DOUBLE) END) AS DOUBLE) - 1
          )
        )
      )
    ) * (
      ELEMENT_AT(
        ARRAY_SORT(
          ARRAY_AGG(CASE WHEN "visits"."page" = 'start' THEN CAST("visits"."stay" AS DOUBLE) END) FILTER(WHERE
            NOT CASE WHEN "visits"."page" = 'start' THEN CAST("visits"."stay" AS DOUBLE) END IS NULL)
        ),
        CAST(CEIL(
          (
            CAST(0.5 AS DOUBLE) * (
              CAST(COUNT(CASE WHEN "visits"."page" = 'start' THEN CAST("visits"."stay" AS DOUBLE) END) AS DOUBLE) - 1
            )
          )
        ) AS BIGINT) + 1
      ) - ELEMENT_AT(
        ARRAY_SORT(
          ARRAY_AGG(CASE WHEN "visits"."page" = 'start' THEN CAST("visits"."stay" AS DOUBLE) END) FILTER(WHERE
            NOT CASE WHEN "visits"."page" = 'start' THEN CAST("visits"."stay" AS DOUBLE) END IS NULL)
        ),
        CAST(FLOOR(
          (
            CAST(0.5 AS DOUBLE) * (
              CAST(COUNT(CASE WHEN "visits"."page" = 'start' THEN CAST("visits"."stay" AS DOUBLE) END) AS DOUBLE) - 1
            )
          )
        ) AS BIGINT) + 1
      )
    )
  ) AS "middle",
  SQRT(
    (
      CAST((
        COUNT("visits"."stay") * SUM("visits"."stay" * "visits"."stay") - SUM("visits"."stay") * SUM("visits"."stay")
      ) AS DOUBLE) / NULLIF(
        CAST((
          CAST(COUNT("visits"."stay") AS DOUBLE) * CAST(COUNT("visits"."stay") - 1 AS DOUBLE)
        ) AS DOUBLE),
        0
      )
    )
  ) AS "spread",
  (
    CAST((
      COUNT("visits"."stay") * SUM("visits"."stay" * "visits"."stay") - SUM("visits"."stay") * SUM("visits"."stay")
    ) AS DOUBLE) / NULLIF(
      CAST((
        CAST(COUNT("visits"."stay") AS DOUBLE) * CAST(COUNT("visits"."stay") AS DOUBLE)
      ) AS DOUBLE),
      0
    )
  ) AS "variance"
FROM "gold"."visits" AS "visits"
GROUP BY
  1
ORDER BY
  1 ASC;

-- scan 86
SELECT
  "groups"."d0" AS "country",
  (
    CAST(COALESCE(MAX("groups"."m0"), 0) AS DOUBLE) / NULLIF(CAST(MAX("groups"."m1") AS DOUBLE), 0)
  ) AS "bought",
  MAX("groups"."m2") AS "paid"
FROM (
  SELECT
    "visits.person"."country" AS "d0",
    COUNT(*) AS "m0",
    CAST(NULL AS BIGINT) AS "m1",
    CAST(NULL AS BIGINT) AS "m2"
  FROM "gold"."visits" AS "visits"
  LEFT JOIN "gold"."people" AS "visits.person"
    ON "visits"."who" = "visits.person"."id"
  WHERE
    EXISTS(
      SELECT
        1
      FROM (
        SELECT
          "orders"."buyer" AS "key",
          "orders"."day" AS "moment"
        FROM "gold"."orders" AS "orders"
        WHERE
          "orders"."status" = 'paid'
      ) AS "later"
      WHERE
        "later"."key" = "visits"."who"
        AND "later"."moment" >= CAST("visits"."at" AS DATE)
        AND "later"."moment" <= CAST(DATE_ADD('DAY', 7, CAST("visits"."at" AS DATE)) AS DATE)
    )
  GROUP BY
    1
  UNION ALL
  SELECT
    "visits.person"."country" AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    COUNT(*) AS "m1",
    CAST(NULL AS BIGINT) AS "m2"
  FROM "gold"."visits" AS "visits"
  LEFT JOIN "gold"."people" AS "visits.person"
    ON "visits"."who" = "visits.person"."id"
  GROUP BY
    1
  UNION ALL
  SELECT
    "orders.person"."country" AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    CAST(NULL AS BIGINT) AS "m1",
    COUNT(*) FILTER(WHERE
      "orders"."status" = 'paid') AS "m2"
  FROM "gold"."orders" AS "orders"
  LEFT JOIN "gold"."people" AS "orders.person"
    ON "orders"."buyer" = "orders.person"."id"
  GROUP BY
    1
) AS "groups"
GROUP BY
  1
ORDER BY
  1 ASC;

-- scan 87
SELECT
  "groups"."d0" AS "month",
  (
    CAST(COALESCE(MAX("groups"."m0"), 0) AS DOUBLE) / NULLIF(CAST(MAX("groups"."m1") AS DOUBLE), 0)
  ) AS "again",
  (
    CAST(COALESCE(MAX("groups"."m2"), 0) AS DOUBLE) / NULLIF(CAST(MAX("groups"."m3") AS DOUBLE), 0)
  ) AS "kept",
  CAST(CASE WHEN NOT MAX("groups"."m5") IS NULL THEN COALESCE(MAX("groups"."m4"), 0) END AS BIGINT) AS "kept_people"
FROM (
  SELECT
    DATE_TRUNC('MONTH', "orders"."day") AS "d0",
    COUNT(*) AS "m0",
    CAST(NULL AS BIGINT) AS "m1",
    CAST(NULL AS BIGINT) AS "m2",
    CAST(NULL AS BIGINT) AS "m3",
    CAST(NULL AS BIGINT) AS "m4",
    CAST(NULL AS BIGINT) AS "m5"
  FROM "gold"."orders" AS "orders"
  WHERE
    EXISTS(
      SELECT
        1
      FROM (
        SELECT
          "orders"."buyer" AS "key",
          "orders"."day" AS "moment"
        FROM "gold"."orders" AS "orders"
      ) AS "later"
      WHERE
        "later"."key" = "orders"."buyer"
        AND "later"."moment" > "orders"."day"
        AND "later"."moment" <= CAST(DATE_ADD('MONTH', 1, "orders"."day") AS DATE)
    )
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC('MONTH', "orders"."day") AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    COUNT(*) AS "m1",
    CAST(NULL AS BIGINT) AS "m2",
    CAST(NULL AS BIGINT) AS "m3",
    CAST(NULL AS BIGINT) AS "m4",
    CAST(NULL AS BIGINT) AS "m5"
  FROM "gold"."orders" AS "orders"
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC('MONTH', "orders"."moment") AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    CAST(NULL AS BIGINT) AS "m1",
    COUNT("orders"."key") AS "m2",
    CAST(NULL AS BIGINT) AS "m3",
    CAST(NULL AS BIGINT) AS "m4",
    CAST(NULL AS BIGINT) AS "m5"
  FROM (
    SELECT
      "first"."key",
      "first"."moment"
    FROM (
      SELECT
        "orders"."buyer" AS "key",
        MIN("orders"."day") AS "moment"
      FROM "gold"."orders" AS "orders"
      WHERE
        (
          NOT "orders"."buyer" IS NULL
        ) AND (
          NOT "orders"."day" IS NULL
        )
      GROUP BY
        1
    ) AS "first"
    WHERE
      EXISTS(
        SELECT
          1
        FROM (
          SELECT
            "orders"."buyer" AS "key",
            "orders"."day" AS "moment"
          FROM "gold"."orders" AS "orders"
          WHERE
            "orders"."status" = 'paid'
        ) AS "later"
        WHERE
          "later"."key" = "first"."key"
          AND DATE_TRUNC('MONTH', "later"."moment") = CAST(DATE_ADD('MONTH', 1, DATE_TRUNC('MONTH', "first"."moment")) AS DATE)
      )
  ) AS "orders"
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC('MONTH', "orders"."moment") AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    CAST(NULL AS BIGINT) AS "m1",
    CAST(NULL AS BIGINT) AS "m2",
    COUNT("orders"."key") AS "m3",
    CAST(NULL AS BIGINT) AS "m4",
    CAST(NULL AS BIGINT) AS "m5"
  FROM (
    SELECT
      "orders"."buyer" AS "key",
      MIN("orders"."day") AS "moment"
    FROM "gold"."orders" AS "orders"
    WHERE
      (
        NOT "orders"."buyer" IS NULL
      ) AND (
        NOT "orders"."day" IS NULL
      )
    GROUP BY
      1
  ) AS "orders"
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC('MONTH', "orders"."moment") AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    CAST(NULL AS BIGINT) AS "m1",
    CAST(NULL AS BIGINT) AS "m2",
    CAST(NULL AS BIGINT) AS "m3",
    COUNT("orders"."key") AS "m4",
    CAST(NULL AS BIGINT) AS "m5"
  FROM (
    SELECT
      "first"."key",
      "first"."moment"
    FROM (
      SELECT
        "orders"."buyer" AS "key",
        MIN("orders"."day") AS "moment"
      FROM "gold"."orders" AS "orders"
      WHERE
        "orders"."status" = 'paid'
        AND (
          NOT "orders"."buyer" IS NULL
        )
        AND (
          NOT "orders"."day" IS NULL
        )
      GROUP BY
        1
    ) AS "first"
    WHERE
      EXISTS(
        SELECT
          1
        FROM (
          SELECT
            "orders"."buyer" AS "key",
            "orders"."day" AS "moment"
          FROM "gold"."orders" AS "orders"
        ) AS "later"
        WHERE
          "later"."key" = "first"."key"
          AND DATE_TRUNC('MONTH', "later"."moment") = CAST(DATE_ADD('MONTH', 2, DATE_TRUNC('MONTH', "first"."moment")) AS DATE)
      )
  ) AS "orders"
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC('MONTH', "orders"."moment") AS "d0",
    CAST(NULL AS BIGINT) AS "m0",
    CAST(NULL AS BIGINT) AS "m1",
    CAST(NULL AS BIGINT) AS "m2",
    CAST(NULL AS BIGINT) AS "m3",
    CAST(NULL AS BIGINT) AS "m4",
    COUNT("orders"."key") AS "m5"
  FROM (
    SELECT
      "orders"."buyer" AS "key",
      MIN("orders"."day") AS "moment"
    FROM "gold"."orders" AS "orders"
    WHERE
      "orders"."status" = 'paid'
      AND (
        NOT "orders"."buyer" IS NULL
      )
      AND (
        NOT "orders"."day" IS NULL
      )
    GROUP BY
      1
  ) AS "orders"
  GROUP BY
    1
) AS "groups"
GROUP BY
  1
ORDER BY
  1 ASC;

-- scan 90
SELECT
  CASE
    WHEN NOT "people"."phone" IS NULL
    THEN CASE
      WHEN LENGTH(CAST("people"."phone" AS VARCHAR)) > 4
      THEN '***' || SUBSTR(
        CAST("people"."phone" AS VARCHAR),
        LENGTH(CAST("people"."phone" AS VARCHAR)) - (
          4 - 1
        )
      )
      ELSE '***'
    END
  END AS "phone",
  COUNT(*) AS "people"
FROM "gold"."people" AS "people"
GROUP BY
  1
ORDER BY
  1 ASC;

-- scan 94
SELECT
  DATE_TRUNC('YEAR', CAST(CAST(AT_TIMEZONE("people"."seen", 'UTC') AS TIMESTAMP(6)) AS DATE)) AS "seen",
  COUNT(*) AS "people"
FROM "gold"."people" AS "people"
GROUP BY
  1
ORDER BY
  1 ASC;
