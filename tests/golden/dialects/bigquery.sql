-- one number
SELECT
  SUM(`orders`.`total`) AS `revenue`
FROM `gold`.`orders` AS `orders`;

-- by month of its own time
SELECT
  DATE_TRUNC(`orders`.`order_date`, MONTH) AS `month`,
  SUM(`orders`.`total`) AS `revenue`,
  COUNT(*) AS `orders`,
  (
    CAST(SUM(`orders`.`total`) AS FLOAT64) / NULLIF(CAST(COUNT(*) AS FLOAT64), 0)
  ) AS `average_order`
FROM `gold`.`orders` AS `orders`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- three facts by one dimension
SELECT
  `groups`.`d0` AS `region`,
  MAX(`groups`.`m0`) AS `orders`,
  MAX(`groups`.`m1`) AS `lines`,
  MAX(`groups`.`m2`) AS `paid`,
  MAX(`groups`.`m3`) AS `customers`,
  ROUND(CAST(MAX(`groups`.`m4`) - MAX(`groups`.`m2`) AS BIGNUMERIC), 2) AS `unpaid`
FROM (
  SELECT
    `orders__customer`.`region` AS `d0`,
    COUNT(*) AS `m0`,
    CAST(NULL AS INT64) AS `m1`,
    CAST(NULL AS BIGNUMERIC) AS `m2`,
    CAST(NULL AS INT64) AS `m3`,
    SUM(`orders`.`total`) AS `m4`
  FROM `gold`.`orders` AS `orders`
  LEFT JOIN `gold`.`customers` AS `orders__customer`
    ON `orders`.`customer_id` = `orders__customer`.`customer_id`
  GROUP BY
    1
  UNION ALL
  SELECT
    `items__order__customer`.`region` AS `d0`,
    CAST(NULL AS INT64) AS `m0`,
    COUNT(*) AS `m1`,
    CAST(NULL AS BIGNUMERIC) AS `m2`,
    CAST(NULL AS INT64) AS `m3`,
    CAST(NULL AS BIGNUMERIC) AS `m4`
  FROM `gold`.`items` AS `items`
  LEFT JOIN `gold`.`orders` AS `items__order`
    ON `items`.`order_id` = `items__order`.`order_id`
  LEFT JOIN `gold`.`customers` AS `items__order__customer`
    ON `items__order`.`customer_id` = `items__order__customer`.`customer_id`
  GROUP BY
    1
  UNION ALL
  SELECT
    `payments__order__customer`.`region` AS `d0`,
    CAST(NULL AS INT64) AS `m0`,
    CAST(NULL AS INT64) AS `m1`,
    SUM(`payments`.`amount`) AS `m2`,
    CAST(NULL AS INT64) AS `m3`,
    CAST(NULL AS BIGNUMERIC) AS `m4`
  FROM `gold`.`payments` AS `payments`
  LEFT JOIN `gold`.`orders` AS `payments__order`
    ON `payments`.`order_id` = `payments__order`.`order_id`
  LEFT JOIN `gold`.`customers` AS `payments__order__customer`
    ON `payments__order`.`customer_id` = `payments__order__customer`.`customer_id`
  GROUP BY
    1
  UNION ALL
  SELECT
    `customers`.`region` AS `d0`,
    CAST(NULL AS INT64) AS `m0`,
    CAST(NULL AS INT64) AS `m1`,
    CAST(NULL AS BIGNUMERIC) AS `m2`,
    COUNT(*) AS `m3`,
    CAST(NULL AS BIGNUMERIC) AS `m4`
  FROM `gold`.`customers` AS `customers`
  GROUP BY
    1
) AS `groups`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- two facts over time
SELECT
  `groups`.`d0` AS `month`,
  MAX(`groups`.`m0`) AS `orders`,
  MAX(`groups`.`m1`) AS `item_revenue`,
  MAX(`groups`.`m2`) AS `paid`,
  MAX(`groups`.`m3`) AS `shipped`,
  MAX(`groups`.`m4`) AS `visits`
FROM (
  SELECT
    DATE_TRUNC(`orders`.`order_date`, MONTH) AS `d0`,
    COUNT(*) AS `m0`,
    CAST(NULL AS BIGNUMERIC) AS `m1`,
    CAST(NULL AS BIGNUMERIC) AS `m2`,
    CAST(NULL AS INT64) AS `m3`,
    CAST(NULL AS INT64) AS `m4`
  FROM `gold`.`orders` AS `orders`
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC(`items__order`.`order_date`, MONTH) AS `d0`,
    CAST(NULL AS INT64) AS `m0`,
    SUM(ROUND(CAST(`items`.`price` * `items`.`qty` AS BIGNUMERIC), 6)) AS `m1`,
    CAST(NULL AS BIGNUMERIC) AS `m2`,
    CAST(NULL AS INT64) AS `m3`,
    CAST(NULL AS INT64) AS `m4`
  FROM `gold`.`items` AS `items`
  LEFT JOIN `gold`.`orders` AS `items__order`
    ON `items`.`order_id` = `items__order`.`order_id`
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC(`payments__order`.`order_date`, MONTH) AS `d0`,
    CAST(NULL AS INT64) AS `m0`,
    CAST(NULL AS BIGNUMERIC) AS `m1`,
    SUM(`payments`.`amount`) AS `m2`,
    CAST(NULL AS INT64) AS `m3`,
    CAST(NULL AS INT64) AS `m4`
  FROM `gold`.`payments` AS `payments`
  LEFT JOIN `gold`.`orders` AS `payments__order`
    ON `payments`.`order_id` = `payments__order`.`order_id`
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC(CAST(`orders`.`shipped_at` AS DATE), MONTH) AS `d0`,
    CAST(NULL AS INT64) AS `m0`,
    CAST(NULL AS BIGNUMERIC) AS `m1`,
    CAST(NULL AS BIGNUMERIC) AS `m2`,
    COUNT(`orders`.`shipped_at`) AS `m3`,
    CAST(NULL AS INT64) AS `m4`
  FROM `gold`.`orders` AS `orders`
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC(CAST(DATETIME(`visits`.`at`, 'UTC') AS DATE), MONTH) AS `d0`,
    CAST(NULL AS INT64) AS `m0`,
    CAST(NULL AS BIGNUMERIC) AS `m1`,
    CAST(NULL AS BIGNUMERIC) AS `m2`,
    CAST(NULL AS INT64) AS `m3`,
    COUNT(*) AS `m4`
  FROM `gold`.`visits` AS `visits`
  GROUP BY
    1
) AS `groups`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- an entity-level count
SELECT
  DATE_TRUNC(`orders`.`order_date`, MONTH) AS `order_date_month`,
  COUNT(
    DISTINCT CASE WHEN `orders__per(order_count)`.`value` > 1 THEN `orders`.`customer_id` END
  ) AS `repeat_customers`
FROM `gold`.`orders` AS `orders`
LEFT JOIN (
  SELECT
    `orders`.`customer_id` AS `key0`,
    COUNT(*) AS `value`
  FROM `gold`.`orders` AS `orders`
  GROUP BY
    1
) AS `orders__per(order_count)`
  ON `orders__per(order_count)`.`key0` = `orders`.`customer_id`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- by an entity-level column
SELECT
  `orders__per(order_count)`.`value` AS `order_count`,
  `orders__per(spent)`.`value` AS `spent`,
  COUNT(*) AS `orders`
FROM `gold`.`orders` AS `orders`
LEFT JOIN (
  SELECT
    `orders`.`customer_id` AS `key0`,
    COUNT(*) AS `value`
  FROM `gold`.`orders` AS `orders`
  GROUP BY
    1
) AS `orders__per(order_count)`
  ON `orders__per(order_count)`.`key0` = `orders`.`customer_id`
LEFT JOIN (
  SELECT
    `orders`.`customer_id` AS `key0`,
    SUM(`orders`.`total`) AS `value`
  FROM `gold`.`orders` AS `orders`
  GROUP BY
    1
) AS `orders__per(spent)`
  ON `orders__per(spent)`.`key0` = `orders`.`customer_id`
GROUP BY
  1,
  2
ORDER BY
  1 ASC NULLS LAST,
  2 ASC NULLS LAST;

-- an entity over a join
SELECT
  `items__per(of_customer)`.`value` AS `of_customer`,
  COUNT(*) AS `lines`,
  ROUND(CAST(SUM(CAST(`items`.`qty` AS BIGNUMERIC)) AS BIGNUMERIC), 0) AS `units`
FROM `gold`.`items` AS `items`
LEFT JOIN `gold`.`orders` AS `items__order`
  ON `items`.`order_id` = `items__order`.`order_id`
LEFT JOIN (
  SELECT
    `items__order`.`customer_id` AS `key0`,
    ROUND(CAST(SUM(CAST(`items`.`qty` AS BIGNUMERIC)) AS BIGNUMERIC), 0) AS `value`
  FROM `gold`.`items` AS `items`
  LEFT JOIN `gold`.`orders` AS `items__order`
    ON `items`.`order_id` = `items__order`.`order_id`
  GROUP BY
    1
) AS `items__per(of_customer)`
  ON `items__per(of_customer)`.`key0` = `items__order`.`customer_id`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- de-duplicated
SELECT
  `distinct`.`d0` AS `product`,
  COUNT(*) AS `orders`,
  SUM(`distinct`.`v0`) AS `revenue`,
  ROUND(
    CAST(ROUND(
      ROUND(
        CAST((
          CAST(SUM(`distinct`.`v0`) AS FLOAT64) / NULLIF(CAST(COUNT(`distinct`.`v0`) AS FLOAT64), 0)
        ) AS BIGNUMERIC),
        12
      ),
      1
    ) AS BIGNUMERIC),
    1
  ) AS `mean_rounded`
FROM (
  SELECT DISTINCT
    `orders__items(order)`.`product` AS `d0`,
    `orders`.`order_id` AS `k0`,
    `orders`.`total` AS `v0`
  FROM `gold`.`orders` AS `orders`
  LEFT JOIN `gold`.`items` AS `orders__items(order)`
    ON `orders`.`order_id` = `orders__items(order)`.`order_id`
) AS `distinct`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- de-duplicated far
SELECT
  `distinct`.`d0` AS `product`,
  COUNT(*) AS `customers`,
  (
    CAST(SUM(CAST(`distinct`.`v0` AS BIGNUMERIC)) AS FLOAT64) / NULLIF(CAST(COUNT(`distinct`.`v0`) AS FLOAT64), 0)
  ) AS `mean_age`
FROM (
  SELECT DISTINCT
    `customers__orders(customer)__items(order)`.`product` AS `d0`,
    `customers`.`customer_id` AS `k0`,
    `customers`.`age` AS `v0`
  FROM `gold`.`customers` AS `customers`
  LEFT JOIN `gold`.`orders` AS `customers__orders(customer)`
    ON `customers`.`customer_id` = `customers__orders(customer)`.`customer_id`
  LEFT JOIN `gold`.`items` AS `customers__orders(customer)__items(order)`
    ON `customers__orders(customer)`.`order_id` = `customers__orders(customer)__items(order)`.`order_id`
) AS `distinct`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- kept by a list
SELECT
  `orders`.`status` AS `status`,
  COUNT(*) AS `orders`
FROM `gold`.`orders` AS `orders`
WHERE
  EXISTS(
    SELECT
      1
    FROM `gold`.`items` AS `orders__items(order)`
    WHERE
      `orders`.`order_id` = `orders__items(order)`.`order_id`
      AND `orders__items(order)`.`product` = 'apple'
  )
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- kept by one row of a list
SELECT
  COUNT(*) AS `customers`
FROM `gold`.`customers` AS `customers`
WHERE
  EXISTS(
    SELECT
      1
    FROM `gold`.`orders` AS `customers__orders(customer)`
    LEFT JOIN `gold`.`items` AS `customers__orders(customer)__items(order)`
      ON `customers__orders(customer)`.`order_id` = `customers__orders(customer)__items(order)`.`order_id`
    WHERE
      `customers`.`customer_id` = `customers__orders(customer)`.`customer_id`
      AND (
        (
          NOT `customers__orders(customer)__items(order)`.`order_id` IS NULL
        )
        AND `customers__orders(customer)__items(order)`.`product` = 'apple'
      )
      AND (
        (
          NOT `customers__orders(customer)__items(order)`.`order_id` IS NULL
        )
        AND `customers__orders(customer)__items(order)`.`qty` > 1
      )
  );

-- a list and an or
SELECT
  COUNT(*) AS `orders`
FROM `gold`.`orders` AS `orders`
WHERE
  (
    EXISTS(
      SELECT
        1
      FROM `gold`.`items` AS `orders__items(order)`
      WHERE
        `orders`.`order_id` = `orders__items(order)`.`order_id`
        AND `orders__items(order)`.`qty` >= 5
    )
    OR `orders`.`status` IS NULL
    OR EXISTS(
      SELECT
        1
      FROM `gold`.`payments` AS `orders__payments(order)`
      WHERE
        `orders`.`order_id` = `orders__payments(order)`.`order_id`
        AND `orders__payments(order)`.`kind` = 'cash'
    )
  );

-- across
SELECT
  SUM(`payments`.`amount`) AS `paid`
FROM `gold`.`payments` AS `payments`
LEFT JOIN `gold`.`orders` AS `payments__order`
  ON `payments`.`order_id` = `payments__order`.`order_id`
WHERE
  EXISTS(
    SELECT
      1
    FROM `gold`.`items` AS `payments__order__items(order)`
    WHERE
      `payments__order`.`order_id` = `payments__order__items(order)`.`order_id`
      AND `payments__order__items(order)`.`product` LIKE 'ap%'
  );

-- two roles
SELECT
  `orders__ship`.`name` AS `orders__ship__name`,
  `orders__bill`.`name` AS `orders__bill__name`,
  COUNT(*) AS `orders`
FROM `gold`.`orders` AS `orders`
LEFT JOIN `gold`.`countries` AS `orders__bill`
  ON `orders`.`bill_country` = `orders__bill`.`code`
LEFT JOIN `gold`.`countries` AS `orders__ship`
  ON `orders`.`ship_country` = `orders__ship`.`code`
GROUP BY
  1,
  2
ORDER BY
  1 ASC NULLS LAST,
  2 ASC NULLS LAST;

-- text by code point
SELECT
  (
    CASE
      WHEN `orders`.`total` > 9
      THEN 'big'
      WHEN `orders`.`total` IS NULL
      THEN NULL
      ELSE 'Small'
    END
  ) AS `size`,
  COUNT(*) AS `orders`
FROM `gold`.`orders` AS `orders`
GROUP BY
  1
ORDER BY
  1 DESC;

-- text compared
SELECT
  COUNT(*) AS `orders`,
  MIN(`orders`.`status`) AS `first_status`
FROM `gold`.`orders` AS `orders`
WHERE
  `orders`.`status` > 'Z';

-- null rules
SELECT
  `orders`.`status` AS `status`,
  COUNT(*) AS `orders`
FROM `gold`.`orders` AS `orders`
WHERE
  `orders`.`status` IS NULL
  OR (
    NOT (
      `orders`.`status` IN ('new', 'cancelled')
    )
  )
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- no pattern
SELECT
  COUNT(*) AS `orders`
FROM `gold`.`orders` AS `orders`
WHERE
  (
    `orders`.`status` IS NULL OR (
      NOT (
        `orders`.`status` LIKE '%\\%%'
      )
    )
  )
  AND `orders`.`status` LIKE '%liv%';

-- a half-open range of dates
SELECT
  COUNT(*) AS `orders`
FROM `gold`.`orders` AS `orders`
WHERE
  `orders`.`order_date` >= CAST('2024-02-03' AS DATE)
  AND `orders`.`order_date` < CAST('2024-02-11' AS DATE);

-- a range within a day
SELECT
  MAX(`groups`.`m0`) AS `orders`,
  MAX(`groups`.`m1`) AS `shipped`
FROM (
  SELECT
    COUNT(*) AS `m0`,
    CAST(NULL AS INT64) AS `m1`
  FROM `gold`.`orders` AS `orders`
  WHERE
    `orders`.`order_date` >= CAST('2024-01-05' AS DATE)
    AND `orders`.`order_date` < CAST('2024-02-06' AS DATE)
  UNION ALL
  SELECT
    CAST(NULL AS INT64) AS `m0`,
    COUNT(`orders`.`shipped_at`) AS `m1`
  FROM `gold`.`orders` AS `orders`
  WHERE
    `orders`.`shipped_at` >= CAST('2024-01-04 09:00:00' AS DATETIME)
    AND `orders`.`shipped_at` < CAST('2024-02-05 23:59:59' AS DATETIME)
) AS `groups`;

-- a day of a timestamp
SELECT
  COUNT(*) AS `orders`
FROM `gold`.`orders` AS `orders`
WHERE
  `orders`.`shipped_at` >= CAST('2024-02-05 00:00:00' AS DATETIME)
  AND `orders`.`shipped_at` < CAST('2024-02-06 00:00:00' AS DATETIME);

-- up to a day of a timestamp
SELECT
  COUNT(*) AS `orders`
FROM `gold`.`orders` AS `orders`
WHERE
  `orders`.`shipped_at` < CAST('2024-02-06 00:00:00' AS DATETIME);

-- instants
SELECT
  DATE_TRUNC(CAST(DATETIME(`visits`.`at`, 'UTC') AS DATE), MONTH) AS `at_month`,
  COUNT(*) AS `visits`,
  SUM(ROUND(CAST(`visits`.`minutes` AS BIGNUMERIC), 6)) AS `minutes`
FROM `gold`.`visits` AS `visits`
WHERE
  `visits`.`at` < CAST('2024-03-02T00:00:01+00:00' AS TIMESTAMP)
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- instants as they are
SELECT
  `visits`.`at` AS `at`,
  COUNT(*) AS `visits`
FROM `gold`.`visits` AS `visits`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- by hour
SELECT
  CAST(DATETIME_TRUNC(DATETIME(`visits`.`at`, 'UTC'), HOUR) AS DATETIME) AS `at_hour`,
  COUNT(*) AS `visits`
FROM `gold`.`visits` AS `visits`
GROUP BY
  1
ORDER BY
  2 DESC,
  1 ASC NULLS LAST;

-- weeks and quarters
SELECT
  DATE_TRUNC(`orders`.`order_date`, ISOWEEK) AS `order_date_week`,
  DATE_TRUNC(`orders`.`order_date`, QUARTER) AS `order_date_quarter`,
  COUNT(*) AS `orders`
FROM `gold`.`orders` AS `orders`
GROUP BY
  1,
  2
ORDER BY
  1 ASC NULLS LAST,
  2 ASC NULLS LAST;

-- on groups
SELECT
  `orders__customer`.`region` AS `region`,
  COUNT(*) AS `orders`
FROM `gold`.`orders` AS `orders`
LEFT JOIN `gold`.`customers` AS `orders__customer`
  ON `orders`.`customer_id` = `orders__customer`.`customer_id`
GROUP BY
  1
HAVING
  SUM(`orders`.`total`) > 5
ORDER BY
  1 ASC NULLS LAST;

-- on united groups
SELECT
  `groups`.`d0` AS `region`,
  MAX(`groups`.`m0`) AS `orders`,
  MAX(`groups`.`m1`) AS `lines`
FROM (
  SELECT
    `orders__customer`.`region` AS `d0`,
    COUNT(*) AS `m0`,
    CAST(NULL AS INT64) AS `m1`,
    SUM(`orders`.`total`) AS `m2`
  FROM `gold`.`orders` AS `orders`
  LEFT JOIN `gold`.`customers` AS `orders__customer`
    ON `orders`.`customer_id` = `orders__customer`.`customer_id`
  GROUP BY
    1
  UNION ALL
  SELECT
    `items__order__customer`.`region` AS `d0`,
    CAST(NULL AS INT64) AS `m0`,
    COUNT(*) AS `m1`,
    CAST(NULL AS BIGNUMERIC) AS `m2`
  FROM `gold`.`items` AS `items`
  LEFT JOIN `gold`.`orders` AS `items__order`
    ON `items`.`order_id` = `items__order`.`order_id`
  LEFT JOIN `gold`.`customers` AS `items__order__customer`
    ON `items__order`.`customer_id` = `items__order__customer`.`customer_id`
  GROUP BY
    1
) AS `groups`
GROUP BY
  1
HAVING
  (
    (
      CAST(MAX(`groups`.`m2`) AS FLOAT64) / NULLIF(CAST(MAX(`groups`.`m0`) AS FLOAT64), 0)
    ) >= CAST('7.5' AS BIGNUMERIC)
    OR `groups`.`d0` IS NULL
  )
ORDER BY
  1 ASC NULLS LAST;

-- on groups without a metric
SELECT
  `orders`.`status` AS `status`
FROM `gold`.`orders` AS `orders`
GROUP BY
  1
HAVING
  SUM(`orders`.`total`) >= 7
ORDER BY
  1 ASC NULLS LAST;

-- top
SELECT
  `orders`.`status` AS `status`,
  SUM(`orders`.`total`) AS `revenue`
FROM `gold`.`orders` AS `orders`
GROUP BY
  1
ORDER BY
  2 DESC,
  1 ASC NULLS LAST
LIMIT 2
OFFSET 1;

-- nulls first
SELECT
  `orders__customer`.`region` AS `region`,
  SUM(`orders`.`total`) AS `revenue`
FROM `gold`.`orders` AS `orders`
LEFT JOIN `gold`.`customers` AS `orders__customer`
  ON `orders`.`customer_id` = `orders__customer`.`customer_id`
GROUP BY
  1
ORDER BY
  2 ASC,
  1 ASC NULLS LAST;

-- distinct rows
SELECT DISTINCT
  `orders`.`status` AS `status`,
  `orders__customer`.`region` AS `region`
FROM `gold`.`orders` AS `orders`
LEFT JOIN `gold`.`customers` AS `orders__customer`
  ON `orders`.`customer_id` = `orders__customer`.`customer_id`
ORDER BY
  1 ASC NULLS LAST,
  2 ASC NULLS LAST;

-- rows
SELECT
  `orders`.`order_id` AS `order_id`,
  `orders`.`status` AS `status`
FROM `gold`.`orders` AS `orders`
ORDER BY
  1 ASC NULLS LAST,
  2 ASC NULLS LAST
LIMIT 3;

-- a segment
SELECT
  COUNT(*) AS `orders`,
  SUM(`orders`.`total`) AS `revenue`
FROM `gold`.`orders` AS `orders`
WHERE
  (
    `orders`.`status` = 'delivered'
  );

-- every function
SELECT
  (
    SELECT
      PERCENTILE_CONT(`v`, 0.5) OVER ()
    FROM UNNEST(ARRAY_AGG(CAST(`orders`.`total` AS FLOAT64) IGNORE NULLS)) AS `v`
    LIMIT 1
  ) AS `middle`,
  LOGICAL_OR(`orders`.`paid`) AS `any_paid`,
  ROUND(CAST(SUM(CAST(CAST(`orders`.`paid` AS INT64) AS BIGNUMERIC)) AS BIGNUMERIC), 0) AS `paid_count`,
  (
    CAST(SUM(
      CAST(CAST((
        DATE_DIFF(CAST(`orders`.`shipped_at` AS DATE), CAST(`orders`.`order_date` AS DATE), DAY)
      ) AS INT64) AS BIGNUMERIC)
    ) AS FLOAT64) / NULLIF(
      CAST(COUNT(
        CAST((
          DATE_DIFF(CAST(`orders`.`shipped_at` AS DATE), CAST(`orders`.`order_date` AS DATE), DAY)
        ) AS INT64)
      ) AS FLOAT64),
      0
    )
  ) AS `days_to_ship`,
  MAX(
    (
      (
        CAST(EXTRACT(YEAR FROM `orders`.`shipped_at`) AS INT64) * 12 + CAST(EXTRACT(MONTH FROM `orders`.`shipped_at`) AS INT64)
      ) - (
        CAST(EXTRACT(YEAR FROM `orders`.`order_date`) AS INT64) * 12 + CAST(EXTRACT(MONTH FROM `orders`.`order_date`) AS INT64)
      )
    )
  ) AS `months`,
  MAX(CAST(EXTRACT(YEAR FROM `orders`.`shipped_at`) AS INT64)) + MIN(CAST(EXTRACT(MONTH FROM `orders`.`order_date`) AS INT64)) AS `late_year`,
  SUM(
    CASE
      WHEN MOD(`orders`.`order_id`, NULLIF(2, 0)) = 1
      THEN `orders`.`total`
      ELSE 0
    END
  ) AS `odd`,
  (
    CAST(SUM(`orders`.`total`) AS FLOAT64) / NULLIF(CAST((
      COUNT(*) - COUNT(*)
    ) AS FLOAT64), 0)
  ) AS `nothing`,
  COUNT(
    DISTINCT UPPER(`orders`.`status`) || '-' || COALESCE(`orders`.`ship_country`, '?')
  ) AS `words`
FROM `gold`.`orders` AS `orders`;

-- more functions
SELECT
  MAX(`groups`.`m0`) AS `between`,
  MAX(`groups`.`m1`) AS `best`,
  MAX(`groups`.`m2`) AS `spread`,
  MAX(`groups`.`m3`) AS `net`,
  MAX(`groups`.`m4`) AS `mean_price`,
  MAX(`groups`.`m5`) AS `asian_units`,
  MAX(`groups`.`m6`) AS `units`
FROM (
  SELECT
    COUNT(
      CASE
        WHEN (
          `orders`.`status` BETWEEN 'a' AND 'e'
        )
        AND (
          NOT (
            `orders`.`total` IN (5, 7)
          )
        )
        THEN 1
      END
    ) AS `m0`,
    SUM(
      GREATEST(
        COALESCE(`orders`.`total`, CAST('9.5' AS BIGNUMERIC)),
        COALESCE(CAST('9.5' AS BIGNUMERIC), `orders`.`total`)
      )
    ) AS `m1`,
    STDDEV(CAST(`orders`.`total` AS FLOAT64)) AS `m2`,
    CAST(NULL AS BIGNUMERIC) AS `m3`,
    CAST(NULL AS FLOAT64) AS `m4`,
    CAST(NULL AS BIGNUMERIC) AS `m5`,
    CAST(NULL AS BIGNUMERIC) AS `m6`
  FROM `gold`.`orders` AS `orders`
  UNION ALL
  SELECT
    CAST(NULL AS INT64) AS `m0`,
    CAST(NULL AS BIGNUMERIC) AS `m1`,
    CAST(NULL AS FLOAT64) AS `m2`,
    SUM(
      ROUND(
        CAST(`items`.`price` * `items`.`qty` * (
          1 - COALESCE(`items`.`discount`, 0)
        ) AS BIGNUMERIC),
        6
      )
    ) AS `m3`,
    (
      CAST(SUM(ROUND(CAST(`items`.`price` AS BIGNUMERIC), 12)) AS FLOAT64) / NULLIF(CAST(COUNT(`items`.`price`) AS FLOAT64), 0)
    ) AS `m4`,
    ROUND(
      CAST(SUM(
        CAST(CASE WHEN `items__order__customer`.`region` = 'ASIA' THEN `items`.`qty` END AS BIGNUMERIC)
      ) AS BIGNUMERIC),
      0
    ) AS `m5`,
    ROUND(CAST(SUM(CAST(`items`.`qty` AS BIGNUMERIC)) AS BIGNUMERIC), 0) AS `m6`
  FROM `gold`.`items` AS `items`
  LEFT JOIN `gold`.`orders` AS `items__order`
    ON `items`.`order_id` = `items__order`.`order_id`
  LEFT JOIN `gold`.`customers` AS `items__order__customer`
    ON `items__order`.`customer_id` = `items__order__customer`.`customer_id`
) AS `groups`;

-- every function by a role
SELECT
  `groups`.`d0` AS `paid`,
  `groups`.`d1` AS `weekday`,
  MAX(`groups`.`m0`) AS `middle`,
  LOGICAL_OR(`groups`.`m1`) AS `any_paid`,
  MAX(`groups`.`m2`) AS `paid_count`,
  MAX(`groups`.`m3`) AS `first_status`,
  MAX(`groups`.`m4`) AS `mean_rounded`,
  (
    CAST(MAX(`groups`.`m5`) AS FLOAT64) / NULLIF(CAST(MAX(`groups`.`m6`) AS FLOAT64), 0)
  ) AS `orders_per_customer`
FROM (
  SELECT
    `orders`.`paid` AS `d0`,
    (
      CAST((
        EXTRACT(DAYOFWEEK FROM `orders`.`order_date`) - 1
      ) AS INT64)
    ) AS `d1`,
    (
      SELECT
        PERCENTILE_CONT(`v`, 0.5) OVER ()
      FROM UNNEST(ARRAY_AGG(CAST(`orders`.`total` AS FLOAT64) IGNORE NULLS)) AS `v`
      LIMIT 1
    ) AS `m0`,
    LOGICAL_OR(`orders`.`paid`) AS `m1`,
    ROUND(CAST(SUM(CAST(CAST(`orders`.`paid` AS INT64) AS BIGNUMERIC)) AS BIGNUMERIC), 0) AS `m2`,
    MIN(`orders`.`status`) AS `m3`,
    ROUND(
      CAST(ROUND(
        ROUND(
          CAST((
            CAST(SUM(`orders`.`total`) AS FLOAT64) / NULLIF(CAST(COUNT(`orders`.`total`) AS FLOAT64), 0)
          ) AS BIGNUMERIC),
          12
        ),
        1
      ) AS BIGNUMERIC),
      1
    ) AS `m4`,
    COUNT(*) AS `m5`,
    CAST(NULL AS INT64) AS `m6`
  FROM `gold`.`orders` AS `orders`
  GROUP BY
    1,
    2
  UNION ALL
  SELECT
    `distinct`.`d0` AS `d0`,
    `distinct`.`d1` AS `d1`,
    CAST(NULL AS FLOAT64) AS `m0`,
    CAST(NULL AS BOOL) AS `m1`,
    CAST(NULL AS BIGNUMERIC) AS `m2`,
    CAST(NULL AS STRING) AS `m3`,
    CAST(NULL AS BIGNUMERIC) AS `m4`,
    CAST(NULL AS INT64) AS `m5`,
    COUNT(*) AS `m6`
  FROM (
    SELECT DISTINCT
      `customers__orders(customer)`.`paid` AS `d0`,
      (
        CAST((
          EXTRACT(DAYOFWEEK FROM `customers__orders(customer)`.`order_date`) - 1
        ) AS INT64)
      ) AS `d1`,
      `customers`.`customer_id` AS `k0`
    FROM `gold`.`customers` AS `customers`
    LEFT JOIN `gold`.`orders` AS `customers__orders(customer)`
      ON `customers`.`customer_id` = `customers__orders(customer)`.`customer_id`
  ) AS `distinct`
  GROUP BY
    1,
    2
) AS `groups`
GROUP BY
  1,
  2
ORDER BY
  1 ASC NULLS LAST,
  2 ASC NULLS LAST;

-- decimals of a filter
SELECT
  COUNT(*) AS `orders`
FROM `gold`.`orders` AS `orders`
WHERE
  `orders`.`total` IN (7, CAST('10.5' AS BIGNUMERIC), 10);

-- booleans of a filter
SELECT
  COUNT(*) AS `orders`
FROM `gold`.`orders` AS `orders`
WHERE
  `orders`.`paid` = TRUE;

-- doubles of a filter
SELECT
  COUNT(*) AS `lines`
FROM `gold`.`items` AS `items`
WHERE
  `items`.`price` = CAST('3.3' AS BIGNUMERIC);
