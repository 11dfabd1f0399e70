{{ config(schema='bronze') }}

-- Every landed row once, typed, with the first rule that it breaks (NULL = believable). Silver and the quarantine are
-- the two halves of this table, so that none can be lost between them.
with landed as (
    select
        cast(transaction_id as varchar) as transaction_id,
        cast(transaction_ts as timestamp) as transaction_ts,
        cast(branch_id as varchar) as branch_id,
        cast(customer_id as varchar) as customer_id,
        cast(product_id as varchar) as product_id,
        cast(category as varchar) as category,
        cast(quantity as integer) as quantity,
        cast(unit_price as decimal(12, 2)) as unit_price,
        cast(discount as decimal(12, 2)) as discount,
        cast(amount as decimal(14, 2)) as amount,
        cast(payment_method as varchar) as payment_method,
        cast(type as varchar) as type,
        cast(original_transaction_id as varchar) as original_transaction_id,
        cast(status as varchar) as status,
        cast(_verity_load_id as varchar) as _verity_load_id,
        cast(_verity_source as varchar) as _verity_source,
        _verity_loaded_at,
        cast(_verity_row_hash as varchar) as _verity_row_hash
    from {{ source('bronze', 'bronze_transactions') }}
),

allowed as (
    {{ allowed_categories() }}
),

row_checked as (
    select
        landed.*,
        allowed.category as known_category,
        case
            when landed.transaction_id is null then 'missing_transaction_id'
            when landed.transaction_ts is null then 'missing_timestamp'
            when landed.amount is null then 'missing_amount'
            when landed.amount <= 0 then 'amount_not_positive'
            when cast(landed.transaction_ts as date) > cast('{{ var("scout_today") }}' as date) then 'date_in_future'
            when allowed.category is null then 'unknown_category'
        end as broken_rule
    from landed
    left join allowed on lower(trim(landed.category)) = allowed.key
),

-- Of the believable rows with one id the first counts; a broken row never displaces a good one. Only the few ids that
-- occur twice are put in order: a window over every row sorts them all.
repeated as (
    select transaction_id
    from row_checked
    where broken_rule is null
    group by transaction_id
    having count(*) > 1
),

numbered as (
    select
        row_checked.*,
        row_number() over (
            partition by row_checked.transaction_id
            order by transaction_ts, _verity_loaded_at, _verity_source, _verity_row_hash
        ) as delivery
    from row_checked
    inner join repeated on row_checked.transaction_id = repeated.transaction_id
    where broken_rule is null

    union all

    select
        row_checked.*,
        1 as delivery
    from row_checked
    where broken_rule is not null
        or not exists (select 1 from repeated where repeated.transaction_id = row_checked.transaction_id)
)

select
    transaction_id,
    transaction_ts,
    branch_id,
    customer_id,
    product_id,
    category,
    known_category,
    quantity,
    unit_price,
    discount,
    amount,
    payment_method,
    type,
    original_transaction_id,
    status,
    case
        when broken_rule is null and delivery > 1 then 'duplicate_transaction_id'
        else broken_rule
    end as broken_rule,
    _verity_load_id,
    _verity_source,
    _verity_loaded_at,
    _verity_row_hash
from numbered
