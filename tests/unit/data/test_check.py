"""`verity check` without a database: each rule finds its fault; a clean dictionary has none."""

import pytest

from verity.contracts.dataset import PhysicalColumn, PhysicalSchema, PhysicalTable
from verity.data.catalog import build_catalog
from verity.data.check import CODES, check_dictionary

ORDERS = """
    table: orders
    primary_key: order_id
    time_column: ordered_on
    columns: {order_id: Id, ordered_on: Day, customer_id: Who, amount: Money}
    joins: {customer: {table: customers, on: customer_id}}
    metrics: {revenue: {sql: SUM(amount), requires: amount, aliases: [ventas]}}
    """
CUSTOMERS = "table: customers\nprimary_key: customer_id\ncolumns: {customer_id: Id, region: Where}\n"


def found(catalog):
    return [(f.code, f.level, f.member) for f in check_dictionary(catalog)]


def with_table(text):
    return {"orders": ORDERS, "customers": CUSTOMERS, "x": "table: x\n" + text}


def test_a_clean_dictionary_has_no_findings(catalog_of):
    assert check_dictionary(catalog_of(orders=ORDERS, customers=CUSTOMERS)) == ()


@pytest.mark.parametrize(
    ("text", "code", "level", "member", "says"),
    [
        ("time_column: day\n", "VRT-210", "warning", "x", "time_column uses the column 'day'"),
        ("primary_key: [a, b]\ncolumns: {a: A}\n", "VRT-210", "warning", "x", "'b'"),
        ("columns: {amount: A}\nmetrics: {m: {sql: x, requires: amuont}}\n", "VRT-210", "warning", "x.m", "amuont"),
        ("columns: {a: {per: k, sql: x}}\n", "VRT-210", "warning", "x.a", "'per' of the column 'a'"),
        ("columns: {a: {label_column: b}}\n", "VRT-210", "warning", "x.a", "label_column"),
        ("access: {v: {columns_hidden: salary}}\n", "VRT-210", "warning", "x", "columns_hidden of the role 'v'"),
        ("time_column: nowhere.day\n", "VRT-208", "error", "x", "follows a join that does not exist"),
        ("joins: {c: {table: custommers, on: a}}\ncolumns: {a: A}\n", "VRT-208", "error", "x.c", "'custommers'"),
        ("joins: {c: {table: customers}}\n", "VRT-208", "error", "x.c", "does not say on what"),
        ("joins: {c: {table: customers, on: {a: id}}}\ncolumns: {a: A}\n", "VRT-210", "warning", "x.c", "'id'"),
        ("metrics: {m: {}}\n", "VRT-209", "error", "x.m", "has no 'sql'"),
        ("metrics: {m: {type: ratio, numerator: revenue}}\n", "VRT-209", "error", "x.m", "has no 'denominator'"),
        ("metrics: {m: {type: derived, sql: '{revenu} * 2'}}\n", "VRT-209", "error", "x.m", "which is no metric"),
        ("metrics: {a: {type: derived, sql: '{b}'}, b: {type: derived, sql: '{a}'}}\n", "VRT-209", "error", "x.a",
         "made of itself: x.a -> x.b -> x.a"),
        ("joins: {c: {table: nokey, on: k}}\ncolumns: {k: K}\n", "VRT-212", "warning", "nokey", "no primary_key"),
        ("joins: {a: {table: customers, on: k}, b: {table: customers, on: k}}\ncolumns: {k: K}\n", "VRT-213", "warning",
         "x.a", "x.a, x.b"),
        ("metrics: {m: {sql: COUNT(*), aliases: Ventas}}\n", "VRT-214", "warning", "x.m", "orders.revenue, x.m"),
        ("metrics: {k: {sql: COUNT(*)}}\ncolumns: {k: K}\n", "VRT-214", "warning", "x.k", "a metric and a column"),
        ("columns: {s: {values: [a, b, a]}}\n", "VRT-215", "warning", "x.s", "'a' of 's' is listed twice"),
        ("columns: {s: {values: {a: Open, b: open}}}\n", "VRT-215", "warning", "x.s", "'open' names both 'a' and 'b'"),
        ("columns: {k: K, n: {per: k, sql: COUNT(*)}}\naccess: {v: {rows: [{column: n, values: 1}]}}\n", "VRT-218",
         "error", "x", "computed over many rows"),
        ("primary_key: k\ncolumns: {k: K}\naccess: {v: {columns_hidden: k}}\n", "VRT-218", "warning", "x", "denied"),
        (f"columns: {{{'c' * 300}: C}}\n", "VRT-219", "warning", f"x.{'c' * 300}", "has 300 bytes"),
        ("columns: {'a.b': C}\n", "VRT-219", "warning", "x.a.b", "hard to ask for"),
    ],
)  # fmt: skip
def test_each_rule_finds_its_fault(catalog_of, text, code, level, member, says):
    findings = check_dictionary(catalog_of(**with_table(text), nokey="table: nokey\ncolumns: {k: K}\n"))
    matching = [f for f in findings if (f.code, f.level, f.member) == (code, level, member) and says in f.message]
    assert len(matching) == 1, findings
    assert matching[0].remedy
    assert matching[0].place.startswith("dictionary/")


def test_a_typo_in_a_column_suggests_the_right_one(catalog_of):
    findings = check_dictionary(
        catalog_of(x="table: x\ncolumns: {amount: A}\nmetrics: {m: {sql: x, requires: AMUONT}}\n")
    )
    assert "did you mean 'amount'" in findings[0].remedy


def physical(name, *columns):
    return PhysicalTable(
        schema_name="gold", name=name, columns=tuple(PhysicalColumn(name=c, type="text") for c in columns)
    )


def test_held_against_the_database_what_is_missing_is_an_error(load):
    dictionary = load(orders=ORDERS, customers=CUSTOMERS)
    schema = PhysicalSchema(tables=(physical("orders", "order_id", "customer_id", "ordered_on", "amuont"),))
    found = {(f.code, f.level, f.member, f.remedy) for f in check_dictionary(build_catalog(dictionary, schema))}
    assert ("VRT-207", "error", "orders.amount", "Did you mean 'amuont'?") in found
    assert {(code, level, member) for code, level, member, _ in found if code == "VRT-211"} == {
        ("VRT-211", "error", "customers")}  # fmt: skip


def test_a_column_that_only_the_database_has_is_a_warning_where_a_definition_uses_it(load):
    dictionary = load(x="table: x\ntime_column: day\njoins: {y: {table: y, on: k}}\n", y="table: y\nprimary_key: k\n")
    schema = PhysicalSchema(tables=(physical("x", "day", "k"), physical("y", "k")))
    assert found(build_catalog(dictionary, schema)) == [("VRT-210", "warning", "x")]


def test_a_time_column_may_lie_behind_a_join(catalog_of):
    items = "table: items\ntime_column: order.ordered_on\njoins: {order: {table: orders, on: order_id}}\n"
    findings = check_dictionary(
        catalog_of(orders=ORDERS, customers=CUSTOMERS, items=items + "columns: {order_id: X}\n")
    )
    assert findings == ()


def test_ambiguous_paths_of_a_great_web_of_joins_are_told_in_a_bounded_list(catalog_of):
    tables = {
        f"t{i}": f"table: t{i}\nprimary_key: k\ncolumns: {{k: K}}\njoins: {{"
        + ", ".join(f"j{j}: {{table: t{j}, on: k}}" for j in range(30) if j != i)
        + "}\n"
        for i in range(30)
    }
    findings = [f for f in check_dictionary(catalog_of(**tables)) if f.code == "VRT-213"]
    assert len(findings) == 51
    assert "more tables are joined" in findings[-1].message


def test_every_code_has_a_meaning_of_one_line():
    assert list(CODES) == [f"VRT-{number}" for number in range(200, 220)]
    assert all(meaning and "\n" not in meaning for meaning in CODES.values())
