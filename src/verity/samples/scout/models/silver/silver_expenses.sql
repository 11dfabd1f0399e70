{{ config(schema='silver') }}

-- `access_region` is the branch's region: what a viewer may see is a condition on it.
select
    cast(expense.expense_id as varchar) as expense_id,
    cast(expense.branch_id as varchar) as branch_id,
    branch.region as access_region,
    cast(expense.vendor_id as varchar) as vendor_id,
    cast(expense.category as varchar) as expense_category,
    cast(expense.amount as decimal(14, 2)) as amount,
    cast(expense.expense_date as date) as expense_date,
    cast(expense.status as varchar) as status
from {{ source('bronze', 'bronze_expenses') }} as expense
left join {{ ref('silver_branches') }} as branch
    on cast(expense.branch_id as varchar) = branch.branch_id
