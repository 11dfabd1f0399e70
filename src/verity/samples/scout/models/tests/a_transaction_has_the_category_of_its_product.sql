-- The dictionary reads the category through the product, so the two must not differ.
select sale.transaction_id, sale.product_category, product.category
from {{ ref('scout_transactions') }} as sale
inner join {{ ref('silver_products') }} as product on sale.product_id = product.product_id
where sale.product_category <> product.category
