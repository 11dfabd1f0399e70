{{ config(schema='silver') }}

-- `access_region` is where the customer lives: what a viewer may see is a condition on it.
select
    cast(customer_id as varchar) as customer_id,
    cast(full_name as varchar) as full_name,
    cast(email as varchar) as email,
    cast(city as varchar) as city,
    cast(region as varchar) as access_region,
    cast(segment as varchar) as segment,
    cast(joined_on as date) as joined_on
from {{ source('bronze', 'bronze_customers') }}
