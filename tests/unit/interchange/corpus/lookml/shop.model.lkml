# Views, an explore with its joins, an aggregate table and a policy, after "join" and "aggregate_table".
connection: "warehouse"
week_start_day: sunday
include: "/views/*.view.lkml"

explore: orders {
  label: "Orders and customers"
  sql_always_where: ${orders.status} <> 'test' ;;

  join: customers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${orders.customer_id} = ${customers.id} ;;
  }

  join: line_items {
    relationship: one_to_many
    sql_on: ${orders.id} = ${line_items.order_id} ;;
  }

  join: products {
    relationship: many_to_one
    sql_on: ${line_items.product_id} = ${products.id} ;;
  }

  aggregate_table: monthly {
    query: {
      dimensions: [orders.created_month, orders.status]
      measures: [orders.count, orders.total]
    }
    materialization: {
      datagroup_trigger: nightly
    }
  }
}

view: orders {
  sql_table_name: orders ;;
  dimension: id { primary_key: yes type: number sql: ${TABLE}.id ;; }
  dimension: customer_id { type: number hidden: yes sql: ${TABLE}.customer_id ;; }
  dimension: status { type: string sql: ${TABLE}.status ;; }
  dimension_group: created {
    type: time
    timeframes: [date, week, month, year]
    sql: ${TABLE}.created_at ;;
  }
  measure: count { type: count }
  measure: total { type: sum sql: ${TABLE}.amount ;; }
  measure: total_per_customer { type: number sql: ${total} / ${customers.count} ;; }
}

view: customers {
  sql_table_name: customers ;;
  dimension: id { primary_key: yes type: number sql: ${TABLE}.id ;; }
  dimension: country { type: string sql: ${TABLE}.country ;; tags: ["geo"] }
  dimension: home {
    type: location
    sql_latitude: ${TABLE}.latitude ;;
    sql_longitude: ${TABLE}.longitude ;;
  }
  dimension: full_name { type: string sql: ${TABLE}.first_name || ' ' || ${TABLE}.last_name ;; }
  measure: count { type: count }
}

view: line_items {
  sql_table_name: line_items ;;
  dimension: id { primary_key: yes type: number sql: ${TABLE}.id ;; }
  dimension: order_id { type: number hidden: yes sql: ${TABLE}.order_id ;; }
  dimension: product_id { type: number hidden: yes sql: ${TABLE}.product_id ;; }
  dimension: line_amount { type: number sql: ${TABLE}.price * ${TABLE}.quantity ;; }
  dimension_group: created { type: time timeframes: [date, month] sql: ${TABLE}.created_at ;; }
  measure: revenue { type: sum sql: ${line_amount} ;; }
  measure: domestic_revenue {
    type: sum
    sql: ${line_amount} ;;
    filters: [customers.country: "US"]
  }
}

view: products {
  sql_table_name: products ;;
  dimension: id { primary_key: yes type: number sql: ${TABLE}.id ;; }
  dimension: category { type: string label: "Department" sql: ${TABLE}.category ;; }
  measure: count { type: count }
}
