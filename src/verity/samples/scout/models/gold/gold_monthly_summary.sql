{{ config(schema='gold') }}

-- Growth is against the calendar month before and the same month a year before; NULL where that month has no row.
with monthly as (
    select
        cast(date_trunc('month', transaction_ts) as date) as month,
        product_category as category,
        cast(coalesce(sum(case when status = 'completed' then net_amount end), 0) as decimal(18, 2)) as total_amount,
        count(*) as transaction_count
    from {{ ref('scout_transactions') }}
    group by 1, 2
)

select
    this.month,
    this.category,
    this.total_amount,
    this.transaction_count,
    {{ growth_pct('this.total_amount', 'previous_month.total_amount') }} as mom_growth_pct,
    {{ growth_pct('this.total_amount', 'previous_year.total_amount') }} as yoy_growth_pct
from monthly as this
left join monthly as previous_month
    on this.category = previous_month.category
    and previous_month.month = cast(this.month - interval '1 month' as date)
left join monthly as previous_year
    on this.category = previous_year.category
    and previous_year.month = cast(this.month - interval '1 year' as date)
