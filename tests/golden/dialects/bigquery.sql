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
    DISTINCT CASE WHEN `orders__per__order_count__`.`value` > 1 THEN `orders`.`customer_id` END
  ) AS `repeat_customers`
FROM `gold`.`orders` AS `orders`
LEFT JOIN (
  SELECT
    `orders`.`customer_id` AS `key0`,
    COUNT(*) AS `value`
  FROM `gold`.`orders` AS `orders`
  GROUP BY
    1
) AS `orders__per__order_count__`
  ON `orders__per__order_count__`.`key0` = `orders`.`customer_id`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- by an entity-level column
SELECT
  `orders__per__order_count__`.`value` AS `order_count`,
  `orders__per__spent__`.`value` AS `spent`,
  COUNT(*) AS `orders`
FROM `gold`.`orders` AS `orders`
LEFT JOIN (
  SELECT
    `orders`.`customer_id` AS `key0`,
    COUNT(*) AS `value`
  FROM `gold`.`orders` AS `orders`
  GROUP BY
    1
) AS `orders__per__order_count__`
  ON `orders__per__order_count__`.`key0` = `orders`.`customer_id`
LEFT JOIN (
  SELECT
    `orders`.`customer_id` AS `key0`,
    SUM(`orders`.`total`) AS `value`
  FROM `gold`.`orders` AS `orders`
  GROUP BY
    1
) AS `orders__per__spent__`
  ON `orders__per__spent__`.`key0` = `orders`.`customer_id`
GROUP BY
  1,
  2
ORDER BY
  1 ASC NULLS LAST,
  2 ASC NULLS LAST;

-- an entity over a join
SELECT
  `items__per__of_customer__`.`value` AS `of_customer`,
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
) AS `items__per__of_customer__`
  ON `items__per__of_customer__`.`key0` = `items__order`.`customer_id`
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
    `orders__items__order__`.`product` AS `d0`,
    `orders`.`order_id` AS `k0`,
    `orders`.`total` AS `v0`
  FROM `gold`.`orders` AS `orders`
  LEFT JOIN `gold`.`items` AS `orders__items__order__`
    ON `orders`.`order_id` = `orders__items__order__`.`order_id`
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
    `customers__orders__customer__items__order__`.`product` AS `d0`,
    `customers`.`customer_id` AS `k0`,
    `customers`.`age` AS `v0`
  FROM `gold`.`customers` AS `customers`
  LEFT JOIN `gold`.`orders` AS `customers__orders__customer__`
    ON `customers`.`customer_id` = `customers__orders__customer__`.`customer_id`
  LEFT JOIN `gold`.`items` AS `customers__orders__customer__items__order__`
    ON `customers__orders__customer__`.`order_id` = `customers__orders__customer__items__order__`.`order_id`
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
    FROM `gold`.`items` AS `orders__items__order__`
    WHERE
      `orders`.`order_id` = `orders__items__order__`.`order_id`
      AND `orders__items__order__`.`product` = 'apple'
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
    FROM `gold`.`orders` AS `customers__orders__customer__`
    LEFT JOIN `gold`.`items` AS `customers__orders__customer__items__order__`
      ON `customers__orders__customer__`.`order_id` = `customers__orders__customer__items__order__`.`order_id`
    WHERE
      `customers`.`customer_id` = `customers__orders__customer__`.`customer_id`
      AND (
        (
          NOT `customers__orders__customer__items__order__`.`order_id` IS NULL
        )
        AND `customers__orders__customer__items__order__`.`product` = 'apple'
      )
      AND (
        (
          NOT `customers__orders__customer__items__order__`.`order_id` IS NULL
        )
        AND `customers__orders__customer__items__order__`.`qty` > 1
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
      FROM `gold`.`items` AS `orders__items__order__`
      WHERE
        `orders`.`order_id` = `orders__items__order__`.`order_id`
        AND `orders__items__order__`.`qty` >= 5
    )
    OR `orders`.`status` IS NULL
    OR EXISTS(
      SELECT
        1
      FROM `gold`.`payments` AS `orders__payments__order__`
      WHERE
        `orders`.`order_id` = `orders__payments__order__`.`order_id`
        AND `orders__payments__order__`.`kind` = 'cash'
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
    FROM `gold`.`items` AS `payments__order__items__order__`
    WHERE
      `payments__order`.`order_id` = `payments__order__items__order__`.`order_id`
      AND `payments__order__items__order__`.`product` LIKE 'ap%'
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
        COALESCE(`orders`.`total`, ROUND(CAST(CAST('9.5' AS BIGNUMERIC) AS BIGNUMERIC), 2)),
        COALESCE(ROUND(CAST(CAST('9.5' AS BIGNUMERIC) AS BIGNUMERIC), 2), `orders`.`total`)
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
      `customers__orders__customer__`.`paid` AS `d0`,
      (
        CAST((
          EXTRACT(DAYOFWEEK FROM `customers__orders__customer__`.`order_date`) - 1
        ) AS INT64)
      ) AS `d1`,
      `customers`.`customer_id` AS `k0`
    FROM `gold`.`customers` AS `customers`
    LEFT JOIN `gold`.`orders` AS `customers__orders__customer__`
      ON `customers`.`customer_id` = `customers__orders__customer__`.`customer_id`
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

-- a number of two kinds
SELECT
  MAX(
    CASE
      WHEN `items`.`qty` > 1
      THEN `items`.`price`
      ELSE CAST(`items`.`line` AS FLOAT64)
    END
  ) AS `either`
FROM `gold`.`items` AS `items`;

-- a derived boolean
SELECT
  (
    NOT (
      `orders`.`shipped_at` IS NULL
    )
  ) AS `is_sent`,
  COUNT(*) AS `orders`
FROM `gold`.`orders` AS `orders`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- a derived boolean of a joined table
SELECT
  (
    CASE
      WHEN NOT `items__order`.`order_id` IS NULL
      THEN NOT (
        `items__order`.`shipped_at` IS NULL
      )
    END
  ) AS `is_sent`,
  COUNT(*) AS `lines`
FROM `gold`.`items` AS `items`
LEFT JOIN `gold`.`orders` AS `items__order`
  ON `items`.`order_id` = `items__order`.`order_id`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- a derived boolean of many rows
SELECT
  `distinct`.`d0` AS `is_sent`,
  COUNT(*) AS `customers`
FROM (
  SELECT DISTINCT
    (
      CASE
        WHEN NOT `customers__orders__customer__`.`customer_id` IS NULL
        THEN NOT (
          `customers__orders__customer__`.`shipped_at` IS NULL
        )
      END
    ) AS `d0`,
    `customers`.`customer_id` AS `k0`
  FROM `gold`.`customers` AS `customers`
  LEFT JOIN `gold`.`orders` AS `customers__orders__customer__`
    ON `customers`.`customer_id` = `customers__orders__customer__`.`customer_id`
) AS `distinct`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- doubles of a filter
SELECT
  COUNT(*) AS `lines`
FROM `gold`.`items` AS `items`
WHERE
  `items`.`price` = CAST('3.3' AS BIGNUMERIC);

-- all so far, by month
WITH `rows__ledger__0__0` AS (
  SELECT
    DATE_TRUNC(`ledger`.`day`, MONTH) AS `d0`,
    `ledger`.`region` AS `d1`,
    SUM(`ledger`.`amount`) AS `v0`
  FROM `gold`.`ledger` AS `ledger`
  WHERE
    NOT `ledger`.`day` IS NULL
  GROUP BY
    1,
    2
), `spine__ledger__0__0` AS (
  SELECT
    `periods`.`t`
  FROM (
    SELECT
      v AS `t`
    FROM UNNEST(GENERATE_DATE_ARRAY(
      (
        SELECT
          MIN(`rows__ledger__0__0`.`d0`)
        FROM `rows__ledger__0__0`
      ),
      (
        SELECT
          MAX(`rows__ledger__0__0`.`d0`)
        FROM `rows__ledger__0__0`
      ),
      INTERVAL 1 MONTH
    )) AS v
  ) AS `periods`
)
SELECT
  `grouped`.`d0` AS `month`,
  `grouped`.`d1` AS `region`,
  ROUND(CAST(`grouped`.`u0` AS BIGNUMERIC), 2) AS `revenue|ever`
FROM (
  SELECT
    `reached`.`d0` AS `d0`,
    `reached`.`d1` AS `d1`,
    `reached`.`v0` AS `u0`,
    1 AS `made`
  FROM (
    SELECT
      `dense`.`d0`,
      `dense`.`d1`,
      SUM(`dense`.`v0`) OVER (
        PARTITION BY `dense`.`d1`
        ORDER BY `dense`.`d0`
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS `v0`,
      COUNT(`dense`.`held`) OVER (
        PARTITION BY `dense`.`d1`
        ORDER BY `dense`.`d0`
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS `held`
    FROM (
      SELECT
        `all`.`d0`,
        `all`.`d1`,
        MAX(`all`.`v0`) AS `v0`,
        MAX(`all`.`held`) AS `held`
      FROM (
        SELECT
          `rows__ledger__0__0`.`d0`,
          `rows__ledger__0__0`.`d1`,
          `rows__ledger__0__0`.`v0`,
          1 AS `held`
        FROM `rows__ledger__0__0`
        UNION ALL
        SELECT
          `spine__ledger__0__0`.`t` AS `d0`,
          `groups`.`d1`,
          NULL,
          NULL
        FROM `spine__ledger__0__0`
        CROSS JOIN (
          SELECT DISTINCT
            `rows__ledger__0__0`.`d1`
          FROM `rows__ledger__0__0`
        ) AS `groups`
      ) AS `all`
      GROUP BY
        1,
        2
    ) AS `dense`
  ) AS `reached`
  WHERE
    `reached`.`held` > 0
) AS `grouped`
ORDER BY
  1 ASC NULLS LAST,
  2 ASC NULLS LAST;

-- a rolling window
WITH `spine__ledger__0__0` AS (
  SELECT
    `periods`.`t`
  FROM (
    SELECT
      v AS `t`
    FROM UNNEST(GENERATE_DATE_ARRAY(
      DATE_TRUNC(CAST('2024-01-01' AS DATE), ISOWEEK),
      DATE_TRUNC(CAST('2024-03-31' AS DATE), ISOWEEK),
      INTERVAL 1 WEEK
    )) AS v
  ) AS `periods`
)
SELECT
  `grouped`.`d0` AS `week`,
  CAST(`grouped`.`u0` AS INT64) AS `buyers|window|2 months`
FROM (
  SELECT
    `reached`.`d0` AS `d0`,
    `reached`.`v0` AS `u0`,
    1 AS `made`
  FROM (
    SELECT
      `spine__ledger__0__0`.`t` AS `d0`,
      COUNT(DISTINCT `ledger`.`customer`) AS `v0`
    FROM `gold`.`ledger` AS `ledger`
    INNER JOIN `spine__ledger__0__0`
      ON `ledger`.`day` < CAST(DATE_ADD(`spine__ledger__0__0`.`t`, INTERVAL 1 WEEK) AS DATE)
      AND `ledger`.`day` >= CAST(DATE_SUB(CAST(DATE_ADD(`spine__ledger__0__0`.`t`, INTERVAL 1 WEEK) AS DATE), INTERVAL 2 MONTH) AS DATE)
    WHERE
      (
        NOT `ledger`.`day` IS NULL
      )
      AND `ledger`.`day` >= CAST('2023-11-01' AS DATE)
      AND `ledger`.`day` < CAST('2024-04-01' AS DATE)
    GROUP BY
      1
  ) AS `reached`
) AS `grouped`
ORDER BY
  1 ASC NULLS LAST;

-- year to date
WITH `rows__ledger__0__0` AS (
  SELECT
    DATE_TRUNC(`ledger`.`day`, MONTH) AS `d0`,
    SUM(`ledger`.`amount`) AS `v0`
  FROM `gold`.`ledger` AS `ledger`
  WHERE
    (
      NOT `ledger`.`day` IS NULL
    )
    AND `ledger`.`day` >= CAST('2024-01-01' AS DATE)
    AND `ledger`.`day` < CAST('2024-04-01' AS DATE)
  GROUP BY
    1
), `spine__ledger__0__0` AS (
  SELECT
    `periods`.`t`
  FROM (
    SELECT
      v AS `t`
    FROM UNNEST(GENERATE_DATE_ARRAY(
      DATE_TRUNC(CAST('2024-01-01' AS DATE), MONTH),
      DATE_TRUNC(CAST('2024-03-31' AS DATE), MONTH),
      INTERVAL 1 MONTH
    )) AS v
  ) AS `periods`
)
SELECT
  `grouped`.`d0` AS `month`,
  ROUND(CAST(`grouped`.`u0` AS BIGNUMERIC), 2) AS `revenue|to|year`
FROM (
  SELECT
    `reached`.`d0` AS `d0`,
    `reached`.`v0` AS `u0`,
    1 AS `made`
  FROM (
    SELECT
      `dense`.`d0`,
      SUM(`dense`.`v0`) OVER (
        PARTITION BY DATE_TRUNC(`dense`.`d0`, YEAR)
        ORDER BY `dense`.`d0`
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS `v0`,
      COUNT(`dense`.`held`) OVER (
        PARTITION BY DATE_TRUNC(`dense`.`d0`, YEAR)
        ORDER BY `dense`.`d0`
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS `held`
    FROM (
      SELECT
        `all`.`d0`,
        MAX(`all`.`v0`) AS `v0`,
        MAX(`all`.`held`) AS `held`
      FROM (
        SELECT
          `rows__ledger__0__0`.`d0`,
          `rows__ledger__0__0`.`v0`,
          1 AS `held`
        FROM `rows__ledger__0__0`
        UNION ALL
        SELECT
          `spine__ledger__0__0`.`t` AS `d0`,
          NULL,
          NULL
        FROM `spine__ledger__0__0`
      ) AS `all`
      GROUP BY
        1
    ) AS `dense`
  ) AS `reached`
  WHERE
    `reached`.`held` > 0
    AND `reached`.`d0` >= DATE_TRUNC(CAST('2024-01-01' AS DATE), MONTH)
) AS `grouped`
ORDER BY
  1 ASC NULLS LAST;

-- growth over the year before
WITH `current_groups` AS (
  SELECT
    DATE_TRUNC(`ledger`.`day`, MONTH) AS `d0`,
    CAST(NULL AS BIGNUMERIC) AS `u0`,
    SUM(`ledger`.`amount`) AS `u1`,
    1 AS `made`
  FROM `gold`.`ledger` AS `ledger`
  GROUP BY
    1
)
SELECT
  `grouped`.`d0` AS `month`,
  (
    CAST((
      `grouped`.`u1` - `grouped`.`u0`
    ) AS FLOAT64) / NULLIF(CAST(`grouped`.`u0` AS FLOAT64), 0)
  ) AS `revenue|growth|1 year`
FROM (
  SELECT
    `united`.`d0`,
    MAX(`united`.`u0`) AS `u0`,
    MAX(`united`.`u1`) AS `u1`
  FROM (
    SELECT
      `current_groups`.`d0` AS `d0`,
      CAST(NULL AS BIGNUMERIC) AS `u0`,
      `current_groups`.`u1` AS `u1`,
      1 AS `made`
    FROM `current_groups`
    UNION ALL
    SELECT
      CAST(DATE_ADD(`earlier`.`d0`, INTERVAL 12 MONTH) AS DATE) AS `d0`,
      `earlier`.`u1` AS `u0`,
      CAST(NULL AS BIGNUMERIC) AS `u1`,
      0 AS `made`
    FROM `current_groups` AS `earlier`
    WHERE
      NOT `earlier`.`d0` IS NULL
  ) AS `united`
  GROUP BY
    1
  HAVING
    MAX(`united`.`made`) = 1
) AS `grouped`
ORDER BY
  1 ASC NULLS LAST;

-- the month before, as a difference
WITH `current_groups` AS (
  SELECT
    DATE_TRUNC(`ledger`.`day`, MONTH) AS `d0`,
    `ledger`.`region` AS `d1`,
    COUNT(*) AS `u0`,
    CAST(NULL AS INT64) AS `u1`,
    1 AS `made`
  FROM `gold`.`ledger` AS `ledger`
  GROUP BY
    1,
    2
)
SELECT
  `grouped`.`d0` AS `month`,
  `grouped`.`d1` AS `region`,
  CAST(CAST(`grouped`.`u0` - `grouped`.`u1` AS INT64) AS INT64) AS `orders|delta|1 month`
FROM (
  SELECT
    `united`.`d0`,
    `united`.`d1`,
    MAX(`united`.`u0`) AS `u0`,
    MAX(`united`.`u1`) AS `u1`
  FROM (
    SELECT
      `current_groups`.`d0` AS `d0`,
      `current_groups`.`d1` AS `d1`,
      `current_groups`.`u0` AS `u0`,
      CAST(NULL AS INT64) AS `u1`,
      1 AS `made`
    FROM `current_groups`
    UNION ALL
    SELECT
      CAST(DATE_ADD(`earlier`.`d0`, INTERVAL 1 MONTH) AS DATE) AS `d0`,
      `earlier`.`d1` AS `d1`,
      CAST(NULL AS INT64) AS `u0`,
      `earlier`.`u0` AS `u1`,
      0 AS `made`
    FROM `current_groups` AS `earlier`
    WHERE
      NOT `earlier`.`d0` IS NULL
  ) AS `united`
  GROUP BY
    1,
    2
  HAVING
    MAX(`united`.`made`) = 1
) AS `grouped`
ORDER BY
  1 ASC NULLS LAST,
  2 ASC NULLS LAST;

-- compared with the previous period
SELECT
  `grouped`.`d0` AS `month`,
  `grouped`.`u0` AS `revenue`,
  `grouped`.`u1` AS `revenue__previous`,
  ROUND(CAST(`grouped`.`u0` - `grouped`.`u1` AS BIGNUMERIC), 2) AS `revenue__delta`,
  (
    CAST((
      `grouped`.`u0` - `grouped`.`u1`
    ) AS FLOAT64) / NULLIF(CAST(`grouped`.`u1` AS FLOAT64), 0)
  ) AS `revenue__growth`
FROM (
  SELECT
    `united`.`d0`,
    MAX(`united`.`u0`) AS `u0`,
    MAX(`united`.`u1`) AS `u1`
  FROM (
    SELECT
      DATE_TRUNC(`ledger`.`day`, MONTH) AS `d0`,
      SUM(`ledger`.`amount`) AS `u0`,
      CAST(NULL AS BIGNUMERIC) AS `u1`,
      1 AS `made`
    FROM `gold`.`ledger` AS `ledger`
    WHERE
      `ledger`.`day` >= CAST('2024-01-01' AS DATE)
      AND `ledger`.`day` < CAST('2024-04-01' AS DATE)
    GROUP BY
      1
    UNION ALL
    SELECT
      CAST(DATE_ADD(`earlier`.`d0`, INTERVAL 3 MONTH) AS DATE) AS `d0`,
      CAST(NULL AS BIGNUMERIC) AS `u0`,
      `earlier`.`v0` AS `u1`,
      0 AS `made`
    FROM (
      SELECT
        DATE_TRUNC(`ledger`.`day`, MONTH) AS `d0`,
        SUM(`ledger`.`amount`) AS `v0`
      FROM `gold`.`ledger` AS `ledger`
      WHERE
        (
          NOT `ledger`.`day` IS NULL
        )
        AND `ledger`.`day` >= CAST('2023-10-01' AS DATE)
        AND `ledger`.`day` < CAST('2024-01-01' AS DATE)
      GROUP BY
        1
    ) AS `earlier`
  ) AS `united`
  GROUP BY
    1
  HAVING
    MAX(`united`.`made`) = 1
) AS `grouped`
ORDER BY
  1 ASC NULLS LAST;

-- chosen by growth
WITH `current_groups` AS (
  SELECT
    DATE_TRUNC(`ledger`.`day`, MONTH) AS `d0`,
    `ledger`.`region` AS `d1`,
    SUM(`ledger`.`amount`) AS `u0`,
    CAST(NULL AS BIGNUMERIC) AS `u1`,
    1 AS `made`
  FROM `gold`.`ledger` AS `ledger`
  GROUP BY
    1,
    2
)
SELECT
  `grouped`.`d0` AS `month`,
  `grouped`.`d1` AS `region`,
  `grouped`.`u0` AS `revenue`,
  `grouped`.`u1` AS `revenue__previous`,
  ROUND(CAST(`grouped`.`u0` - `grouped`.`u1` AS BIGNUMERIC), 2) AS `revenue__delta`,
  (
    CAST((
      `grouped`.`u0` - `grouped`.`u1`
    ) AS FLOAT64) / NULLIF(CAST(`grouped`.`u1` AS FLOAT64), 0)
  ) AS `revenue__growth`
FROM (
  SELECT
    `united`.`d0`,
    `united`.`d1`,
    MAX(`united`.`u0`) AS `u0`,
    MAX(`united`.`u1`) AS `u1`
  FROM (
    SELECT
      `current_groups`.`d0` AS `d0`,
      `current_groups`.`d1` AS `d1`,
      `current_groups`.`u0` AS `u0`,
      CAST(NULL AS BIGNUMERIC) AS `u1`,
      1 AS `made`
    FROM `current_groups`
    UNION ALL
    SELECT
      CAST(DATE_ADD(`earlier`.`d0`, INTERVAL 1 MONTH) AS DATE) AS `d0`,
      `earlier`.`d1` AS `d1`,
      CAST(NULL AS BIGNUMERIC) AS `u0`,
      `earlier`.`u0` AS `u1`,
      0 AS `made`
    FROM `current_groups` AS `earlier`
    WHERE
      NOT `earlier`.`d0` IS NULL
  ) AS `united`
  GROUP BY
    1,
    2
  HAVING
    MAX(`united`.`made`) = 1
) AS `grouped`
WHERE
  (
    (
      CAST((
        `grouped`.`u0` - `grouped`.`u1`
      ) AS FLOAT64) / NULLIF(CAST(`grouped`.`u1` AS FLOAT64), 0)
    ) > CAST('0.1' AS BIGNUMERIC)
    OR `grouped`.`u1` IS NULL
  )
ORDER BY
  6 DESC,
  1 ASC NULLS LAST,
  2 ASC NULLS LAST
LIMIT 5;

-- fiscal year to date
WITH `calendar_1_known_by_fiscal_year` AS (
  SELECT
    `days`.`day`,
    MIN(`days`.`whole`) AS `whole`
  FROM (
    SELECT DISTINCT
      `days`.`d` AS `day`,
      `days`.`fy` AS `whole`
    FROM `gold`.`days` AS `days`
    WHERE
      (
        NOT `days`.`d` IS NULL
      ) AND (
        NOT `days`.`fy` IS NULL
      )
  ) AS `days`
  GROUP BY
    1
  HAVING
    MIN(`days`.`whole`) >= (
      SELECT
        MIN(`days`.`d`)
      FROM `gold`.`days` AS `days`
    )
), `calendar_2_fiscal_year_to_date` AS (
  SELECT
    `known`.`day` AS `unit`,
    `known`.`whole` AS `low`
  FROM `calendar_1_known_by_fiscal_year` AS `known`
), `rows__ledger__0__0` AS (
  SELECT
    `ledger`.`day` AS `d0`,
    `ledger`.`region` AS `d1`,
    SUM(`ledger`.`amount`) AS `v0`
  FROM `gold`.`ledger` AS `ledger`
  WHERE
    (
      NOT `ledger`.`day` IS NULL
    )
    AND `ledger`.`day` < CAST('2024-04-01' AS DATE)
    AND `ledger`.`day` IN (
      SELECT
        `known`.`day`
      FROM (
        SELECT
          `days`.`day`,
          MIN(`days`.`whole`) AS `whole`
        FROM (
          SELECT DISTINCT
            `days`.`d` AS `day`,
            `days`.`fy` AS `whole`
          FROM `gold`.`days` AS `days`
          WHERE
            (
              NOT `days`.`d` IS NULL
            ) AND (
              NOT `days`.`fy` IS NULL
            )
        ) AS `days`
        GROUP BY
          1
        HAVING
          MIN(`days`.`whole`) >= (
            SELECT
              MIN(`days`.`d`)
            FROM `gold`.`days` AS `days`
          )
      ) AS `known`
    )
    AND `ledger`.`day` >= (
      SELECT
        MIN(`known`.`whole`)
      FROM (
        SELECT
          `days`.`day`,
          MIN(`days`.`whole`) AS `whole`
        FROM (
          SELECT DISTINCT
            `days`.`d` AS `day`,
            `days`.`fy` AS `whole`
          FROM `gold`.`days` AS `days`
          WHERE
            (
              NOT `days`.`d` IS NULL
            ) AND (
              NOT `days`.`fy` IS NULL
            )
        ) AS `days`
        GROUP BY
          1
        HAVING
          MIN(`days`.`whole`) >= (
            SELECT
              MIN(`days`.`d`)
            FROM `gold`.`days` AS `days`
          )
      ) AS `known`
      WHERE
        `known`.`day` >= CAST('2024-01-01' AS DATE)
    )
  GROUP BY
    1,
    2
), `spine__ledger__0__0` AS (
  SELECT DISTINCT
    `shown`.`period` AS `t`,
    `ends`.`high` AS `high`,
    `reached`.`low` AS `low`
  FROM (
    SELECT DISTINCT
      `days`.`period`
    FROM (
      SELECT DISTINCT
        `days`.`d` AS `day`,
        `days`.`fm` AS `period`
      FROM `gold`.`days` AS `days`
      WHERE
        (
          NOT `days`.`d` IS NULL
        ) AND (
          NOT `days`.`fm` IS NULL
        )
    ) AS `days`
    WHERE
      `days`.`day` BETWEEN CAST('2024-01-01' AS DATE) AND CAST('2024-03-31' AS DATE)
  ) AS `shown`
  INNER JOIN (
    SELECT
      `days`.`period`,
      MAX(`days`.`day`) AS `last`,
      MAX(CASE WHEN `days`.`day` < CAST('2024-04-01' AS DATE) THEN `days`.`day` END) AS `high`
    FROM (
      SELECT DISTINCT
        `days`.`d` AS `day`,
        `days`.`fm` AS `period`
      FROM `gold`.`days` AS `days`
      WHERE
        (
          NOT `days`.`d` IS NULL
        ) AND (
          NOT `days`.`fm` IS NULL
        )
    ) AS `days`
    GROUP BY
      1
  ) AS `ends`
    ON `ends`.`period` = `shown`.`period`
  INNER JOIN `calendar_2_fiscal_year_to_date` AS `reached`
    ON `reached`.`unit` = `ends`.`high`
)
SELECT
  `grouped`.`d0` AS `fiscal_month`,
  `grouped`.`d1` AS `region`,
  ROUND(CAST(`grouped`.`u0` AS BIGNUMERIC), 2) AS `revenue|to|fiscal_year`
FROM (
  SELECT
    `reached`.`d0` AS `d0`,
    `reached`.`d1` AS `d1`,
    `reached`.`v0` AS `u0`,
    1 AS `made`
  FROM (
    SELECT
      `marked`.`t` AS `d0`,
      `marked`.`d1`,
      `marked`.`mark`,
      SUM(`marked`.`v0`) OVER (
        PARTITION BY `marked`.`d1`, `marked`.`whole`
        ORDER BY `marked`.`day`, `marked`.`mark`
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS `v0`,
      COUNT(`marked`.`held`) OVER (
        PARTITION BY `marked`.`d1`, `marked`.`whole`
        ORDER BY `marked`.`day`, `marked`.`mark`
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS `held`
    FROM (
      SELECT
        `rows__ledger__0__0`.`d1`,
        `rows__ledger__0__0`.`d0` AS `day`,
        `known`.`whole` AS `whole`,
        0 AS `mark`,
        CAST(NULL AS DATE) AS `t`,
        `rows__ledger__0__0`.`v0`,
        1 AS `held`
      FROM `rows__ledger__0__0`
      INNER JOIN `calendar_1_known_by_fiscal_year` AS `known`
        ON `known`.`day` = `rows__ledger__0__0`.`d0`
      UNION ALL
      SELECT
        `groups`.`d1`,
        `spine__ledger__0__0`.`high`,
        `spine__ledger__0__0`.`low`,
        1,
        `spine__ledger__0__0`.`t`,
        NULL,
        NULL
      FROM `spine__ledger__0__0`
      CROSS JOIN (
        SELECT DISTINCT
          `rows__ledger__0__0`.`d1`
        FROM `rows__ledger__0__0`
      ) AS `groups`
    ) AS `marked`
  ) AS `reached`
  WHERE
    `reached`.`mark` = 1 AND `reached`.`held` > 0
) AS `grouped`
ORDER BY
  1 ASC NULLS LAST,
  2 ASC NULLS LAST;

-- fiscal year to date, compared
WITH `calendar_1_known_by_fiscal_year` AS (
  SELECT
    `days`.`day`,
    MIN(`days`.`whole`) AS `whole`
  FROM (
    SELECT DISTINCT
      `days`.`d` AS `day`,
      `days`.`fy` AS `whole`
    FROM `gold`.`days` AS `days`
    WHERE
      (
        NOT `days`.`d` IS NULL
      ) AND (
        NOT `days`.`fy` IS NULL
      )
  ) AS `days`
  GROUP BY
    1
  HAVING
    MIN(`days`.`whole`) >= (
      SELECT
        MIN(`days`.`d`)
      FROM `gold`.`days` AS `days`
    )
), `calendar_2_fiscal_year_to_date` AS (
  SELECT
    `known`.`day` AS `unit`,
    `known`.`whole` AS `low`
  FROM `calendar_1_known_by_fiscal_year` AS `known`
), `calendar_3_fiscal_month_within_fiscal_year` AS (
  SELECT
    `held`.`period`,
    DENSE_RANK() OVER (ORDER BY `held`.`whole` NULLS LAST) AS `number`,
    ROW_NUMBER() OVER (PARTITION BY `held`.`whole` ORDER BY `held`.`period` NULLS LAST) AS `place`
  FROM (
    SELECT
      `days`.`period`,
      MIN(`days`.`whole`) AS `whole`
    FROM (
      SELECT DISTINCT
        `days`.`fm` AS `period`,
        `days`.`fy` AS `whole`
      FROM `gold`.`days` AS `days`
      WHERE
        (
          NOT `days`.`d` IS NULL
        )
        AND (
          NOT `days`.`fm` IS NULL
        )
        AND (
          NOT `days`.`fy` IS NULL
        )
    ) AS `days`
    GROUP BY
      1
    HAVING
      MIN(`days`.`whole`) >= (
        SELECT
          MIN(`days`.`d`)
        FROM `gold`.`days` AS `days`
      )
  ) AS `held`
), `calendar_4_1_fiscal_year_before_each_fiscal_month` AS (
  SELECT
    `now`.`period` AS `period`,
    `then`.`period` AS `earlier`
  FROM `calendar_3_fiscal_month_within_fiscal_year` AS `now`
  INNER JOIN `calendar_3_fiscal_month_within_fiscal_year` AS `then`
    ON `now`.`number` = `then`.`number` + 1 AND `now`.`place` = `then`.`place`
), `calendar_5_days_within_fiscal_month_and_fiscal_year` AS (
  SELECT
    `days`.`day`,
    `days`.`period`,
    ROW_NUMBER() OVER (PARTITION BY `days`.`period` ORDER BY `days`.`day` NULLS LAST) AS `place`,
    COUNT(`days`.`day`) OVER (PARTITION BY `days`.`period`) AS `length`
  FROM (
    SELECT DISTINCT
      `days`.`d` AS `day`,
      `days`.`fm` AS `period`
    FROM `gold`.`days` AS `days`
    WHERE
      (
        NOT `days`.`d` IS NULL
      )
      AND (
        NOT `days`.`fm` IS NULL
      )
      AND (
        NOT `days`.`fy` IS NULL
      )
  ) AS `days`
), `spine__ledger__0__0` AS (
  SELECT DISTINCT
    `shown`.`period` AS `t`,
    `ends`.`high` AS `high`,
    `reached`.`low` AS `low`
  FROM (
    SELECT DISTINCT
      `days`.`period`
    FROM (
      SELECT DISTINCT
        `days`.`d` AS `day`,
        `days`.`fm` AS `period`
      FROM `gold`.`days` AS `days`
      WHERE
        (
          NOT `days`.`d` IS NULL
        ) AND (
          NOT `days`.`fm` IS NULL
        )
    ) AS `days`
    WHERE
      `days`.`day` BETWEEN CAST('2024-01-01' AS DATE) AND CAST('2024-03-31' AS DATE)
  ) AS `shown`
  INNER JOIN (
    SELECT
      `days`.`period`,
      MAX(`days`.`day`) AS `last`,
      MAX(CASE WHEN `days`.`day` < CAST('2024-04-01' AS DATE) THEN `days`.`day` END) AS `high`
    FROM (
      SELECT DISTINCT
        `days`.`d` AS `day`,
        `days`.`fm` AS `period`
      FROM `gold`.`days` AS `days`
      WHERE
        (
          NOT `days`.`d` IS NULL
        ) AND (
          NOT `days`.`fm` IS NULL
        )
    ) AS `days`
    GROUP BY
      1
  ) AS `ends`
    ON `ends`.`period` = `shown`.`period`
  INNER JOIN `calendar_2_fiscal_year_to_date` AS `reached`
    ON `reached`.`unit` = `ends`.`high`
), `spine__ledger__1__0` AS (
  SELECT DISTINCT
    `steps`.`period` AS `t`,
    `cut`.`high` AS `high`,
    `reached`.`low` AS `low`
  FROM `calendar_4_1_fiscal_year_before_each_fiscal_month` AS `steps`
  INNER JOIN (
    SELECT
      `days`.`period`,
      MAX(`days`.`day`) AS `last`
    FROM (
      SELECT DISTINCT
        `days`.`d` AS `day`,
        `days`.`fm` AS `period`
      FROM `gold`.`days` AS `days`
      WHERE
        (
          NOT `days`.`d` IS NULL
        ) AND (
          NOT `days`.`fm` IS NULL
        )
    ) AS `days`
    GROUP BY
      1
  ) AS `ends`
    ON `ends`.`period` = `steps`.`earlier`
  INNER JOIN (
    SELECT
      `steps`.`period` AS `period`,
      MAX(`before`.`day`) AS `high`
    FROM `calendar_5_days_within_fiscal_month_and_fiscal_year` AS `before`
    INNER JOIN `calendar_4_1_fiscal_year_before_each_fiscal_month` AS `steps`
      ON `steps`.`earlier` = `before`.`period`
    INNER JOIN `calendar_5_days_within_fiscal_month_and_fiscal_year` AS `after`
      ON `after`.`period` = `steps`.`period`
      AND `after`.`place` = LEAST(`before`.`place`, `after`.`length`)
    WHERE
      `after`.`day` < CAST('2024-04-01' AS DATE)
    GROUP BY
      1
  ) AS `cut`
    ON `cut`.`period` = `steps`.`period`
  INNER JOIN `calendar_2_fiscal_year_to_date` AS `reached`
    ON `reached`.`unit` = `cut`.`high`
  WHERE
    `steps`.`period` IN (
      SELECT DISTINCT
        `days`.`period`
      FROM (
        SELECT DISTINCT
          `days`.`d` AS `day`,
          `days`.`fm` AS `period`
        FROM `gold`.`days` AS `days`
        WHERE
          (
            NOT `days`.`d` IS NULL
          ) AND (
            NOT `days`.`fm` IS NULL
          )
      ) AS `days`
      WHERE
        `days`.`day` >= CAST('2024-01-01' AS DATE)
        AND `days`.`day` < CAST('2024-04-01' AS DATE)
    )
)
SELECT
  `grouped`.`d0` AS `fiscal_month`,
  CAST(`grouped`.`u0` AS INT64) AS `buyers|to|fiscal_year`,
  CAST(`grouped`.`u1` AS INT64) AS `buyers|to|fiscal_year__previous`,
  CAST(CAST(`grouped`.`u0` AS INT64) - CAST(`grouped`.`u1` AS INT64) AS INT64) AS `buyers|to|fiscal_year__delta`,
  (
    CAST((
      CAST(`grouped`.`u0` AS INT64) - CAST(`grouped`.`u1` AS INT64)
    ) AS FLOAT64) / NULLIF(CAST(CAST(`grouped`.`u1` AS INT64) AS FLOAT64), 0)
  ) AS `buyers|to|fiscal_year__growth`
FROM (
  SELECT
    `united`.`d0`,
    MAX(`united`.`u0`) AS `u0`,
    MAX(`united`.`u1`) AS `u1`
  FROM (
    SELECT
      `reached`.`d0` AS `d0`,
      `reached`.`v0` AS `u0`,
      CAST(NULL AS INT64) AS `u1`,
      1 AS `made`
    FROM (
      SELECT
        `spine__ledger__0__0`.`t` AS `d0`,
        COUNT(DISTINCT `ledger`.`customer`) AS `v0`
      FROM `gold`.`ledger` AS `ledger`
      INNER JOIN `spine__ledger__0__0`
        ON `ledger`.`day` <= `spine__ledger__0__0`.`high`
        AND `ledger`.`day` >= `spine__ledger__0__0`.`low`
      WHERE
        (
          NOT `ledger`.`day` IS NULL
        )
        AND `ledger`.`day` < CAST('2024-04-01' AS DATE)
        AND `ledger`.`day` IN (
          SELECT
            `known`.`day`
          FROM (
            SELECT
              `days`.`day`,
              MIN(`days`.`whole`) AS `whole`
            FROM (
              SELECT DISTINCT
                `days`.`d` AS `day`,
                `days`.`fy` AS `whole`
              FROM `gold`.`days` AS `days`
              WHERE
                (
                  NOT `days`.`d` IS NULL
                ) AND (
                  NOT `days`.`fy` IS NULL
                )
            ) AS `days`
            GROUP BY
              1
            HAVING
              MIN(`days`.`whole`) >= (
                SELECT
                  MIN(`days`.`d`)
                FROM `gold`.`days` AS `days`
              )
          ) AS `known`
        )
        AND `ledger`.`day` >= (
          SELECT
            MIN(`known`.`whole`)
          FROM (
            SELECT
              `days`.`day`,
              MIN(`days`.`whole`) AS `whole`
            FROM (
              SELECT DISTINCT
                `days`.`d` AS `day`,
                `days`.`fy` AS `whole`
              FROM `gold`.`days` AS `days`
              WHERE
                (
                  NOT `days`.`d` IS NULL
                ) AND (
                  NOT `days`.`fy` IS NULL
                )
            ) AS `days`
            GROUP BY
              1
            HAVING
              MIN(`days`.`whole`) >= (
                SELECT
                  MIN(`days`.`d`)
                FROM `gold`.`days` AS `days`
              )
          ) AS `known`
          WHERE
            `known`.`day` >= CAST('2024-01-01' AS DATE)
        )
      GROUP BY
        1
    ) AS `reached`
    UNION ALL
    SELECT
      `reached`.`d0` AS `d0`,
      CAST(NULL AS INT64) AS `u0`,
      `reached`.`v0` AS `u1`,
      0 AS `made`
    FROM (
      SELECT
        `spine__ledger__1__0`.`t` AS `d0`,
        COUNT(DISTINCT `ledger`.`customer`) AS `v0`
      FROM `gold`.`ledger` AS `ledger`
      INNER JOIN `spine__ledger__1__0`
        ON `ledger`.`day` <= `spine__ledger__1__0`.`high`
        AND `ledger`.`day` >= `spine__ledger__1__0`.`low`
      WHERE
        (
          NOT `ledger`.`day` IS NULL
        )
        AND `ledger`.`day` IN (
          SELECT
            `known`.`day`
          FROM (
            SELECT
              `days`.`day`,
              MIN(`days`.`whole`) AS `whole`
            FROM (
              SELECT DISTINCT
                `days`.`d` AS `day`,
                `days`.`fy` AS `whole`
              FROM `gold`.`days` AS `days`
              WHERE
                (
                  NOT `days`.`d` IS NULL
                ) AND (
                  NOT `days`.`fy` IS NULL
                )
            ) AS `days`
            GROUP BY
              1
            HAVING
              MIN(`days`.`whole`) >= (
                SELECT
                  MIN(`days`.`d`)
                FROM `gold`.`days` AS `days`
              )
          ) AS `known`
        )
      GROUP BY
        1
    ) AS `reached`
  ) AS `united`
  GROUP BY
    1
  HAVING
    MAX(`united`.`made`) = 1
) AS `grouped`
ORDER BY
  1 ASC NULLS LAST;

-- a rolling window of fiscal weeks
WITH `calendar_1_each_fiscal_week_and_its_fiscal_week` AS (
  SELECT
    `days`.`unit`,
    MIN(`days`.`whole`) AS `whole`,
    MAX(`days`.`day`) AS `last`
  FROM (
    SELECT DISTINCT
      `days`.`d` AS `day`,
      `days`.`fw` AS `unit`,
      `days`.`fw` AS `whole`
    FROM `gold`.`days` AS `days`
    WHERE
      (
        NOT `days`.`d` IS NULL
      )
      AND (
        NOT `days`.`fw` IS NULL
      )
      AND (
        NOT `days`.`fw` IS NULL
      )
  ) AS `days`
  GROUP BY
    1
  HAVING
    MIN(`days`.`whole`) >= (
      SELECT
        MIN(`days`.`d`)
      FROM `gold`.`days` AS `days`
    )
), `calendar_2_each_fiscal_week_within_fiscal_week` AS (
  SELECT
    `units`.`unit`,
    `units`.`whole`,
    ROW_NUMBER() OVER (PARTITION BY `units`.`whole` ORDER BY `units`.`unit` NULLS LAST) AS `place`
  FROM `calendar_1_each_fiscal_week_and_its_fiscal_week` AS `units`
), `calendar_3_each_fiscal_week_by_fiscal_week` AS (
  SELECT
    `counted`.`whole`,
    `counted`.`length`,
    `counted`.`last`,
    ROW_NUMBER() OVER (ORDER BY `counted`.`whole` NULLS LAST) AS `number`
  FROM (
    SELECT
      `units`.`whole`,
      COUNT(`units`.`unit`) AS `length`,
      MAX(`units`.`last`) AS `last`
    FROM `calendar_1_each_fiscal_week_and_its_fiscal_week` AS `units`
    GROUP BY
      1
  ) AS `counted`
), `calendar_4_2_fiscal_weeks_back_by_fiscal_week` AS (
  SELECT
    `own`.`whole` AS `whole`,
    `own`.`length` AS `length`,
    `own`.`last` AS `last`,
    `first`.`whole` AS `first`,
    `before`.`whole` AS `before`,
    `before`.`length` AS `before_length`
  FROM `calendar_3_each_fiscal_week_by_fiscal_week` AS `own`
  LEFT JOIN `calendar_3_each_fiscal_week_by_fiscal_week` AS `first`
    ON `first`.`number` = `own`.`number` - 1
  LEFT JOIN `calendar_3_each_fiscal_week_by_fiscal_week` AS `before`
    ON `before`.`number` = `own`.`number` - 2
), `calendar_5_the_last_2_fiscal_weeks_by_fiscal_week` AS (
  SELECT
    `now`.`unit` AS `unit`,
    `then`.`unit` AS `low`
  FROM `calendar_2_each_fiscal_week_within_fiscal_week` AS `now`
  INNER JOIN `calendar_4_2_fiscal_weeks_back_by_fiscal_week` AS `windows`
    ON `windows`.`whole` = `now`.`whole`
  INNER JOIN `calendar_2_each_fiscal_week_within_fiscal_week` AS `then`
    ON `then`.`whole` = CASE
      WHEN `now`.`place` = `windows`.`length` OR `now`.`place` >= `windows`.`before_length`
      THEN `windows`.`first`
      ELSE `windows`.`before`
    END
    AND `then`.`place` = CASE
      WHEN `now`.`place` = `windows`.`length` OR `now`.`place` >= `windows`.`before_length`
      THEN 1
      ELSE `now`.`place` + 1
    END
), `rows__ledger__0__0` AS (
  SELECT
    `ledger`.`day` AS `d0`,
    `ledger`.`region` AS `d1`,
    SUM(`ledger`.`amount`) AS `v0`
  FROM `gold`.`ledger` AS `ledger`
  WHERE
    (
      NOT `ledger`.`day` IS NULL
    )
    AND `ledger`.`day` IN (
      SELECT
        `known`.`day`
      FROM (
        SELECT
          `days`.`day`,
          MIN(`days`.`whole`) AS `whole`
        FROM (
          SELECT DISTINCT
            `days`.`d` AS `day`,
            `days`.`fw` AS `whole`
          FROM `gold`.`days` AS `days`
          WHERE
            (
              NOT `days`.`d` IS NULL
            ) AND (
              NOT `days`.`fw` IS NULL
            )
        ) AS `days`
        GROUP BY
          1
        HAVING
          MIN(`days`.`whole`) >= (
            SELECT
              MIN(`days`.`d`)
            FROM `gold`.`days` AS `days`
          )
      ) AS `known`
    )
  GROUP BY
    1,
    2
), `spine__ledger__0__0` AS (
  SELECT DISTINCT
    `shown`.`period` AS `t`,
    `ends`.`last` AS `high`,
    `reached`.`low` AS `low`
  FROM (
    SELECT DISTINCT
      `days`.`period`
    FROM (
      SELECT DISTINCT
        `days`.`d` AS `day`,
        `days`.`fw` AS `period`
      FROM `gold`.`days` AS `days`
      WHERE
        (
          NOT `days`.`d` IS NULL
        ) AND (
          NOT `days`.`fw` IS NULL
        )
    ) AS `days`
    WHERE
      `days`.`day` BETWEEN (
        SELECT
          MIN(`rows__ledger__0__0`.`d0`)
        FROM `rows__ledger__0__0`
      ) AND (
        SELECT
          MAX(`rows__ledger__0__0`.`d0`)
        FROM `rows__ledger__0__0`
      )
  ) AS `shown`
  INNER JOIN (
    SELECT
      `days`.`period`,
      MAX(`days`.`day`) AS `last`
    FROM (
      SELECT DISTINCT
        `days`.`d` AS `day`,
        `days`.`fw` AS `period`
      FROM `gold`.`days` AS `days`
      WHERE
        (
          NOT `days`.`d` IS NULL
        ) AND (
          NOT `days`.`fw` IS NULL
        )
    ) AS `days`
    GROUP BY
      1
  ) AS `ends`
    ON `ends`.`period` = `shown`.`period`
  INNER JOIN `calendar_5_the_last_2_fiscal_weeks_by_fiscal_week` AS `reached`
    ON `reached`.`unit` = `shown`.`period`
)
SELECT
  `grouped`.`d0` AS `fiscal_week`,
  `grouped`.`d1` AS `region`,
  ROUND(CAST(`grouped`.`u0` AS BIGNUMERIC), 2) AS `revenue|window|2 fiscal_weeks`
FROM (
  SELECT
    `reached`.`d0` AS `d0`,
    `reached`.`d1` AS `d1`,
    `reached`.`v0` AS `u0`,
    1 AS `made`
  FROM (
    SELECT
      `spine__ledger__0__0`.`t` AS `d0`,
      `rows__ledger__0__0`.`d1`,
      SUM(`rows__ledger__0__0`.`v0`) AS `v0`
    FROM `rows__ledger__0__0`
    INNER JOIN `spine__ledger__0__0`
      ON `rows__ledger__0__0`.`d0` <= `spine__ledger__0__0`.`high`
      AND `rows__ledger__0__0`.`d0` >= `spine__ledger__0__0`.`low`
    GROUP BY
      1,
      2
  ) AS `reached`
) AS `grouped`
ORDER BY
  1 ASC NULLS LAST,
  2 ASC NULLS LAST;

-- fiscal months as of the end
SELECT
  `grouped`.`d0` AS `region`,
  CAST(`grouped`.`u0` AS INT64) AS `orders|window|3 fiscal_months`
FROM (
  SELECT
    `rows__ledger__0__0`.`d0` AS `d0`,
    `rows__ledger__0__0`.`v0` AS `u0`,
    1 AS `made`
  FROM (
    SELECT
      `ledger`.`region` AS `d0`,
      COUNT(*) AS `v0`
    FROM `gold`.`ledger` AS `ledger`
    WHERE
      (
        NOT `ledger`.`day` IS NULL
      )
      AND `ledger`.`day` < CAST('2024-04-01' AS DATE)
      AND `ledger`.`day` IN (
        SELECT
          `known`.`day`
        FROM (
          SELECT
            `days`.`day`,
            MIN(`days`.`whole`) AS `whole`
          FROM (
            SELECT DISTINCT
              `days`.`d` AS `day`,
              `days`.`fm` AS `whole`
            FROM `gold`.`days` AS `days`
            WHERE
              (
                NOT `days`.`d` IS NULL
              ) AND (
                NOT `days`.`fm` IS NULL
              )
          ) AS `days`
          GROUP BY
            1
          HAVING
            MIN(`days`.`whole`) >= (
              SELECT
                MIN(`days`.`d`)
              FROM `gold`.`days` AS `days`
            )
        ) AS `known`
      )
      AND `ledger`.`day` >= (
        SELECT
          MIN(`lows`.`low`)
        FROM (
          SELECT
            `now`.`unit` AS `unit`,
            `then`.`unit` AS `low`
          FROM (
            SELECT
              `units`.`unit`,
              `units`.`whole`,
              ROW_NUMBER() OVER (PARTITION BY `units`.`whole` ORDER BY `units`.`unit` NULLS LAST) AS `place`
            FROM (
              SELECT
                `days`.`unit`,
                MIN(`days`.`whole`) AS `whole`,
                MAX(`days`.`day`) AS `last`
              FROM (
                SELECT DISTINCT
                  `days`.`d` AS `day`,
                  `days`.`d` AS `unit`,
                  `days`.`fm` AS `whole`
                FROM `gold`.`days` AS `days`
                WHERE
                  (
                    NOT `days`.`d` IS NULL
                  )
                  AND (
                    NOT `days`.`d` IS NULL
                  )
                  AND (
                    NOT `days`.`fm` IS NULL
                  )
              ) AS `days`
              GROUP BY
                1
              HAVING
                MIN(`days`.`whole`) >= (
                  SELECT
                    MIN(`days`.`d`)
                  FROM `gold`.`days` AS `days`
                )
            ) AS `units`
          ) AS `now`
          INNER JOIN (
            SELECT
              `own`.`whole` AS `whole`,
              `own`.`length` AS `length`,
              `own`.`last` AS `last`,
              `first`.`whole` AS `first`,
              `before`.`whole` AS `before`,
              `before`.`length` AS `before_length`
            FROM (
              SELECT
                `counted`.`whole`,
                `counted`.`length`,
                `counted`.`last`,
                ROW_NUMBER() OVER (ORDER BY `counted`.`whole` NULLS LAST) AS `number`
              FROM (
                SELECT
                  `units`.`whole`,
                  COUNT(`units`.`unit`) AS `length`,
                  MAX(`units`.`last`) AS `last`
                FROM (
                  SELECT
                    `days`.`unit`,
                    MIN(`days`.`whole`) AS `whole`,
                    MAX(`days`.`day`) AS `last`
                  FROM (
                    SELECT DISTINCT
                      `days`.`d` AS `day`,
                      `days`.`d` AS `unit`,
                      `days`.`fm` AS `whole`
                    FROM `gold`.`days` AS `days`
                    WHERE
                      (
                        NOT `days`.`d` IS NULL
                      )
                      AND (
                        NOT `days`.`d` IS NULL
                      )
                      AND (
                        NOT `days`.`fm` IS NULL
                      )
                  ) AS `days`
                  GROUP BY
                    1
                  HAVING
                    MIN(`days`.`whole`) >= (
                      SELECT
                        MIN(`days`.`d`)
                      FROM `gold`.`days` AS `days`
                    )
                ) AS `units`
                GROUP BY
                  1
              ) AS `counted`
            ) AS `own`
            LEFT JOIN (
              SELECT
                `counted`.`whole`,
                `counted`.`length`,
                `counted`.`last`,
                ROW_NUMBER() OVER (ORDER BY `counted`.`whole` NULLS LAST) AS `number`
              FROM (
                SELECT
                  `units`.`whole`,
                  COUNT(`units`.`unit`) AS `length`,
                  MAX(`units`.`last`) AS `last`
                FROM (
                  SELECT
                    `days`.`unit`,
                    MIN(`days`.`whole`) AS `whole`,
                    MAX(`days`.`day`) AS `last`
                  FROM (
                    SELECT DISTINCT
                      `days`.`d` AS `day`,
                      `days`.`d` AS `unit`,
                      `days`.`fm` AS `whole`
                    FROM `gold`.`days` AS `days`
                    WHERE
                      (
                        NOT `days`.`d` IS NULL
                      )
                      AND (
                        NOT `days`.`d` IS NULL
                      )
                      AND (
                        NOT `days`.`fm` IS NULL
                      )
                  ) AS `days`
                  GROUP BY
                    1
                  HAVING
                    MIN(`days`.`whole`) >= (
                      SELECT
                        MIN(`days`.`d`)
                      FROM `gold`.`days` AS `days`
                    )
                ) AS `units`
                GROUP BY
                  1
              ) AS `counted`
            ) AS `first`
              ON `first`.`number` = `own`.`number` - 2
            LEFT JOIN (
              SELECT
                `counted`.`whole`,
                `counted`.`length`,
                `counted`.`last`,
                ROW_NUMBER() OVER (ORDER BY `counted`.`whole` NULLS LAST) AS `number`
              FROM (
                SELECT
                  `units`.`whole`,
                  COUNT(`units`.`unit`) AS `length`,
                  MAX(`units`.`last`) AS `last`
                FROM (
                  SELECT
                    `days`.`unit`,
                    MIN(`days`.`whole`) AS `whole`,
                    MAX(`days`.`day`) AS `last`
                  FROM (
                    SELECT DISTINCT
                      `days`.`d` AS `day`,
                      `days`.`d` AS `unit`,
                      `days`.`fm` AS `whole`
                    FROM `gold`.`days` AS `days`
                    WHERE
                      (
                        NOT `days`.`d` IS NULL
                      )
                      AND (
                        NOT `days`.`d` IS NULL
                      )
                      AND (
                        NOT `days`.`fm` IS NULL
                      )
                  ) AS `days`
                  GROUP BY
                    1
                  HAVING
                    MIN(`days`.`whole`) >= (
                      SELECT
                        MIN(`days`.`d`)
                      FROM `gold`.`days` AS `days`
                    )
                ) AS `units`
                GROUP BY
                  1
              ) AS `counted`
            ) AS `before`
              ON `before`.`number` = `own`.`number` - 3
          ) AS `windows`
            ON `windows`.`whole` = `now`.`whole`
          INNER JOIN (
            SELECT
              `units`.`unit`,
              `units`.`whole`,
              ROW_NUMBER() OVER (PARTITION BY `units`.`whole` ORDER BY `units`.`unit` NULLS LAST) AS `place`
            FROM (
              SELECT
                `days`.`unit`,
                MIN(`days`.`whole`) AS `whole`,
                MAX(`days`.`day`) AS `last`
              FROM (
                SELECT DISTINCT
                  `days`.`d` AS `day`,
                  `days`.`d` AS `unit`,
                  `days`.`fm` AS `whole`
                FROM `gold`.`days` AS `days`
                WHERE
                  (
                    NOT `days`.`d` IS NULL
                  )
                  AND (
                    NOT `days`.`d` IS NULL
                  )
                  AND (
                    NOT `days`.`fm` IS NULL
                  )
              ) AS `days`
              GROUP BY
                1
              HAVING
                MIN(`days`.`whole`) >= (
                  SELECT
                    MIN(`days`.`d`)
                  FROM `gold`.`days` AS `days`
                )
            ) AS `units`
          ) AS `then`
            ON `then`.`whole` = CASE
              WHEN `now`.`place` = `windows`.`length` OR `now`.`place` >= `windows`.`before_length`
              THEN `windows`.`first`
              ELSE `windows`.`before`
            END
            AND `then`.`place` = CASE
              WHEN `now`.`place` = `windows`.`length` OR `now`.`place` >= `windows`.`before_length`
              THEN 1
              ELSE `now`.`place` + 1
            END
        ) AS `lows`
        WHERE
          `lows`.`unit` = CAST('2024-03-31' AS DATE)
      )
    GROUP BY
      1
  ) AS `rows__ledger__0__0`
) AS `grouped`
ORDER BY
  1 ASC NULLS LAST;

-- all so far, by fiscal month
WITH `rows__ledger__0__0` AS (
  SELECT
    `ledger`.`day` AS `d0`,
    SUM(`ledger`.`amount`) AS `v0`
  FROM `gold`.`ledger` AS `ledger`
  WHERE
    NOT `ledger`.`day` IS NULL
  GROUP BY
    1
), `spine__ledger__0__0` AS (
  SELECT DISTINCT
    `shown`.`period` AS `t`,
    `ends`.`last` AS `high`
  FROM (
    SELECT DISTINCT
      `days`.`period`
    FROM (
      SELECT DISTINCT
        `days`.`d` AS `day`,
        `days`.`fm` AS `period`
      FROM `gold`.`days` AS `days`
      WHERE
        (
          NOT `days`.`d` IS NULL
        ) AND (
          NOT `days`.`fm` IS NULL
        )
    ) AS `days`
    WHERE
      `days`.`day` BETWEEN (
        SELECT
          MIN(`rows__ledger__0__0`.`d0`)
        FROM `rows__ledger__0__0`
      ) AND (
        SELECT
          MAX(`rows__ledger__0__0`.`d0`)
        FROM `rows__ledger__0__0`
      )
  ) AS `shown`
  INNER JOIN (
    SELECT
      `days`.`period`,
      MAX(`days`.`day`) AS `last`
    FROM (
      SELECT DISTINCT
        `days`.`d` AS `day`,
        `days`.`fm` AS `period`
      FROM `gold`.`days` AS `days`
      WHERE
        (
          NOT `days`.`d` IS NULL
        ) AND (
          NOT `days`.`fm` IS NULL
        )
    ) AS `days`
    GROUP BY
      1
  ) AS `ends`
    ON `ends`.`period` = `shown`.`period`
)
SELECT
  `grouped`.`d0` AS `fiscal_month`,
  ROUND(CAST(`grouped`.`u0` AS BIGNUMERIC), 2) AS `revenue|ever`
FROM (
  SELECT
    `reached`.`d0` AS `d0`,
    `reached`.`v0` AS `u0`,
    1 AS `made`
  FROM (
    SELECT
      `marked`.`t` AS `d0`,
      `marked`.`mark`,
      SUM(`marked`.`v0`) OVER (
        ORDER BY `marked`.`day`, `marked`.`mark`
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS `v0`,
      COUNT(`marked`.`held`) OVER (
        ORDER BY `marked`.`day`, `marked`.`mark`
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS `held`
    FROM (
      SELECT
        `rows__ledger__0__0`.`d0` AS `day`,
        0 AS `mark`,
        CAST(NULL AS DATE) AS `t`,
        `rows__ledger__0__0`.`v0`,
        1 AS `held`
      FROM `rows__ledger__0__0`
      UNION ALL
      SELECT
        `spine__ledger__0__0`.`high`,
        1,
        `spine__ledger__0__0`.`t`,
        NULL,
        NULL
      FROM `spine__ledger__0__0`
    ) AS `marked`
  ) AS `reached`
  WHERE
    `reached`.`mark` = 1 AND `reached`.`held` > 0
) AS `grouped`
ORDER BY
  1 ASC NULLS LAST;

-- gaps filled
WITH `current_groups` AS (
  SELECT
    DATE_TRUNC(`ledger`.`day`, MONTH) AS `d0`,
    `ledger`.`region` AS `d1`,
    SUM(`ledger`.`amount`) AS `u0`,
    1 AS `made`
  FROM `gold`.`ledger` AS `ledger`
  GROUP BY
    1,
    2
)
SELECT
  `grouped`.`d0` AS `month`,
  `grouped`.`d1` AS `region`,
  `grouped`.`u0` AS `revenue`
FROM (
  SELECT
    `united`.`d0`,
    `united`.`d1`,
    MAX(`united`.`u0`) AS `u0`
  FROM (
    SELECT
      `current_groups`.`d0` AS `d0`,
      `current_groups`.`d1` AS `d1`,
      `current_groups`.`u0` AS `u0`,
      1 AS `made`
    FROM `current_groups`
    UNION ALL
    SELECT
      `periods`.`t` AS `d0`,
      `groups`.`d1` AS `d1`,
      CAST(NULL AS BIGNUMERIC) AS `u0`,
      1 AS `made`
    FROM (
      SELECT
        v AS `t`
      FROM UNNEST(GENERATE_DATE_ARRAY(
        (
          SELECT
            MIN(`current_groups`.`d0`)
          FROM `current_groups`
        ),
        (
          SELECT
            MAX(`current_groups`.`d0`)
          FROM `current_groups`
        ),
        INTERVAL 1 MONTH
      )) AS v
    ) AS `periods`
    CROSS JOIN (
      SELECT DISTINCT
        `current_groups`.`d1`
      FROM `current_groups`
    ) AS `groups`
  ) AS `united`
  GROUP BY
    1,
    2
) AS `grouped`
ORDER BY
  1 ASC NULLS LAST,
  2 ASC NULLS LAST;

-- the last state of each quarter
SELECT
  `groups`.`d0` AS `quarter`,
  `groups`.`d1` AS `region`,
  MAX(`groups`.`m0`) AS `last_amount`,
  MAX(`groups`.`m1`) AS `last_of_customer`
FROM (
  SELECT
    DATE_TRUNC(`ledger`.`day`, QUARTER) AS `d0`,
    `ledger`.`region` AS `d1`,
    SUM(`ledger`.`amount`) AS `m0`,
    CAST(NULL AS BIGNUMERIC) AS `m1`
  FROM `gold`.`ledger` AS `ledger`
  WHERE
    `ledger`.`day` IN (
      SELECT
        `instants`.`v`
      FROM (
        SELECT
          DATE_TRUNC(`ledger`.`day`, QUARTER) AS `d0`,
          MAX(`ledger`.`day`) AS `v`
        FROM `gold`.`ledger` AS `ledger`
        GROUP BY
          1
      ) AS `instants`
    )
  GROUP BY
    1,
    2
  UNION ALL
  SELECT
    DATE_TRUNC(`ledger`.`day`, QUARTER) AS `d0`,
    `ledger`.`region` AS `d1`,
    CAST(NULL AS BIGNUMERIC) AS `m0`,
    SUM(`ledger`.`amount`) AS `m1`
  FROM `gold`.`ledger` AS `ledger`
  WHERE
    (
      `ledger`.`day`,
      COALESCE(CAST(`ledger`.`customer` AS STRING), ''),
      (
        `ledger`.`customer` IS NULL
      )
    ) IN (
      SELECT
        `instants`.`v`,
        COALESCE(CAST(`instants`.`d1` AS STRING), ''),
        (
          `instants`.`d1` IS NULL
        )
      FROM (
        SELECT
          DATE_TRUNC(`ledger`.`day`, QUARTER) AS `d0`,
          `ledger`.`customer` AS `d1`,
          MAX(`ledger`.`day`) AS `v`
        FROM `gold`.`ledger` AS `ledger`
        GROUP BY
          1,
          2
      ) AS `instants`
    )
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

-- rank and share
SELECT
  `spread`.`d0` AS `region`,
  `spread`.`d1` AS `status`,
  CASE
    WHEN NOT `spread`.`u0` IS NULL
    THEN CAST(RANK() OVER (ORDER BY `spread`.`u0` DESC) AS INT64)
  END AS `revenue|rank`,
  (
    CAST(`spread`.`u0` AS FLOAT64) / NULLIF(CAST(`spread`.`u1` AS FLOAT64), 0)
  ) AS `revenue|share|region`
FROM (
  SELECT
    `grouped`.`d0`,
    `grouped`.`d1`,
    `grouped`.`level`,
    `grouped`.`u0`,
    MAX(`grouped`.`u1`) OVER (PARTITION BY `grouped`.`d0`) AS `u1`
  FROM (
    SELECT
      `united`.`d0`,
      `united`.`d1`,
      `united`.`level`,
      MAX(`united`.`u0`) AS `u0`,
      MAX(`united`.`u1`) AS `u1`
    FROM (
      SELECT
        `ledger`.`region` AS `d0`,
        `ledger`.`status` AS `d1`,
        0 AS `level`,
        SUM(`ledger`.`amount`) AS `u0`,
        CAST(NULL AS BIGNUMERIC) AS `u1`,
        1 AS `made`
      FROM `gold`.`ledger` AS `ledger`
      GROUP BY
        1,
        2
      UNION ALL
      SELECT
        `earlier`.`d0` AS `d0`,
        CAST(NULL AS STRING) AS `d1`,
        1 AS `level`,
        CAST(NULL AS BIGNUMERIC) AS `u0`,
        `earlier`.`v0` AS `u1`,
        0 AS `made`
      FROM (
        SELECT
          `ledger`.`region` AS `d0`,
          SUM(`ledger`.`amount`) AS `v0`
        FROM `gold`.`ledger` AS `ledger`
        GROUP BY
          1
      ) AS `earlier`
    ) AS `united`
    GROUP BY
      1,
      2,
      3
    HAVING
      MAX(`united`.`made`) = 1 OR `united`.`level` >= 1
  ) AS `grouped`
) AS `spread`
WHERE
  `spread`.`level` = 0
ORDER BY
  1 ASC NULLS LAST,
  2 ASC NULLS LAST;

-- totals
SELECT
  `levels`.`region`,
  `levels`.`status`,
  `levels`.`revenue`,
  `levels`.`buyers`,
  `levels`.`totals_level`
FROM (
  SELECT
    `level 2`.`region` AS `region`,
    `level 2`.`status` AS `status`,
    `level 2`.`revenue` AS `revenue`,
    `level 2`.`buyers` AS `buyers`,
    CAST(2 AS INT64) AS `totals_level`
  FROM (
    SELECT
      `ledger`.`region` AS `region`,
      `ledger`.`status` AS `status`,
      SUM(`ledger`.`amount`) AS `revenue`,
      COUNT(DISTINCT `ledger`.`customer`) AS `buyers`
    FROM `gold`.`ledger` AS `ledger`
    GROUP BY
      1,
      2
    ORDER BY
      1 ASC NULLS LAST,
      2 ASC NULLS LAST
  ) AS `level 2`
  UNION ALL
  SELECT
    CAST(NULL AS STRING) AS `region`,
    CAST(NULL AS STRING) AS `status`,
    `level 0`.`revenue` AS `revenue`,
    `level 0`.`buyers` AS `buyers`,
    CAST(0 AS INT64) AS `totals_level`
  FROM (
    SELECT
      SUM(`ledger`.`amount`) AS `revenue`,
      COUNT(DISTINCT `ledger`.`customer`) AS `buyers`
    FROM `gold`.`ledger` AS `ledger`
  ) AS `level 0`
) AS `levels`
ORDER BY
  5 DESC,
  1 ASC NULLS LAST,
  2 ASC NULLS LAST;

-- subtotals
WITH `parts` AS (
  SELECT
    `ledger`.`region` AS `d0`,
    `ledger`.`status` AS `d1`,
    SUM(`ledger`.`amount`) AS `a0`
  FROM `gold`.`ledger` AS `ledger`
  GROUP BY
    1,
    2
)
SELECT
  `levels`.`region`,
  `levels`.`status`,
  `levels`.`revenue`,
  `levels`.`totals_level`
FROM (
  SELECT
    `level 2`.`region` AS `region`,
    `level 2`.`status` AS `status`,
    `level 2`.`revenue` AS `revenue`,
    CAST(2 AS INT64) AS `totals_level`
  FROM (
    SELECT
      `parts`.`d0` AS `region`,
      `parts`.`d1` AS `status`,
      `parts`.`a0` AS `revenue`
    FROM `parts`
    ORDER BY
      1 ASC NULLS LAST,
      2 ASC NULLS LAST
  ) AS `level 2`
  UNION ALL
  SELECT
    `level 1`.`region` AS `region`,
    CAST(NULL AS STRING) AS `status`,
    `level 1`.`revenue` AS `revenue`,
    CAST(1 AS INT64) AS `totals_level`
  FROM (
    SELECT
      `parts`.`d0` AS `region`,
      SUM(`parts`.`a0`) AS `revenue`
    FROM `parts`
    GROUP BY
      1
  ) AS `level 1`
) AS `levels`
ORDER BY
  4 DESC,
  1 ASC NULLS LAST,
  2 ASC NULLS LAST;

-- scan 5
SELECT
  CAST(DATETIME(`events`.`at`, 'UTC') AS DATE) AS `at_day`,
  COUNT(*) AS `events`
FROM `gold`.`events` AS `events`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- scan 20
SELECT
  `events__calendar__at__`.`fw` AS `at_fiscal_week`,
  COUNT(*) AS `events`
FROM `gold`.`events` AS `events`
LEFT JOIN `gold`.`days` AS `events__calendar__at__`
  ON `events__calendar__at__`.`d` = CAST(DATETIME(`events`.`at`, 'UTC') AS DATE)
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- scan 40
SELECT
  DATE_TRUNC(
    CAST(DATETIME((
      TIMESTAMP(`events`.`plain`, 'UTC')
    ), 'Australia/Lord_Howe') AS DATE),
    YEAR
  ) AS `plain_year`,
  COUNT(*) AS `events`
FROM `gold`.`events` AS `events`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- scan 72
SELECT
  COUNT(*) AS `events`
FROM `gold`.`events` AS `events`
WHERE
  `events`.`at` >= CAST('2024-03-30T23:00:00+00:00' AS TIMESTAMP)
  AND `events`.`at` < CAST('2024-03-31T22:00:00+00:00' AS TIMESTAMP);

-- scan 74
SELECT
  DATE_TRUNC(`sales`.`sold`, WEEK(SUNDAY)) AS `sold_week`,
  DATE_TRUNC(`sales`.`sold`, QUARTER) AS `sold_quarter`,
  COUNT(*) AS `sales`
FROM `gold`.`sales` AS `sales`
GROUP BY
  1,
  2
ORDER BY
  1 ASC NULLS LAST,
  2 ASC NULLS LAST;

-- scan 76
SELECT
  `distinct`.`d0` AS `topic`,
  COUNT(*) AS `orders`,
  SUM(`distinct`.`v0`) AS `revenue`,
  ROUND(CAST(SUM(CAST(`distinct`.`v1` AS BIGNUMERIC)) AS BIGNUMERIC), 0) AS `units`,
  MAX(`distinct`.`v0`) AS `biggest`
FROM (
  SELECT DISTINCT
    `orders__order_tags__order__tagged`.`topic` AS `d0`,
    `orders`.`id` AS `k0`,
    `orders`.`total` AS `v0`,
    `orders`.`qty` AS `v1`
  FROM `gold`.`orders` AS `orders`
  LEFT JOIN `gold`.`order_tags` AS `orders__order_tags__order__`
    ON `orders`.`id` = `orders__order_tags__order__`.`order_id`
  LEFT JOIN `gold`.`tags` AS `orders__order_tags__order__tagged`
    ON `orders__order_tags__order__`.`tag` = `orders__order_tags__order__tagged`.`tag`
) AS `distinct`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- scan 77
SELECT
  `distinct`.`d0` AS `topic`,
  ROUND(CAST(SUM((
    `distinct`.`v0`
  ) * `distinct`.`share`) AS BIGNUMERIC), 2) AS `revenue`,
  ROUND(
    CAST(SUM(
      CASE WHEN `distinct`.`v0` < 5 THEN (
        `distinct`.`v0`
      ) * `distinct`.`share` END
    ) AS BIGNUMERIC),
    2
  ) AS `small`
FROM (
  SELECT
    `orders__through__split__tagged`.`topic` AS `d0`,
    `orders`.`id` AS `k0`,
    `orders`.`total` AS `v0`,
    ROUND(
      CAST(SUM(
        CASE
          WHEN `orders__through__split__`.`order_id` IS NULL
          THEN ROUND(CAST(1 AS BIGNUMERIC), 9)
          ELSE COALESCE(ROUND(CAST(`orders__through__split__`.`part` AS BIGNUMERIC), 9), 0)
        END
      ) AS BIGNUMERIC),
      9
    ) AS `share`
  FROM `gold`.`orders` AS `orders`
  LEFT JOIN `gold`.`order_tags` AS `orders__through__split__`
    ON `orders`.`id` = `orders__through__split__`.`order_id`
  LEFT JOIN `gold`.`tags` AS `orders__through__split__tagged`
    ON `orders__through__split__`.`tag` = `orders__through__split__tagged`.`tag`
  GROUP BY
    1,
    2,
    3
) AS `distinct`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- scan 80
SELECT
  `distinct`.`d0` AS `name`,
  COUNT(*) AS `people`
FROM (
  SELECT DISTINCT
    `people__friends__person__friend`.`name` AS `d0`,
    `people`.`id` AS `k0`
  FROM `gold`.`people` AS `people`
  LEFT JOIN `gold`.`friends` AS `people__friends__person__`
    ON `people`.`id` = `people__friends__person__`.`person`
  LEFT JOIN `gold`.`people` AS `people__friends__person__friend`
    ON `people__friends__person__`.`friend` = `people__friends__person__friend`.`id`
) AS `distinct`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- scan 84
SELECT
  `visits`.`page` AS `page`,
  (
    SELECT
      PERCENTILE_CONT(`v`, 0.9) OVER ()
    FROM UNNEST(ARRAY_AGG(CAST(`visits`.`stay` AS FLOAT64) IGNORE NULLS)) AS `v`
    LIMIT 1
  ) AS `p90`,
  (
    SELECT
      PERCENTILE_DISC(`v`, 0.28) OVER ()
    FROM UNNEST(ARRAY_AGG(CASE WHEN `visits`.`stay` > 0 THEN `visits`.`stay` * 2 END IGNORE NULLS)) AS `v`
    LIMIT 1
  ) AS `low`,
  (
    SELECT
      PERCENTILE_CONT(`v`, 0.5) OVER ()
    FROM UNNEST(ARRAY_AGG(
      CASE WHEN `visits`.`page` = 'start' THEN CAST(`visits`.`stay` AS FLOAT64) END IGNORE NULLS
    )) AS `v`
    LIMIT 1
  ) AS `middle`,
  SQRT(
    (
      CAST((
        COUNT(`visits`.`stay`) * SUM(`visits`.`stay` * `visits`.`stay`) - SUM(`visits`.`stay`) * SUM(`visits`.`stay`)
      ) AS FLOAT64) / NULLIF(
        CAST((
          CAST(COUNT(`visits`.`stay`) AS FLOAT64) * CAST(COUNT(`visits`.`stay`) - 1 AS FLOAT64)
        ) AS FLOAT64),
        0
      )
    )
  ) AS `spread`,
  (
    CAST((
      COUNT(`visits`.`stay`) * SUM(`visits`.`stay` * `visits`.`stay`) - SUM(`visits`.`stay`) * SUM(`visits`.`stay`)
    ) AS FLOAT64) / NULLIF(
      CAST((
        CAST(COUNT(`visits`.`stay`) AS FLOAT64) * CAST(COUNT(`visits`.`stay`) AS FLOAT64)
      ) AS FLOAT64),
      0
    )
  ) AS `variance`
FROM `gold`.`visits` AS `visits`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- scan 86
SELECT
  `groups`.`d0` AS `country`,
  (
    CAST(COALESCE(MAX(`groups`.`m0`), 0) AS FLOAT64) / NULLIF(CAST(MAX(`groups`.`m1`) AS FLOAT64), 0)
  ) AS `bought`,
  MAX(`groups`.`m2`) AS `paid`
FROM (
  SELECT
    `visits__person`.`country` AS `d0`,
    COUNT(*) AS `m0`,
    CAST(NULL AS INT64) AS `m1`,
    CAST(NULL AS INT64) AS `m2`
  FROM `gold`.`visits` AS `visits`
  LEFT JOIN `gold`.`people` AS `visits__person`
    ON `visits`.`who` = `visits__person`.`id`
  WHERE
    EXISTS(
      SELECT
        1
      FROM (
        SELECT
          `orders`.`buyer` AS `key`,
          `orders`.`day` AS `moment`
        FROM `gold`.`orders` AS `orders`
        WHERE
          `orders`.`status` = 'paid'
      ) AS `later`
      WHERE
        `later`.`key` = `visits`.`who`
        AND `later`.`moment` >= CAST(`visits`.`at` AS DATE)
        AND `later`.`moment` <= CAST(DATE_ADD(CAST(`visits`.`at` AS DATE), INTERVAL 7 DAY) AS DATE)
    )
  GROUP BY
    1
  UNION ALL
  SELECT
    `visits__person`.`country` AS `d0`,
    CAST(NULL AS INT64) AS `m0`,
    COUNT(*) AS `m1`,
    CAST(NULL AS INT64) AS `m2`
  FROM `gold`.`visits` AS `visits`
  LEFT JOIN `gold`.`people` AS `visits__person`
    ON `visits`.`who` = `visits__person`.`id`
  GROUP BY
    1
  UNION ALL
  SELECT
    `orders__person`.`country` AS `d0`,
    CAST(NULL AS INT64) AS `m0`,
    CAST(NULL AS INT64) AS `m1`,
    COUNT(CASE WHEN `orders`.`status` = 'paid' THEN 1 END) AS `m2`
  FROM `gold`.`orders` AS `orders`
  LEFT JOIN `gold`.`people` AS `orders__person`
    ON `orders`.`buyer` = `orders__person`.`id`
  GROUP BY
    1
) AS `groups`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- scan 87
SELECT
  `groups`.`d0` AS `month`,
  (
    CAST(COALESCE(MAX(`groups`.`m0`), 0) AS FLOAT64) / NULLIF(CAST(MAX(`groups`.`m1`) AS FLOAT64), 0)
  ) AS `again`,
  (
    CAST(COALESCE(MAX(`groups`.`m2`), 0) AS FLOAT64) / NULLIF(CAST(MAX(`groups`.`m3`) AS FLOAT64), 0)
  ) AS `kept`,
  CAST(CASE WHEN NOT MAX(`groups`.`m5`) IS NULL THEN COALESCE(MAX(`groups`.`m4`), 0) END AS INT64) AS `kept_people`
FROM (
  SELECT
    DATE_TRUNC(`orders`.`day`, MONTH) AS `d0`,
    COUNT(*) AS `m0`,
    CAST(NULL AS INT64) AS `m1`,
    CAST(NULL AS INT64) AS `m2`,
    CAST(NULL AS INT64) AS `m3`,
    CAST(NULL AS INT64) AS `m4`,
    CAST(NULL AS INT64) AS `m5`
  FROM `gold`.`orders` AS `orders`
  WHERE
    EXISTS(
      SELECT
        1
      FROM (
        SELECT
          `orders`.`buyer` AS `key`,
          `orders`.`day` AS `moment`
        FROM `gold`.`orders` AS `orders`
      ) AS `later`
      WHERE
        `later`.`key` = `orders`.`buyer`
        AND `later`.`moment` > `orders`.`day`
        AND `later`.`moment` <= CAST(DATE_ADD(`orders`.`day`, INTERVAL 1 MONTH) AS DATE)
    )
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC(`orders`.`day`, MONTH) AS `d0`,
    CAST(NULL AS INT64) AS `m0`,
    COUNT(*) AS `m1`,
    CAST(NULL AS INT64) AS `m2`,
    CAST(NULL AS INT64) AS `m3`,
    CAST(NULL AS INT64) AS `m4`,
    CAST(NULL AS INT64) AS `m5`
  FROM `gold`.`orders` AS `orders`
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC(`orders`.`moment`, MONTH) AS `d0`,
    CAST(NULL AS INT64) AS `m0`,
    CAST(NULL AS INT64) AS `m1`,
    COUNT(`orders`.`key`) AS `m2`,
    CAST(NULL AS INT64) AS `m3`,
    CAST(NULL AS INT64) AS `m4`,
    CAST(NULL AS INT64) AS `m5`
  FROM (
    SELECT
      `first`.`key`,
      `first`.`moment`
    FROM (
      SELECT
        `orders`.`buyer` AS `key`,
        MIN(`orders`.`day`) AS `moment`
      FROM `gold`.`orders` AS `orders`
      WHERE
        (
          NOT `orders`.`buyer` IS NULL
        ) AND (
          NOT `orders`.`day` IS NULL
        )
      GROUP BY
        1
    ) AS `first`
    WHERE
      EXISTS(
        SELECT
          1
        FROM (
          SELECT
            `orders`.`buyer` AS `key`,
            `orders`.`day` AS `moment`
          FROM `gold`.`orders` AS `orders`
          WHERE
            `orders`.`status` = 'paid'
        ) AS `later`
        WHERE
          `later`.`key` = `first`.`key`
          AND DATE_TRUNC(`later`.`moment`, MONTH) = CAST(DATE_ADD(DATE_TRUNC(`first`.`moment`, MONTH), INTERVAL 1 MONTH) AS DATE)
      )
  ) AS `orders`
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC(`orders`.`moment`, MONTH) AS `d0`,
    CAST(NULL AS INT64) AS `m0`,
    CAST(NULL AS INT64) AS `m1`,
    CAST(NULL AS INT64) AS `m2`,
    COUNT(`orders`.`key`) AS `m3`,
    CAST(NULL AS INT64) AS `m4`,
    CAST(NULL AS INT64) AS `m5`
  FROM (
    SELECT
      `orders`.`buyer` AS `key`,
      MIN(`orders`.`day`) AS `moment`
    FROM `gold`.`orders` AS `orders`
    WHERE
      (
        NOT `orders`.`buyer` IS NULL
      ) AND (
        NOT `orders`.`day` IS NULL
      )
    GROUP BY
      1
  ) AS `orders`
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC(`orders`.`moment`, MONTH) AS `d0`,
    CAST(NULL AS INT64) AS `m0`,
    CAST(NULL AS INT64) AS `m1`,
    CAST(NULL AS INT64) AS `m2`,
    CAST(NULL AS INT64) AS `m3`,
    COUNT(`orders`.`key`) AS `m4`,
    CAST(NULL AS INT64) AS `m5`
  FROM (
    SELECT
      `first`.`key`,
      `first`.`moment`
    FROM (
      SELECT
        `orders`.`buyer` AS `key`,
        MIN(`orders`.`day`) AS `moment`
      FROM `gold`.`orders` AS `orders`
      WHERE
        `orders`.`status` = 'paid'
        AND (
          NOT `orders`.`buyer` IS NULL
        )
        AND (
          NOT `orders`.`day` IS NULL
        )
      GROUP BY
        1
    ) AS `first`
    WHERE
      EXISTS(
        SELECT
          1
        FROM (
          SELECT
            `orders`.`buyer` AS `key`,
            `orders`.`day` AS `moment`
          FROM `gold`.`orders` AS `orders`
        ) AS `later`
        WHERE
          `later`.`key` = `first`.`key`
          AND DATE_TRUNC(`later`.`moment`, MONTH) = CAST(DATE_ADD(DATE_TRUNC(`first`.`moment`, MONTH), INTERVAL 2 MONTH) AS DATE)
      )
  ) AS `orders`
  GROUP BY
    1
  UNION ALL
  SELECT
    DATE_TRUNC(`orders`.`moment`, MONTH) AS `d0`,
    CAST(NULL AS INT64) AS `m0`,
    CAST(NULL AS INT64) AS `m1`,
    CAST(NULL AS INT64) AS `m2`,
    CAST(NULL AS INT64) AS `m3`,
    CAST(NULL AS INT64) AS `m4`,
    COUNT(`orders`.`key`) AS `m5`
  FROM (
    SELECT
      `orders`.`buyer` AS `key`,
      MIN(`orders`.`day`) AS `moment`
    FROM `gold`.`orders` AS `orders`
    WHERE
      `orders`.`status` = 'paid'
      AND (
        NOT `orders`.`buyer` IS NULL
      )
      AND (
        NOT `orders`.`day` IS NULL
      )
    GROUP BY
      1
  ) AS `orders`
  GROUP BY
    1
) AS `groups`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- scan 90
SELECT
  CASE
    WHEN NOT `people`.`phone` IS NULL
    THEN CASE
      WHEN LENGTH(CAST(`people`.`phone` AS STRING)) > 4
      THEN '***' || RIGHT(CAST(`people`.`phone` AS STRING), 4)
      ELSE '***'
    END
  END AS `phone`,
  COUNT(*) AS `people`
FROM `gold`.`people` AS `people`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;

-- scan 94
SELECT
  DATE_TRUNC(CAST(DATETIME(`people`.`seen`, 'UTC') AS DATE), YEAR) AS `seen`,
  COUNT(*) AS `people`
FROM `gold`.`people` AS `people`
GROUP BY
  1
ORDER BY
  1 ASC NULLS LAST;
