# Extension and refinement, after "Reusing code with extends" and "LookML refinements".
view: timed {
  extension: required
  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
  }
  dimension_group: created {
    type: time
    timeframes: [raw, date, month]
    sql: ${TABLE}.created_at ;;
  }
  measure: count {
    type: count
  }
}

view: line_items {
  extends: [timed]
  sql_table_name: silver.line_items ;;
  dimension: quantity {
    type: number
    sql: ${TABLE}.quantity ;;
  }
  measure: units {
    type: sum
    sql: ${quantity} ;;
  }
  measure: p90_quantity {
    type: percentile
    percentile: 90
    sql: ${quantity} ;;
  }
}

view: +line_items {
  dimension: price {
    type: number
    sql: ${TABLE}.price ;;
    value_format_name: decimal_2
  }
  measure: revenue {
    type: sum
    sql: ${price} * ${quantity} ;;
    hidden: no
  }
  measure: dear_lines {
    type: count
    filters: [price: "[50,]"]
  }
}
