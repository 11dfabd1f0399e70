"""boring-semantic-layer (MIT) asked the questions of benchmarks/tpch; run by its own Python.

.env/bsl/bin/python bsl/ask.py DUCKDB_FILE OUT.json
"""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import ibis
from boring_semantic_layer import to_semantic_table
from ibis import _

TIMES = 7


class Inexpressible(Exception):
    """A question that the peer has no measure for: its verdict is `cannot`, with this reason."""


connection = ibis.duckdb.connect(sys.argv[1], read_only=True)


def table(name):
    return connection.table(name, database="gold")


region = to_semantic_table(table("region"), name="region").with_dimensions(r_regionkey=_.r_regionkey, r_name=_.r_name)
nation = to_semantic_table(table("nation"), name="nation").with_dimensions(n_nationkey=_.n_nationkey, n_name=_.n_name)
customer = (
    to_semantic_table(table("customer"), name="customer")
    .with_dimensions(c_custkey=_.c_custkey, c_name=_.c_name, c_mktsegment=_.c_mktsegment)
    .with_measures(customer_count=_.count())
)
supplier = (
    to_semantic_table(table("supplier"), name="supplier")
    .with_dimensions(s_suppkey=_.s_suppkey)
    .with_measures(balance=_.s_acctbal.sum())
)
part = (
    to_semantic_table(table("part"), name="part")
    .with_dimensions(p_partkey=_.p_partkey, p_type=_.p_type)
    .with_measures(parts=_.count(), list_price=_.p_retailprice.sum())
)
partsupp = (
    to_semantic_table(table("partsupp"), name="partsupp")
    .with_dimensions(ps_partkey=_.ps_partkey, ps_suppkey=_.ps_suppkey)
    .with_measures(offers=_.count())
)
orders = (
    to_semantic_table(table("orders"), name="orders")
    .with_dimensions(
        o_orderkey=_.o_orderkey,
        o_orderdate=_.o_orderdate,
        o_orderpriority=_.o_orderpriority,
        order_day=_.o_orderdate.cast("date"),
        order_month=_.o_orderdate.truncate("M"),
        order_quarter=_.o_orderdate.truncate("Q"),
        order_year=_.o_orderdate.truncate("Y"),
    )
    .with_measures(
        orders=_.count(),
        customers=_.o_custkey.nunique(),
        large_orders=(_.o_totalprice > 450000).sum(),
        median_order=_.o_totalprice.cast("float64").quantile(0.5),
        p95_order=_.o_totalprice.cast("float64").quantile(0.95),
    )
)
discounted = _.l_extendedprice * (1 - _.l_discount)
lineitem = (
    to_semantic_table(table("lineitem"), name="lineitem")
    .with_dimensions(
        l_orderkey=_.l_orderkey,
        l_shipdate=_.l_shipdate,
        l_returnflag=_.l_returnflag,
        l_linestatus=_.l_linestatus,
        ship_month=_.l_shipdate.truncate("M"),
        ship_quarter=_.l_shipdate.truncate("Q"),
    )
    .with_measures(
        revenue=discounted.sum(),
        charge=(discounted * (1 + _.l_tax)).sum(),
        quantity=_.l_quantity.sum(),
        price=_.l_extendedprice.sum(),
        average_quantity=_.l_quantity.mean(),
        average_price=_.l_extendedprice.mean(),
        average_discount=_.l_discount.mean(),
        lines=_.count(),
    )
)
account = (
    to_semantic_table(table("account_day"), name="account_day")
    .with_dimensions(a_suppkey=_.a_suppkey, a_date=_.a_date, month=_.a_date.truncate("M"))
    .with_measures(balance_sum=_.a_balance.sum())
)


def star():
    """Lines with their order, its customer, nation and region."""
    return (
        lineitem.join_one(orders, on=lambda a, o: a.l_orderkey == o.o_orderkey)
        .join_one(customer, on=lambda a, c: a.o_custkey == c.c_custkey)
        .join_one(nation, on=lambda a, n: a.c_nationkey == n.n_nationkey)
        .join_one(region, on=lambda a, r: a.n_regionkey == r.r_regionkey)
    )


def orders_star():
    return orders.join_one(customer, on=lambda o, c: o.o_custkey == c.c_custkey)


def from_orders():
    """Orders with their lines, one to many, and their customer: the root from which both facts come out right."""
    return orders.join_many(lineitem, on=lambda o, a: o.o_orderkey == a.l_orderkey).join_one(
        customer, on=lambda o, c: o.o_custkey == c.c_custkey
    )


def q01():
    return lineitem.aggregate("revenue")


def q02():
    return lineitem.group_by("ship_month").aggregate("revenue")


def q03():
    return star().group_by("nation.n_name", "orders.order_year").aggregate("lineitem.revenue")


def q04():
    model = star().with_measures(revenue_per_order=lambda t: t["lineitem.revenue"].cast("float64") / t["orders.orders"])
    return model.group_by("customer.c_mktsegment").aggregate("lineitem.revenue", "orders.orders", "revenue_per_order")


def q05():
    return (
        star()
        .filter(lambda t: (t.l_shipdate >= ibis.date("1995-01-01")) & (t.l_shipdate < ibis.date("1996-01-01")))
        .filter(lambda t: t.c_mktsegment == "BUILDING")
        .group_by("customer.c_name")
        .aggregate("lineitem.revenue")
        .order_by(ibis.desc("lineitem.revenue"))
        .limit(10)
    )


def q06():
    quarters = lineitem.group_by("ship_quarter").aggregate("revenue").to_untagged()
    window = ibis.window(order_by=quarters.ship_quarter)
    before = quarters.revenue.lag(4).over(window)
    return quarters.mutate(
        previous=before, delta=quarters.revenue - before, growth=(quarters.revenue - before).cast("float64") / before
    )


def q07():
    model = nation.join_many(
        customer.join_many(orders, on=lambda c, o: c.c_custkey == o.o_custkey),
        on=lambda n, c: n.n_nationkey == c.c_nationkey,
    ).join_many(supplier, on=lambda n, s: n.n_nationkey == s.s_nationkey)
    return model.group_by("nation.n_name").aggregate("orders.orders", "supplier.balance")


def q08():
    days = account.group_by("a_date").aggregate("balance_sum").to_untagged()
    days = days.mutate(month=days.a_date.truncate("M"))
    return days.group_by("month").aggregate(balance=days.balance_sum.argmax(days.a_date))


def q09():
    raise Inexpressible("no semi-additive measure; by hand it is plain Ibis")


def q10():
    return orders_star().group_by("customer.c_mktsegment").aggregate("orders.median_order", "orders.p95_order")


def q11():
    model = part.join_many(partsupp, on=lambda p, b: p.p_partkey == b.ps_partkey)
    model = model.join_one(supplier, on=lambda b, s: b.ps_suppkey == s.s_suppkey)
    model = model.join_one(nation, on=lambda s, n: s.s_nationkey == n.n_nationkey)
    return model.group_by("nation.n_name").aggregate("part.parts", "part.list_price")


def q12():
    return orders.group_by("order_month").aggregate("customers")


def q13():
    months = lineitem.group_by("ship_month").aggregate("revenue").to_untagged()
    window = ibis.cumulative_window(group_by=months.ship_month.year(), order_by=months.ship_month)
    return months.select("ship_month", ytd=months.revenue.sum().over(window))


def q14():
    months = lineitem.group_by("ship_month").aggregate("revenue").to_untagged()
    window = ibis.trailing_window(2, order_by=months.ship_month)
    return months.select("ship_month", rolling=months.revenue.sum().over(window))


def q15():
    model = star().with_measures(
        share=lambda t: t["lineitem.revenue"].cast("float64") / t.all(t["lineitem.revenue"]).cast("float64")
    )
    return model.group_by("region.r_name").aggregate("lineitem.revenue", "share")


def q16():
    late = table("lineitem").filter(_.l_commitdate < _.l_receiptdate)
    return (
        orders.filter(lambda t: (t.o_orderdate >= ibis.date("1993-07-01")) & (t.o_orderdate < ibis.date("1993-10-01")))
        .filter(lambda t: t.o_orderkey.isin(late.l_orderkey))
        .group_by("o_orderpriority")
        .aggregate("orders")
    )


def q17():
    raise Inexpressible("no gap filling")


def q18():
    raise Inexpressible("no subtotals")


def q19():
    model = lineitem.join_one(orders, on=lambda a, o: a.l_orderkey == o.o_orderkey)
    return model.group_by("orders.order_quarter", "lineitem.ship_quarter").aggregate("lineitem.revenue")


def q20():
    named = {
        "sn_key": "n_nationkey",
        "supplier_nation": "n_name",
        "sn_region": "n_regionkey",
        "sn_comment": "n_comment",
    }
    source = to_semantic_table(table("nation").rename(named), name="supplier_nation").with_dimensions(
        supplier_nation=_.supplier_nation
    )
    model = (
        star()
        .join_one(supplier, on=lambda a, s: a.l_suppkey == s.s_suppkey)
        .join_one(source, on=lambda a, n: a.s_nationkey == n.sn_key)
    )
    return model.group_by("supplier_nation.supplier_nation", "nation.n_name").aggregate("lineitem.revenue")


def q21():
    result = lineitem.group_by("l_orderkey").aggregate("quantity")
    return result.filter(lambda t: t.quantity > 300).order_by(ibis.desc("quantity"), "l_orderkey").limit(100)


def q22():
    months = lineitem.group_by("ship_month", "l_returnflag").aggregate("revenue").to_untagged()
    before = months.revenue.lag(1).over(ibis.window(group_by=months.l_returnflag, order_by=months.ship_month))
    return months.mutate(growth=(months.revenue - before).cast("float64") / before)


def q23():
    return (
        lineitem.filter(lambda t: t.l_shipdate < ibis.date("1998-09-03"))
        .group_by("l_returnflag", "l_linestatus")
        .aggregate(
            "quantity", "price", "revenue", "charge", "average_quantity", "average_price", "average_discount", "lines"
        )
    )


def q24():
    model = lineitem.join_one(part, on=lambda a, p: a.l_partkey == p.p_partkey).with_measures(
        promo=lambda t: (t.l_extendedprice * (1 - t.l_discount)).sum(where=t.p_type.startswith("PROMO")),
        promo_share=lambda t: t["promo"].cast("float64") / t["lineitem.revenue"].cast("float64"),
    )
    return (
        model.filter(lambda t: (t.l_shipdate >= ibis.date("1995-01-01")) & (t.l_shipdate < ibis.date("1996-01-01")))
        .group_by("lineitem.ship_month")
        .aggregate("promo_share")
    )


def q25():
    raise Inexpressible("no conversion measure; by hand it is plain Ibis")


def q26():
    raise Inexpressible("no retention measure; by hand it is plain Ibis")


def q27():
    result = star().group_by("region.r_name", "nation.n_name").aggregate("lineitem.revenue").to_untagged()
    place = ibis.rank().over(ibis.window(group_by=result["region.r_name"], order_by=ibis.desc("lineitem.revenue")))
    return result.mutate(place=place + 1)


def q28():
    model = (
        lineitem.join_one(orders, on=lambda a, o: a.l_orderkey == o.o_orderkey)
        .join_one(partsupp, on=lambda a, b: (a.l_partkey == b.ps_partkey) & (a.l_suppkey == b.ps_suppkey))
        .join_one(supplier, on=lambda a, s: a.l_suppkey == s.s_suppkey)
        .join_one(nation, on=lambda a, n: a.s_nationkey == n.n_nationkey)
        .with_measures(profit=lambda t: (t.l_extendedprice * (1 - t.l_discount) - t.ps_supplycost * t.l_quantity).sum())
    )
    return model.group_by("nation.n_name", "orders.order_year").aggregate("profit")


BY_HAND = {
    "q06": "a lag of four rows over the result in Ibis",
    "q08": "days, then argmax by month in Ibis",
    "q13": "a window over the result in Ibis",
    "q14": "a window of three rows over the result in Ibis",
    "q16": "the semi-join in Ibis",
    "q22": "a lag of one row over the result in Ibis",
    "q27": "a rank over the result in Ibis",
}


def answer(make):
    """The SQL of one question and the milliseconds of writing it."""
    spent = []
    for _turn in range(TIMES):
        began = time.perf_counter()
        made = make()
        sql = str(ibis.to_sql(made.to_untagged() if hasattr(made, "to_untagged") else made, dialect="duckdb"))
        spent.append((time.perf_counter() - began) * 1000)
    return {"sql": sql, "milliseconds": spent[1:]}


def main():
    answers = {}
    for name, make in sorted((n, f) for n, f in globals().items() if n[0] == "q" and n[1:].isdigit()):
        try:
            answers[name] = answer(make)
        except Inexpressible as fault:
            answers[name] = {"cannot": str(fault)}
        except Exception as fault:  # noqa: BLE001 - whatever a peer raises is its answer
            answers[name] = {"cannot": f"{type(fault).__name__}: {str(fault).strip().splitlines()[0][:200]}"}
        if name in BY_HAND and "sql" in answers[name]:
            answers[name]["by_hand"] = BY_HAND[name]
    versions = {name: version(name) for name in ("boring-semantic-layer", "ibis-framework", "sqlglot", "duckdb")}
    document = {"peer": "bsl", "versions": versions, "queries": answers}
    Path(sys.argv[2]).write_text(json.dumps(document, indent=1))


main()
