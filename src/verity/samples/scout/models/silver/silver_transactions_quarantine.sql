{{ config(schema='silver') }}

select
    transaction_id,
    broken_rule as rule,
    case broken_rule
        when 'missing_transaction_id' then 'The row has no transaction id.'
        when 'missing_timestamp' then 'The row has no time.'
        when 'missing_amount' then 'The row has no amount.'
        when 'amount_not_positive' then concat('The amount is ', cast(amount as varchar), '; it must be above zero.')
        when 'date_in_future'
            then concat('The sale is dated ', cast(cast(transaction_ts as date) as varchar), ', after {{ var("scout_today") }}.')
        when 'unknown_category' then concat('The category ''', category, ''' is not in the allowed list.')
        when 'duplicate_transaction_id' then 'The same transaction id was delivered before; the first delivery counts.'
    end as reason,
    {{ json_object([
        'transaction_id', 'transaction_ts', 'branch_id', 'customer_id', 'product_id', 'category', 'quantity',
        'unit_price', 'discount', 'amount', 'payment_method', 'type', 'original_transaction_id', 'status',
    ]) }} as raw_row,
    _verity_load_id,
    _verity_source,
    _verity_loaded_at,
    _verity_row_hash
from {{ ref('bronze_transactions_checked') }}
where broken_rule is not null
