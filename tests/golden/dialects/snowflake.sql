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
    DATE_TRUNC(
      'MONTH',
      CAST(CAST(CONVERT_TIMEZONE('UTC', "visits"."at") AS TIMESTAMPNTZ) AS DATE)
    ) AS "d0",
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
  COUNT(
    DISTINCT CASE WHEN "orders.per(order_count)"."value" > 1 THEN "orders"."customer_id" END
  ) AS "repeat_customers"
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
  CAST(SUM("items"."qty") AS DECIMAL(38, 0)) AS "units"
FROM "gold"."items" AS "items"
LEFT JOIN "gold"."orders" AS "items.order"
  ON "items"."order_id" = "items.order"."order_id"
LEFT JOIN (
  SELECT
    "items.order"."customer_id" AS "key0",
    CAST(SUM("items"."qty") AS DECIMAL(38, 0)) AS "value"
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
    CAST(SUM("distinct"."v0") AS DOUBLE) / NULLIF(CAST(COUNT("distinct"."v0") AS DOUBLE), 0)
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
  1 DESC NULLS LAST;

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
    "orders"."shipped_at" >= CAST('2024-01-04 09:00:00' AS TIMESTAMPNTZ)
    AND "orders"."shipped_at" < CAST('2024-02-05 23:59:59' AS TIMESTAMPNTZ)
) AS "groups";

-- a day of a timestamp
SELECT
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
WHERE
  "orders"."shipped_at" >= CAST('2024-02-05 00:00:00' AS TIMESTAMPNTZ)
  AND "orders"."shipped_at" < CAST('2024-02-06 00:00:00' AS TIMESTAMPNTZ);

-- up to a day of a timestamp
SELECT
  COUNT(*) AS "orders"
FROM "gold"."orders" AS "orders"
WHERE
  "orders"."shipped_at" < CAST('2024-02-06 00:00:00' AS TIMESTAMPNTZ);

-- instants
SELECT
  DATE_TRUNC(
    'MONTH',
    CAST(CAST(CONVERT_TIMEZONE('UTC', "visits"."at") AS TIMESTAMPNTZ) AS DATE)
  ) AS "at_month",
  COUNT(*) AS "visits",
  SUM(CAST("visits"."minutes" AS DECIMAL(38, 6))) AS "minutes"
FROM "gold"."visits" AS "visits"
WHERE
  "visits"."at" < CAST('2024-03-02T00:00:01+00:00' AS TIMESTAMPTZ)
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
  CAST(DATE_TRUNC('HOUR', CAST(CONVERT_TIMEZONE('UTC', "visits"."at") AS TIMESTAMPNTZ)) AS TIMESTAMPNTZ) AS "at_hour",
  COUNT(*) AS "visits"
FROM "gold"."visits" AS "visits"
GROUP BY
  1
ORDER BY
  2 DESC NULLS LAST,
  1 ASC;

-- weeks and quarters
SELECT
  DATEADD(DAY, -(
    (
      DAYOFWEEKISO("orders"."order_date") - 1
    )
  ), "orders"."order_date") AS "order_date_week",
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
  2 DESC NULLS LAST,
  1 ASC
LIMIT 2
OFFSET 1;

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
  MEDIAN(CAST("orders"."total" AS DOUBLE)) AS "middle",
  BOOLOR_AGG("orders"."paid") AS "any_paid",
  CAST(SUM(CAST("orders"."paid" AS INT)) AS DECIMAL(38, 0)) AS "paid_count",
  (
    CAST(SUM(
      CAST((
        DATEDIFF(DAY, CAST("orders"."order_date" AS DATE), CAST("orders"."shipped_at" AS DATE))
      ) AS BIGINT)
    ) AS DOUBLE) / NULLIF(
      CAST(COUNT(
        CAST((
          DATEDIFF(DAY, CAST("orders"."order_date" AS DATE), CAST("orders"."shipped_at" AS DATE))
        ) AS BIGINT)
      ) AS DOUBLE),
      0
    )
  ) AS "days_to_ship",
  MAX(
    (
      (
        CAST(DATE_PART(YEAR, "orders"."shipped_at") AS BIGINT) * 12 + CAST(DATE_PART(MONTH, "orders"."shipped_at") AS BIGINT)
      ) - (
        CAST(DATE_PART(YEAR, "orders"."order_date") AS BIGINT) * 12 + CAST(DATE_PART(MONTH, "orders"."order_date") AS BIGINT)
      )
    )
  ) AS "months",
  MAX(CAST(DATE_PART(YEAR, "orders"."shipped_at") AS BIGINT)) + MIN(CAST(DATE_PART(MONTH, "orders"."order_date") AS BIGINT)) AS "late_year",
  SUM(
    CASE WHEN "orders"."order_id" % NULLIF(2, 0) = 1 THEN "orders"."total" ELSE 0 END
  ) AS "odd",
  (
    CAST(SUM("orders"."total") AS DOUBLE) / NULLIF(CAST((
      COUNT(*) - COUNT(*)
    ) AS DOUBLE), 0)
  ) AS "nothing",
  COUNT(
    DISTINCT UPPER("orders"."status") || '-' || COALESCE("orders"."ship_country", '?')
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
    COUNT(
      CASE
        WHEN (
          "orders"."status" BETWEEN 'a' AND 'e'
        )
        AND (
          NOT (
            "orders"."total" IN (5, 7)
          )
        )
        THEN 1
      END
    ) AS "m0",
    SUM(GREATEST_IGNORE_NULLS("orders"."total", 9.5)) AS "m1",
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
    CAST(SUM(CASE WHEN "items.order.customer"."region" = 'ASIA' THEN "items"."qty" END) AS DECIMAL(38, 0)) AS "m5",
    CAST(SUM("items"."qty") AS DECIMAL(38, 0)) AS "m6"
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
  BOOLOR_AGG("groups"."m1") AS "any_paid",
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
      CAST(DAYOFWEEKISO("orders"."order_date") % 7 AS BIGINT)
    ) AS "d1",
    MEDIAN(CAST("orders"."total" AS DOUBLE)) AS "m0",
    BOOLOR_AGG("orders"."paid") AS "m1",
    CAST(SUM(CAST("orders"."paid" AS INT)) AS DECIMAL(38, 0)) AS "m2",
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
        CAST(DAYOFWEEKISO("customers.orders(customer)"."order_date") % 7 AS BIGINT)
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

-- doubles of a filter
SELECT
  COUNT(*) AS "lines"
FROM "gold"."items" AS "items"
WHERE
  "items"."price" = 3.3;
