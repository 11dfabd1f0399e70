with sums as (
    select
        (select sum(total_amount) from {{ ref('gold_monthly_summary') }}) as summed,
        (select sum(net_amount) from {{ ref('scout_transactions') }} where status = 'completed') as direct
)

select summed, direct
from sums
where summed <> direct
