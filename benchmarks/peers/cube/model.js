cube('region', {
  sql_table: 'gold.region',
  dimensions: { r_regionkey: { sql: 'r_regionkey', type: 'number', primary_key: true }, r_name: { sql: 'r_name', type: 'string' } },
});

cube('nation', {
  sql_table: 'gold.nation',
  joins: { region: { relationship: 'many_to_one', sql: `${CUBE}.n_regionkey = ${region}.r_regionkey` } },
  dimensions: { n_nationkey: { sql: 'n_nationkey', type: 'number', primary_key: true }, n_name: { sql: 'n_name', type: 'string' } },
});

cube('supplier_nation', {
  sql_table: 'gold.nation',
  dimensions: { n_nationkey: { sql: 'n_nationkey', type: 'number', primary_key: true }, n_name: { sql: 'n_name', type: 'string' } },
});

cube('supplier', {
  sql_table: 'gold.supplier',
  joins: { supplier_nation: { relationship: 'many_to_one', sql: `${CUBE}.s_nationkey = ${supplier_nation}.n_nationkey` } },
  measures: { balance: { sql: 's_acctbal', type: 'sum' } },
  dimensions: { s_suppkey: { sql: 's_suppkey', type: 'number', primary_key: true } },
});

cube('customer', {
  sql_table: 'gold.customer',
  joins: { nation: { relationship: 'many_to_one', sql: `${CUBE}.c_nationkey = ${nation}.n_nationkey` } },
  dimensions: {
    c_custkey: { sql: 'c_custkey', type: 'number', primary_key: true },
    c_name: { sql: 'c_name', type: 'string' },
    c_mktsegment: { sql: 'c_mktsegment', type: 'string' },
  },
});

cube('part', {
  sql_table: 'gold.part',
  joins: { partsupp: { relationship: 'one_to_many', sql: `${CUBE}.p_partkey = ${partsupp}.ps_partkey` } },
  measures: { parts: { type: 'count' }, list_price: { sql: 'p_retailprice', type: 'sum' } },
  dimensions: { p_partkey: { sql: 'p_partkey', type: 'number', primary_key: true }, p_type: { sql: 'p_type', type: 'string' } },
});

cube('partsupp', {
  sql_table: 'gold.partsupp',
  joins: { bridge_supplier: { relationship: 'many_to_one', sql: `${CUBE}.ps_suppkey = ${bridge_supplier}.s_suppkey` } },
  dimensions: { key: { sql: `${CUBE}.ps_partkey || '-' || ${CUBE}.ps_suppkey`, type: 'string', primary_key: true } },
});

cube('bridge_supplier', {
  sql_table: 'gold.supplier',
  joins: { bridge_nation: { relationship: 'many_to_one', sql: `${CUBE}.s_nationkey = ${bridge_nation}.n_nationkey` } },
  dimensions: { s_suppkey: { sql: 's_suppkey', type: 'number', primary_key: true } },
});

cube('bridge_nation', {
  sql_table: 'gold.nation',
  dimensions: { n_nationkey: { sql: 'n_nationkey', type: 'number', primary_key: true }, n_name: { sql: 'n_name', type: 'string' } },
});

cube('orders', {
  sql_table: 'gold.orders',
  joins: { customer: { relationship: 'many_to_one', sql: `${CUBE}.o_custkey = ${customer}.c_custkey` } },
  measures: {
    orders: { type: 'count' },
    customers: { sql: 'o_custkey', type: 'count_distinct' },
    median_order: { sql: `quantile_cont(${CUBE}.o_totalprice::double, 0.5)`, type: 'number' },
    p95_order: { sql: `quantile_cont(${CUBE}.o_totalprice::double, 0.95)`, type: 'number' },
  },
  dimensions: {
    o_orderkey: { sql: 'o_orderkey', type: 'number', primary_key: true },
    o_orderdate: { sql: 'o_orderdate', type: 'time' },
    o_orderpriority: { sql: 'o_orderpriority', type: 'string' },
    is_late: {
      sql: `${CUBE}.o_orderkey in (select l_orderkey from gold.lineitem where l_commitdate < l_receiptdate)`,
      type: 'boolean',
    },
  },
});

cube('lineitem', {
  sql_table: 'gold.lineitem',
  joins: {
    orders: { relationship: 'many_to_one', sql: `${CUBE}.l_orderkey = ${orders}.o_orderkey` },
    line_part: { relationship: 'many_to_one', sql: `${CUBE}.l_partkey = ${line_part}.p_partkey` },
    supplier: { relationship: 'many_to_one', sql: `${CUBE}.l_suppkey = ${supplier}.s_suppkey` },
    offer: {
      relationship: 'many_to_one',
      sql: `${CUBE}.l_partkey = ${offer}.ps_partkey and ${CUBE}.l_suppkey = ${offer}.ps_suppkey`,
    },
  },
  measures: {
    revenue: { sql: `${CUBE}.l_extendedprice * (1 - ${CUBE}.l_discount)`, type: 'sum' },
    charge: { sql: `${CUBE}.l_extendedprice * (1 - ${CUBE}.l_discount) * (1 + ${CUBE}.l_tax)`, type: 'sum' },
    quantity: { sql: 'l_quantity', type: 'sum' },
    price: { sql: 'l_extendedprice', type: 'sum' },
    average_quantity: { sql: 'l_quantity', type: 'avg' },
    average_price: { sql: 'l_extendedprice', type: 'avg' },
    average_discount: { sql: 'l_discount', type: 'avg' },
    lines: { type: 'count' },
    revenue_per_order: { sql: `${revenue}::double / ${orders.orders}`, type: 'number' },
    promo_revenue: {
      sql: `${CUBE}.l_extendedprice * (1 - ${CUBE}.l_discount)`,
      type: 'sum',
      filters: [{ sql: `${line_part.p_type} like 'PROMO%'` }],
    },
    promo_share: { sql: `${promo_revenue}::double / ${revenue}::double`, type: 'number' },
    profit: {
      sql: `${CUBE}.l_extendedprice * (1 - ${CUBE}.l_discount) - ${offer.ps_supplycost} * ${CUBE}.l_quantity`,
      type: 'sum',
    },
    revenue_last_year: {
      multi_stage: true, sql: `${revenue}`, type: 'number',
      time_shift: [{ time_dimension: `${CUBE.l_shipdate}`, interval: '1 year', type: 'prior' }],
    },
    revenue_delta: { multi_stage: true, sql: `${revenue} - ${revenue_last_year}`, type: 'number' },
    revenue_growth_year: {
      multi_stage: true, sql: `(${revenue} - ${revenue_last_year})::double / ${revenue_last_year}`, type: 'number',
    },
    revenue_last_month: {
      multi_stage: true, sql: `${revenue}`, type: 'number',
      time_shift: [{ time_dimension: `${CUBE.l_shipdate}`, interval: '1 month', type: 'prior' }],
    },
    revenue_growth_month: {
      multi_stage: true, sql: `(${revenue} - ${revenue_last_month})::double / ${revenue_last_month}`, type: 'number',
    },
    revenue_ytd: {
      sql: `${CUBE}.l_extendedprice * (1 - ${CUBE}.l_discount)`, type: 'sum',
      rolling_window: { type: 'to_date', granularity: 'year' },
    },
    revenue_3m: {
      sql: `${CUBE}.l_extendedprice * (1 - ${CUBE}.l_discount)`, type: 'sum',
      rolling_window: { trailing: '3 month', offset: 'end' },
    },
    revenue_all: { multi_stage: true, sql: `${revenue}`, type: 'sum', group_by: [] },
    revenue_share: { multi_stage: true, sql: `${revenue}::double / ${revenue_all}`, type: 'number' },
    revenue_rank: {
      multi_stage: true, type: 'rank', order_by: [{ sql: `${revenue}`, dir: 'desc' }], reduce_by: [nation.n_name],
    },
  },
  dimensions: {
    key: { sql: `${CUBE}.l_orderkey || '-' || ${CUBE}.l_linenumber`, type: 'string', primary_key: true },
    l_orderkey: { sql: 'l_orderkey', type: 'number' },
    l_shipdate: { sql: 'l_shipdate', type: 'time' },
    l_returnflag: { sql: 'l_returnflag', type: 'string' },
    l_linestatus: { sql: 'l_linestatus', type: 'string' },
  },
});

cube('line_part', {
  sql_table: 'gold.part',
  dimensions: { p_partkey: { sql: 'p_partkey', type: 'number', primary_key: true }, p_type: { sql: 'p_type', type: 'string' } },
});

cube('offer', {
  sql_table: 'gold.partsupp',
  dimensions: {
    key: { sql: `${CUBE}.ps_partkey || '-' || ${CUBE}.ps_suppkey`, type: 'string', primary_key: true },
    ps_supplycost: { sql: 'ps_supplycost', type: 'number' },
  },
});

// The hub that a chasm trap needs: a nation from which customers, their orders and suppliers are reached.
cube('hub', {
  sql_table: 'gold.nation',
  joins: {
    hub_customer: { relationship: 'one_to_many', sql: `${CUBE}.n_nationkey = ${hub_customer}.c_nationkey` },
    hub_supplier: { relationship: 'one_to_many', sql: `${CUBE}.n_nationkey = ${hub_supplier}.s_nationkey` },
  },
  dimensions: { n_nationkey: { sql: 'n_nationkey', type: 'number', primary_key: true }, n_name: { sql: 'n_name', type: 'string' } },
});

cube('hub_customer', {
  sql_table: 'gold.customer',
  joins: { hub_orders: { relationship: 'one_to_many', sql: `${CUBE}.c_custkey = ${hub_orders}.o_custkey` } },
  dimensions: { c_custkey: { sql: 'c_custkey', type: 'number', primary_key: true } },
});

cube('hub_orders', {
  sql_table: 'gold.orders',
  measures: { orders: { type: 'count' } },
  dimensions: { o_orderkey: { sql: 'o_orderkey', type: 'number', primary_key: true } },
});

cube('hub_supplier', {
  sql_table: 'gold.supplier',
  measures: { balance: { sql: 's_acctbal', type: 'sum' } },
  dimensions: { s_suppkey: { sql: 's_suppkey', type: 'number', primary_key: true } },
});
