{{ config(schema='silver') }}

select
    transaction_id,
    transaction_ts,
    branch_id,
    customer_id,
    product_id,
    known_category as category,
    quantity,
    unit_price,
    discount,
    amount,
    payment_method,
    type,
    original_transaction_id,
    status,
    _verity_load_id,
    _verity_row_hash
from {{ ref('bronze_transactions_checked') }}
where broken_rule is null
