// Cube's schema compiler (Apache-2.0) asked the questions of benchmarks/tpch: the legacy JavaScript planner, because the
// Rust planner's binary is not in its npm packages.
//   node cube/ask.cjs DUCKDB_FILE OUT.json        (run in .env/cube, with NODE_PATH set to its node_modules)
process.env.CUBEJS_TESSERACT_SQL_PLANNER = "false";
const fs = require("node:fs");
const path = require("node:path");
const { prepareCompiler } = require("@cubejs-backend/schema-compiler");
const { DuckDBDriver } = require("@cubejs-backend/duckdb-driver");

const TIMES = 1;
const out = process.argv[3];
const SHIP = "lineitem.l_shipdate";
const ORDERED = "orders.o_orderdate";
const time = (dimension, granularity, dateRange) => ({ dimension, granularity, ...(dateRange && { dateRange }) });
const ALL = ["1992-01-01", "1998-12-31"];
const YEAR = ["1995-01-01", "1995-12-31"];

const QUESTIONS = {
  q01: { measures: ["lineitem.revenue"] },
  q02: { measures: ["lineitem.revenue"], timeDimensions: [time(SHIP, "month")] },
  q03: { measures: ["lineitem.revenue"], dimensions: ["nation.n_name"], timeDimensions: [time(ORDERED, "year")] },
  q04: {
    measures: ["lineitem.revenue", "orders.orders", "lineitem.revenue_per_order"],
    dimensions: ["customer.c_mktsegment"],
  },
  q05: {
    measures: ["lineitem.revenue"], dimensions: ["customer.c_name"], timeDimensions: [time(SHIP, undefined, YEAR)],
    filters: [{ member: "customer.c_mktsegment", operator: "equals", values: ["BUILDING"] }],
    order: [{ id: "lineitem.revenue", desc: true }], rowLimit: 10,
  },
  q06: {
    measures: ["revenue", "revenue_last_year", "revenue_delta", "revenue_growth_year"].map((m) => `lineitem.${m}`),
    timeDimensions: [time(SHIP, "quarter", ALL)],
  },
  q07: { measures: ["hub_orders.orders", "hub_supplier.balance"], dimensions: ["hub.n_name"] },
  q10: { measures: ["orders.median_order", "orders.p95_order"], dimensions: ["customer.c_mktsegment"] },
  q11: { measures: ["part.parts", "part.list_price"], dimensions: ["bridge_nation.n_name"] },
  q12: { measures: ["orders.customers"], timeDimensions: [time(ORDERED, "month")] },
  q13: { measures: ["lineitem.revenue_ytd"], timeDimensions: [time(SHIP, "month", ALL)] },
  q14: { measures: ["lineitem.revenue_3m"], timeDimensions: [time(SHIP, "month", ALL)] },
  q15: { measures: ["lineitem.revenue", "lineitem.revenue_share"], dimensions: ["region.r_name"] },
  q16: {
    measures: ["orders.orders"], dimensions: ["orders.o_orderpriority"],
    timeDimensions: [time(ORDERED, undefined, ["1993-07-01", "1993-09-30"])],
    filters: [{ member: "orders.is_late", operator: "equals", values: ["true"] }],
  },
  q19: { measures: ["lineitem.revenue"], timeDimensions: [time(ORDERED, "quarter"), time(SHIP, "quarter")] },
  q20: { measures: ["lineitem.revenue"], dimensions: ["supplier_nation.n_name", "nation.n_name"] },
  q21: {
    measures: ["lineitem.quantity"], dimensions: ["lineitem.l_orderkey"],
    filters: [{ member: "lineitem.quantity", operator: "gt", values: ["300"] }],
    order: [{ id: "lineitem.quantity", desc: true }, { id: "lineitem.l_orderkey", desc: false }], rowLimit: 100,
  },
  q22: {
    measures: ["lineitem.revenue", "lineitem.revenue_growth_month"], dimensions: ["lineitem.l_returnflag"],
    timeDimensions: [time(SHIP, "month", ALL)],
  },
  q23: {
    measures: ["quantity", "price", "revenue", "charge", "average_quantity", "average_price", "average_discount", "lines"]
      .map((m) => `lineitem.${m}`),
    dimensions: ["lineitem.l_returnflag", "lineitem.l_linestatus"],
    timeDimensions: [time(SHIP, undefined, ["1992-01-01", "1998-09-02"])],
  },
  q24: { measures: ["lineitem.promo_share"], timeDimensions: [time(SHIP, "month", YEAR)] },
  q27: { measures: ["lineitem.revenue", "lineitem.revenue_rank"], dimensions: ["region.r_name", "nation.n_name"] },
  q28: { measures: ["lineitem.profit"], dimensions: ["supplier_nation.n_name"], timeDimensions: [time(ORDERED, "year")] },
};
const CANNOT = {
  q08: "no semi-additive measure",
  q09: "no semi-additive measure",
  q17: "gaps are filled in the client only",
  q18: "no subtotals",
  q25: "no conversion measure",
  q26: "no retention measure",
};
// Where its columns come in another order than the hand SQL's.
const COLUMNS = { q22: [1, 0, 2, 3] };
const BY_HAND = { q07: "a hub cube made for it", q16: "the semi-join as a dimension in SQL", q10: "quantile_cont in SQL" };

const inlined = ([sql, values]) => {
  let next = 0;
  return sql.replace(/\?/g, () => `'${String(values[next++]).replaceAll("'", "''")}'`);
};

async function main() {
  const content = fs.readFileSync(path.join(__dirname, "model.js"), "utf8");
  const repository = { localPath: () => __dirname, dataSchemaFiles: async () => [{ fileName: "model.js", content }] };
  const compilers = prepareCompiler(repository, { nativeInstance: { newJinjaEngine: () => ({}) }, standalone: true });
  await compilers.compiler.compile();
  const Dialect = DuckDBDriver.dialectClass();
  const answers = Object.fromEntries(Object.entries(CANNOT).map(([name, why]) => [name, { cannot: why }]));
  for (const [name, asked] of Object.entries(QUESTIONS)) {
    const spent = [];
    try {
      let sql = "";
      for (let turn = 0; turn < TIMES; turn++) {
        const began = performance.now();
        const query = new Dialect(compilers, { timezone: "UTC", rowLimit: null, ...asked });
        sql = inlined(query.buildSqlAndParams());
        spent.push(performance.now() - began);
      }
      answers[name] = { sql, milliseconds: spent.slice(0, 1) }; // the compiler keeps a query that it has seen
      if (COLUMNS[name]) answers[name].columns = COLUMNS[name];
      if (BY_HAND[name]) answers[name].by_hand = BY_HAND[name];
    } catch (fault) {
      answers[name] = { cannot: String(fault.message ?? fault).split("\n").slice(0, 2).join(" ").slice(0, 300) };
    }
  }
  const versions = {};
  for (const name of ["@cubejs-backend/schema-compiler", "@cubejs-backend/duckdb-driver"]) {
    versions[name] = JSON.parse(fs.readFileSync(path.join("node_modules", name, "package.json"), "utf8")).version;
  }
  const sorted = Object.fromEntries(Object.entries(answers).sort());
  fs.writeFileSync(out, JSON.stringify({ peer: "cube", versions, queries: sorted }, null, 1));
}

main().then(() => process.exit(0), (fault) => {
  console.error(fault);
  process.exit(1);
});
