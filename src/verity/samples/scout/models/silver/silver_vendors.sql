{{ config(schema='silver') }}

select
    cast(vendor_id as varchar) as vendor_id,
    cast(vendor_name as varchar) as vendor_name,
    cast(category as varchar) as vendor_type,
    cast(city as varchar) as vendor_city,
    cast(since as date) as since
from {{ source('bronze', 'bronze_vendors') }}
