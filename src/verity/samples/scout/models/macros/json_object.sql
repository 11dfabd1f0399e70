{# A JSON object with every value as text: json_object(['a', 'b']) is {"a": ..., "b": ...}. #}
{% macro json_object(columns) -%}
    {{ adapter.dispatch('json_object', 'scout')(columns) }}
{%- endmacro %}

{% macro default__json_object(columns) -%}
    cast(json_object({{ json_pairs(columns) }}) as varchar)
{%- endmacro %}

{% macro postgres__json_object(columns) -%}
    cast(json_build_object({{ json_pairs(columns) }}) as varchar)
{%- endmacro %}

{% macro json_pairs(columns) -%}
    {%- for column in columns -%}
        '{{ column }}', cast({{ column }} as varchar){{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
