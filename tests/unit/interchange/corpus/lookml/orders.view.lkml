# Dimensions of every everyday type and the measures over them, after "Dimension, filter, and parameter types".
view: orders {
  sql_table_name: public.orders ;;
  label: "Sales orders"

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
  }

  dimension: customer_id {
    type: number
    hidden: yes
    sql: ${TABLE}.customer_id ;;
  }

  dimension: status {
    type: string
    description: "What became of the order"
    suggestions: ["completed", "shipped", "cancelled"]
    sql: ${TABLE}.status ;;
    group_label: "Lifecycle"
  }

  dimension: is_completed {
    type: yesno
    sql: ${status} = 'completed' ;;
  }

  dimension: amount {
    type: number
    value_format_name: usd
    sql: ${TABLE}.amount ;;
  }

  dimension: amount_tier {
    type: tier
    tiers: [0, 100, 250]
    style: integer
    sql: ${amount} ;;
  }

  dimension: region {
    case: {
      when: {
        sql: ${TABLE}.amount >= 250 ;;
        label: "Key order"
      }
      when: {
        sql: ${TABLE}.amount >= 100 ;;
        label: "Middle"
      }
      else: "Small"
    }
  }

  dimension_group: created {
    type: time
    timeframes: [raw, date, week, month, quarter, year, hour_of_day]
    sql: ${TABLE}.created_at ;;
  }

  dimension_group: to_completion {
    type: duration
    intervals: [day, month]
    sql_start: ${created_raw} ;;
    sql_end: ${TABLE}.completed_at ;;
  }

  measure: count {
    type: count
    drill_fields: [id, status, created_date]
  }

  measure: completed_count {
    type: count
    filters: [is_completed: "yes"]
  }

  measure: total_amount {
    label: "Revenue"
    description: "Everything that was ordered"
    type: sum
    sql: ${amount} ;;
    value_format_name: usd
  }

  measure: big_amount {
    type: sum
    sql: ${amount} ;;
    filters: [amount: ">=100", status: "completed,shipped"]
  }

  measure: average_amount {
    type: average
    sql: ${amount} ;;
    value_format: "$#,##0.00"
  }

  measure: buyers {
    type: count_distinct
    sql: ${customer_id} ;;
  }

  measure: completion_rate {
    type: number
    sql: 1.0 * ${completed_count} / NULLIF(${count}, 0) ;;
    value_format_name: percent_1
  }

  measure: median_amount {
    type: median
    sql: ${amount} ;;
  }

  measure: last_order {
    type: date
    sql: MAX(${created_raw}) ;;
  }

  measure: amount_last_year {
    type: period_over_period
    based_on: total_amount
    based_on_time: created_year
    period: year
    kind: previous
  }

  measure: share_of_amount {
    type: percent_of_total
    sql: ${total_amount} ;;
  }
}
