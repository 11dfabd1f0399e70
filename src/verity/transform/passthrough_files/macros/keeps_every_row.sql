{# Holds when the model has exactly as many rows as its bronze table. #}
{% test keeps_every_row(model, bronze) %}
select bronze_rows, model_rows
from (
    select
        (select count(*) from {{ bronze }}) as bronze_rows,
        (select count(*) from {{ model }}) as model_rows
) as counted
where bronze_rows <> model_rows
{% endtest %}
