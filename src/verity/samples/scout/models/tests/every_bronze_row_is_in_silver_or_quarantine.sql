-- in = out + quarantined, exactly.
with counts as (
    select
        (select count(*) from {{ source('bronze', 'bronze_transactions') }}) as landed,
        (select count(*) from {{ ref('silver_validated_transactions') }}) as valid,
        (select count(*) from {{ ref('silver_transactions_quarantine') }}) as quarantined
)

select landed, valid, quarantined
from counts
where landed <> valid + quarantined
