// Malloy (MIT) asked the questions of benchmarks/tpch.
//   node malloy/ask.cjs DUCKDB_FILE OUT.json      (run in .env/malloy, with NODE_PATH set to its node_modules)
const fs = require("node:fs");
const path = require("node:path");
const { Runtime } = require("@malloydata/malloy");
const { DuckDBConnection } = require("@malloydata/db-duckdb");

const TIMES = 7;
const [file, out] = process.argv.slice(2);
const IN_1995 = "where: l_shipdate >= @1995-01-01 and l_shipdate < @1996-01-01";

const QUESTIONS = {
  q01: "lineitem -> { aggregate: revenue }",
  q02: "lineitem -> { group_by: m is l_shipdate.month; aggregate: revenue }",
  q03: "lineitem -> { group_by: n is orders.customer.nation.n_name, y is orders.o_orderdate.year; aggregate: revenue }",
  q04: `orders extend {
      join_many: lines is duckdb.table('gold.lineitem') on o_orderkey = lines.l_orderkey
      measure: revenue is lines.sum(lines.l_extendedprice * (1 - lines.l_discount))
    } -> { group_by: customer.c_mktsegment; aggregate: revenue, orders, per_order is revenue / orders }`,
  q05: `lineitem -> { ${IN_1995} and orders.customer.c_mktsegment = 'BUILDING'
      group_by: orders.customer.c_name; aggregate: revenue; order_by: revenue desc; limit: 10 }`,
  q06: `lineitem -> { group_by: q is l_shipdate.quarter; aggregate: revenue } -> {
      select: q, revenue
      calculate: before is lag(revenue, 4) { order_by: q }, delta is revenue - lag(revenue, 4) { order_by: q },
        growth is (revenue - lag(revenue, 4) { order_by: q }) / lag(revenue, 4) { order_by: q } }`,
  q07: `hub -> { group_by: n_name; aggregate: orders is home.placed.count(), balance is maker.s_acctbal.sum() }`,
  q11: "part -> { group_by: partsupp.supplier.nation.n_name; aggregate: parts, list_price }",
  q12: "orders -> { group_by: m is o_orderdate.month; aggregate: customers }",
  q13: `lineitem -> { group_by: m is l_shipdate.month; aggregate: revenue } -> {
      select: m, y is m.year, revenue; calculate: ytd is sum_cumulative(revenue) { partition_by: y; order_by: m } }`,
  q14: `lineitem -> { group_by: m is l_shipdate.month; aggregate: revenue } -> {
      select: m, revenue
      calculate: rolling is revenue + (lag(revenue, 1) { order_by: m } ?? 0) + (lag(revenue, 2) { order_by: m } ?? 0) }`,
  q15: `lineitem -> { group_by: orders.customer.nation.region.r_name
      aggregate: revenue, share is revenue / all(revenue) }`,
  q16: `orders extend {
      join_many: lines is duckdb.table('gold.lineitem') on o_orderkey = lines.l_orderkey
    } -> { where: o_orderdate >= @1993-07-01 and o_orderdate < @1993-10-01 and lines.l_commitdate < lines.l_receiptdate
      group_by: o_orderpriority; aggregate: orders }`,
  q19: `lineitem -> { group_by: o is orders.o_orderdate.quarter, s is l_shipdate.quarter; aggregate: revenue }`,
  q20: `lineitem -> { group_by: s is supplier.nation.n_name, c is orders.customer.nation.n_name; aggregate: revenue }`,
  q21: `lineitem -> { group_by: l_orderkey; aggregate: quantity; having: quantity > 300
      order_by: quantity desc, l_orderkey; limit: 100 }`,
  q22: `lineitem -> { group_by: m is l_shipdate.month, l_returnflag; aggregate: revenue } -> {
      select: m, l_returnflag, revenue
      calculate: growth is (revenue - lag(revenue) { partition_by: l_returnflag; order_by: m })
        / lag(revenue) { partition_by: l_returnflag; order_by: m } }`,
  q23: `lineitem -> { where: l_shipdate < @1998-09-03; group_by: l_returnflag, l_linestatus
      aggregate: quantity, price, revenue, charge, q is l_quantity.avg(), p is l_extendedprice.avg(),
        d is l_discount.avg(), lines }`,
  q24: `lineitem -> { ${IN_1995}; group_by: m is l_shipdate.month; aggregate: s is promo_revenue / revenue }`,
  q27: `lineitem -> { group_by: r is orders.customer.nation.region.r_name, n is orders.customer.nation.n_name
      aggregate: revenue; calculate: place is rank() { partition_by: r; order_by: revenue desc } }`,
  q28: `lineitem -> { group_by: n is supplier.nation.n_name, y is orders.o_orderdate.year; aggregate: profit }`,
};
// Which of its columns are the hand SQL's, where it shows more.
const COLUMNS = { q13: [0, 3], q14: [0, 2] };
const CANNOT = {
  q08: "no semi-additive measure; max_by is not known as an aggregate",
  q10: "percentiles are not known as aggregates on DuckDB",
  q09: "no semi-additive measure; by hand it is two pipeline stages",
  q17: "no gap filling",
  q18: "subtotals only as nested queries",
  q25: "no conversion measure",
  q26: "no retention measure",
};
const BY_HAND = {
  q06: "a lag of four rows", q07: "a hub source made for it", q13: "a running sum by stage",
  q14: "two lags", q16: "a join and a distinct count", q22: "a lag of one row", q27: "a window by hand",
};

async function main() {
  const model = fs.readFileSync(path.join(__dirname, "tpch.malloy"), "utf8");
  const connection = new DuckDBConnection("duckdb", file, undefined, { readOnly: true });
  const runtime = new Runtime({ connection });
  const loaded = runtime.loadModel(model);
  const answers = Object.fromEntries(Object.entries(CANNOT).map(([name, why]) => [name, { cannot: why }]));
  for (const [name, text] of Object.entries(QUESTIONS)) {
    const spent = [];
    try {
      let sql = "";
      for (let turn = 0; turn < TIMES; turn++) {
        const began = performance.now();
        sql = await loaded.loadQuery(`run: ${text}`).getSQL();
        spent.push(performance.now() - began);
      }
      answers[name] = { sql: sql.trim().replace(/;$/, ""), milliseconds: spent.slice(1) };
      if (COLUMNS[name]) answers[name].columns = COLUMNS[name];
      if (BY_HAND[name]) answers[name].by_hand = BY_HAND[name];
    } catch (fault) {
      answers[name] = { cannot: String(fault.message ?? fault).split("\n").slice(0, 3).join(" ").slice(0, 300) };
    }
  }
  const versions = {};
  for (const name of ["@malloydata/malloy", "@malloydata/db-duckdb"]) {
    versions[name] = JSON.parse(fs.readFileSync(path.join("node_modules", name, "package.json"), "utf8")).version;
  }
  const sorted = Object.fromEntries(Object.entries(answers).sort());
  fs.writeFileSync(out, JSON.stringify({ peer: "malloy", versions, queries: sorted }, null, 1));
  await connection.close();
}

main().catch((fault) => {
  console.error(fault);
  process.exit(1);
});
