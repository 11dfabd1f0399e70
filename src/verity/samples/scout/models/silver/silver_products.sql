{{ config(schema='silver') }}

-- One row a product: of several deliveries the one last updated, then last loaded.
with parsed as (
    select
        (cast(raw as json) ->> 'product_id') as product_id,
        (cast(raw as json) ->> 'name') as product_name,
        (cast(raw as json) ->> 'category') as category,
        (cast(raw as json) ->> 'brand') as brand,
        cast((cast(raw as json) ->> 'unit_cost') as decimal(12, 2)) as unit_cost,
        cast((cast(raw as json) ->> 'list_price') as decimal(12, 2)) as list_price,
        cast((cast(raw as json) ->> 'updated_at') as timestamp) as updated_at,
        _verity_loaded_at,
        _verity_row_hash
    from {{ source('bronze', 'bronze_products') }}
),

numbered as (
    select
        parsed.*,
        row_number() over (
            partition by product_id
            order by updated_at desc, _verity_loaded_at desc, _verity_row_hash
        ) as age_rank
    from parsed
)

select product_id, product_name, category, brand, unit_cost, list_price, updated_at
from numbered
where age_rank = 1
