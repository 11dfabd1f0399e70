# A derived table, running totals and filters over words, after "Derived tables in Looker".
view: visits {
  derived_table: {
    sql: SELECT id, customer_id, visited_at, source FROM silver.visits WHERE source IS NOT NULL ;;
  }

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
  }

  dimension: customer_id {
    type: number
    sql: ${TABLE}.customer_id ;;
  }

  dimension: source {
    type: string
    label: "Where they came from"
    sql: ${TABLE}.source ;;
  }

  dimension_group: visited {
    type: time
    datatype: timestamp
    timeframes: [date, month, year, month_num]
    sql: ${TABLE}.visited_at ;;
  }

  measure: visits {
    type: count
  }

  measure: paid_visits {
    type: count
    filters: [source: "ads,-mail"]
  }

  measure: visitors {
    type: count_distinct
    sql: ${customer_id} ;;
  }

  measure: running_visits {
    type: running_total
    sql: ${visits} ;;
  }
}
