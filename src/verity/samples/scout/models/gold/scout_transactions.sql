{{ config(schema='gold') }}

-- One row a valid transaction. `net_amount` is what it adds to revenue once completed: a return takes away.
-- `access_region` is the branch's region: what a viewer may see is a condition on it.
select
    sale.transaction_id,
    sale.transaction_ts,
    sale.branch_id,
    branch.region as access_region,
    sale.customer_id,
    sale.product_id,
    sale.category as product_category,
    sale.quantity,
    sale.unit_price,
    sale.discount,
    sale.amount,
    cast(case when sale.type = 'return' then -sale.amount else sale.amount end as decimal(14, 2)) as net_amount,
    sale.payment_method,
    sale.type,
    sale.original_transaction_id,
    sale.status
from {{ ref('silver_validated_transactions') }} as sale
left join {{ ref('silver_branches') }} as branch on sale.branch_id = branch.branch_id
