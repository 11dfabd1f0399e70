{# The allowed categories as rows (key, category); `key` is how a text is compared. #}
{% macro allowed_categories() -%}
    select allowed.key, allowed.category
    from (
        values
        {%- for category in var('scout_categories') %}
            ('{{ category | lower }}', '{{ category }}'){{ ',' if not loop.last }}
        {%- endfor %}
    ) as allowed (key, category)
{%- endmacro %}
