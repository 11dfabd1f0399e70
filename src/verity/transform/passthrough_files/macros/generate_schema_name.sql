{# A model names its layer, config(schema='silver'), and that is its schema. A build on PostgreSQL adds a suffix and
   swaps the finished schemas in. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}{{ var('verity_schema_suffix', '') }}
{%- endmacro %}
