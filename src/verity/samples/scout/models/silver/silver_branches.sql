{{ config(schema='silver') }}

select
    cast(branch_id as varchar) as branch_id,
    cast(branch_name as varchar) as branch_name,
    cast(city as varchar) as city,
    cast(region as varchar) as region,
    cast(island_group as varchar) as island_group,
    cast(opened_on as date) as opened_on
from {{ source('bronze', 'bronze_branches') }}
