{# Growth in percent with two digits; NULL where there is nothing to compare with. Doubles divide alike on every
   engine, decimals don't. #}
{% macro growth_pct(now, before) -%}
    cast(
        100 * (cast({{ now }} as double precision) - cast({{ before }} as double precision))
        / cast(nullif({{ before }}, 0) as double precision)
        as decimal(18, 2)
    )
{%- endmacro %}
