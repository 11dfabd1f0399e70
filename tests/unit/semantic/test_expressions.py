"""Metric SQL: what is refused, with which code, and how what is kept is typed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.small_orders import COLUMNS, dictionary_of, schema_of, tables

from verity.contracts.dataset import PhysicalSchema
from verity.data.catalog import build_catalog
from verity.exceptions import QueryError
from verity.semantic.check import check_expressions
from verity.semantic.model import Model, load_model

FORBIDDEN, INVALID, UNKNOWN, CYCLE = "VRT-231", "VRT-230", "VRT-232", "VRT-233"

BAD: dict[str, tuple[str, str]] = {
    # sub-queries and statements
    "(SELECT 1)": (FORBIDDEN, "a sub-query"),
    "SUM((SELECT MAX(total) FROM orders))": (FORBIDDEN, "a sub-query"),
    "COUNT(*) FILTER (WHERE status IN (SELECT status FROM orders))": (FORBIDDEN, "a sub-query"),
    "COUNT(*) FILTER (WHERE EXISTS (SELECT 1))": (FORBIDDEN, "a sub-query"),
    "SELECT SUM(total) FROM orders": (FORBIDDEN, "a query"),
    "SUM(total); DROP TABLE orders": (FORBIDDEN, "a second statement"),
    "SUM(total);": (FORBIDDEN, "a second statement"),
    "DROP TABLE orders": (FORBIDDEN, "DROP"),
    "SUM(total) UNION SELECT 1": (FORBIDDEN, ""),
    "PRAGMA database_list": (FORBIDDEN, "PRAGMA"),
    # comments and placeholders
    "SUM(total) -- revenue": (FORBIDDEN, "a comment"),
    "SUM(total /* all */)": (FORBIDDEN, "a comment"),
    "SUM(total) /* ; */": (FORBIDDEN, "a comment"),
    "SUM(total) + ?": (FORBIDDEN, "a placeholder"),
    "SUM(total) + $1": (FORBIDDEN, "a placeholder"),
    "SUM(:total)": (FORBIDDEN, "a placeholder"),
    "SUM(@total)": (FORBIDDEN, "a placeholder"),
    # windows, stars, functions
    "SUM(total) OVER ()": (FORBIDDEN, "a window function"),
    "COUNT(*) FILTER (WHERE paid) OVER (PARTITION BY status)": (FORBIDDEN, "a window function"),
    "SUM(*)": (FORBIDDEN, "'*' outside COUNT(*)"),
    "COUNT(orders.*)": (FORBIDDEN, "'*' outside COUNT(*)"),
    "COUNT(COLUMNS(*))": (FORBIDDEN, "COLUMNS"),
    "pg_sleep(10)": (FORBIDDEN, "the function PG_SLEEP"),
    "SUM(pg_catalog.pg_sleep(10))": (FORBIDDEN, "the function PG_SLEEP"),
    "read_csv('/etc/passwd')": (FORBIDDEN, "the function READ_CSV"),
    "MAX(getenv('HOME'))": (FORBIDDEN, "the function GETENV"),
    "MAX(current_setting('x'))": (FORBIDDEN, "CURRENT_SETTING"),
    "SUM(random())": (FORBIDDEN, "RAND"),
    "MAX(current_date)": (FORBIDDEN, "CURRENT_DATE"),
    "MAX(TRY_CAST(status AS INT))": (FORBIDDEN, "TRY_CAST"),
    "LIST(status)": (FORBIDDEN, ""),
    "SUM(total ORDER BY total)": (FORBIDDEN, "an order inside an aggregate"),
    "COUNT(DISTINCT status, paid)": (FORBIDDEN, "DISTINCT takes one argument"),
    "MIN(total, 2)": (FORBIDDEN, "MIN takes one argument"),
    "MAX(EXTRACT(epoch FROM shipped_at))": (FORBIDDEN, "EXTRACT does not know the part 'EPOCH'"),
    "SUM(total) AS revenue": (FORBIDDEN, "an alias"),
    # does not parse, means nothing
    "": (INVALID, "is empty"),
    "   ": (INVALID, "is empty"),
    "SUM(total": (INVALID, "does not parse"),
    "SUM(total))": (INVALID, "does not parse"),
    "SUM total": (FORBIDDEN, ""),
    "'open": (INVALID, "a quote or a comment that never ends"),
    "(" * 80 + "SUM(total)" + ")" * 80: (INVALID, "nests deeper"),
    "SUM(" + "total+" * 3000 + "1)": (INVALID, "longer than"),
    "total": (INVALID, "outside an aggregate"),
    "1 + 1": (INVALID, "no aggregate"),
    "SUM(total) + customer_id": (INVALID, "outside an aggregate"),
    "SUM(SUM(total))": (INVALID, "inside another aggregate"),
    "SUM(status)": (INVALID, "computes with text"),
    "SUM(total + status)": (INVALID, "computes with text"),
    "AVG(order_date)": (INVALID, "computes with date"),
    "COUNT(*) FILTER (WHERE total)": (INVALID, "is no condition"),
    "COUNT(*) FILTER (WHERE status > 5)": (INVALID, "compares text with bigint"),
    "MAX(DATE_TRUNC('month', status))": (INVALID, "needs a date or time"),
    "MAX(CAST(status AS xyz))": (INVALID, "unknown type"),
    "APPROX_COUNT_DISTINCT(total)": (INVALID, "about how many"),
    "SUM(ROUND(total, customer_id))": (INVALID, "number of digits"),
    # names
    "SUM(totl)": (UNKNOWN, "Did you mean 'total'"),
    "SUM(customer.agee)": (UNKNOWN, "is not a column of 'customers'"),
    "SUM(elsewhere.total)": (INVALID, "is not a join of 'orders'"),
    "SUM(_verity_load_id)": (UNKNOWN, "_verity_load_id"),
}


def model_with(sql: str, **more: Any) -> Model:
    described = tables()
    described["orders"]["metrics"]["probe"] = {"sql": sql, **more}
    return load_model(build_catalog(dictionary_of(described), schema_of(COLUMNS)))


@pytest.mark.parametrize("sql", BAD, ids=lambda sql: sql[:50] or "empty")
def test_a_bad_expression_makes_its_metric_unusable_and_nothing_else(sql: str) -> None:
    model = model_with(sql)
    code, words = BAD[sql]
    problem = model.problems["orders.probe"]
    assert problem.code == code, problem
    assert words in problem.message
    assert problem.message.startswith("metric 'orders.probe' cannot be used: ")
    assert problem.remedy
    assert set(model.problems) == {"orders.probe"}
    with pytest.raises(QueryError) as raised:
        model.metric("orders.probe")
    assert raised.value is problem


TYPED: dict[str, str] = {
    "COUNT(*)": "bigint",
    "COUNT(DISTINCT status)": "bigint",
    "SUM(customer_id)": "decimal(38,0)",
    "SUM(total)": "decimal(38,2)",
    "SUM(total) FILTER (WHERE paid)": "decimal(38,2)",
    "SUM(total * 1.5)": "decimal(38,3)",
    "SUM(total * total)": "decimal(38,4)",
    "SUM(total / 2)": "decimal(38,6)",
    "SUM(total) / COUNT(*)": "double",
    "AVG(total)": "double",
    "MAX(total)": "decimal(12,2)",
    "MAX(order_date)": "date",
    "MIN(status)": "text",
    "SUM(total) - MAX(total)": "decimal(38,2)",
    "ROUND(AVG(total), 3)": "decimal(38,3)",
    "COUNT(*) + 1.5": "decimal(38,1)",
    "MAX(shipped_at)": "timestamp",
    "BOOL_AND(paid)": "boolean",
    "MAX(customer.age)": "bigint",
    "COALESCE(SUM(total), 0)": "decimal(38,2)",
    "MAX(order_date - 1)": "date",
    "MAX(DATE_DIFF('day', order_date, shipped_at))": "bigint",
    "MAX(is_big)": "boolean",
    "SUM(order_count)": "decimal(38,0)",
}


@pytest.mark.parametrize("sql", TYPED)
def test_the_type_of_a_metric_is_known_from_its_columns(sql: str) -> None:
    assert model_with(sql).metric("orders.probe").type == TYPED[sql]


def test_a_double_is_summed_as_a_decimal_of_its_declared_scale() -> None:
    described = tables()
    described["items"]["columns"] = {"price": {"type": "double", "scale": 3}}
    described["items"]["metrics"] |= {
        "own": {"sql": "SUM(price)", "scale": 9},
        "column": {"sql": "SUM(price)"},
        "loose": {"sql": "SUM(price)", "approximate": True},
    }
    model = load_model(build_catalog(dictionary_of(described), schema_of(COLUMNS)))
    assert [model.metric(f"items.{m}").type for m in ("own", "column", "loose")] == [
        "decimal(38,9)",
        "decimal(38,3)",
        "double",
    ]


def test_members_that_define_each_other_are_named_in_a_circle() -> None:
    described = tables()
    described["orders"]["metrics"] |= {
        "a": {"type": "derived", "sql": "{b} + 1"},
        "b": {"type": "derived", "sql": "{c} + 1"},
        "c": {"type": "ratio", "numerator": "a", "denominator": "orders"},
    }
    described["orders"]["columns"] |= {
        "x": {"sql": "y + 1"},
        "y": {"sql": "x + 1"},
        "z": {"per": "customer_id", "sql": "SUM(z)"},
    }
    model = load_model(build_catalog(dictionary_of(described), schema_of(COLUMNS)))
    assert set(model.problems) == {f"orders.{m}" for m in "abcxyz"}
    assert model.problems["orders.x"].code == CYCLE
    assert "orders.x -> orders.y -> orders.x" in model.problems["orders.x"].message
    assert "orders.z -> orders.z" in model.problems["orders.z"].message
    assert CYCLE in {model.problems[f"orders.{m}"].code for m in "abc"}


def test_a_join_with_bad_sql_is_no_join() -> None:
    described = tables()
    described["orders"]["joins"]["odd"] = {"table": "customers", "sql": "this.customer_id = (SELECT 1)"}
    model = load_model(build_catalog(dictionary_of(described), schema_of(COLUMNS)))
    assert model.problems["orders.odd"].code == FORBIDDEN
    assert "odd" not in model.graph.hops("orders")


def test_a_table_that_the_warehouse_lacks_makes_its_own_members_unusable() -> None:
    described = tables()
    described["gone"] = {"metrics": {"n": {"sql": "COUNT(*)"}}}
    model = load_model(build_catalog(dictionary_of(described), schema_of(COLUMNS)))
    assert model.problems["gone.n"].code == "VRT-234"
    assert model.metric("orders.orders").type == "bigint"


def test_offline_an_undeclared_column_is_no_fault_and_a_subquery_is() -> None:
    described = tables()
    described["orders"]["metrics"]["smuggled"] = {"sql": "SUM((SELECT 1))"}
    model = load_model(build_catalog(dictionary_of(described)))
    assert set(model.problems) == {"orders.smuggled"}


def test_findings_name_the_member_and_joins_that_may_multiply() -> None:
    described = tables()
    described["orders"]["metrics"]["broken"] = {"sql": "SUM(totl)"}
    described["orders"]["joins"]["line"] = {"table": "items", "on": "order_id"}
    findings = check_expressions(load_model(build_catalog(dictionary_of(described), schema_of(COLUMNS))))
    assert [(f.code, f.level, f.member) for f in findings] == [
        (UNKNOWN, "error", "orders.broken"),
        ("VRT-212", "warning", "orders.line"),
    ]


def test_names_match_in_any_case_and_print_as_the_table_has_them() -> None:
    described = {"t": {"metrics": {"n": {"sql": 'SUM(CUSTOMERid) + MAX("Net Amount")'}}}}
    columns = {"t": {"CustomerID": "bigint", "Net Amount": "bigint"}}
    model = load_model(build_catalog(dictionary_of(described), schema_of(columns)))
    value = model.metric("t.n").value
    assert value is not None
    assert '"t"."CustomerID"' in value.node.sql()
    assert '"t"."Net Amount"' in value.node.sql()


def test_the_reference_metric_is_refused_until_its_one_line_is_added() -> None:
    described = tables()
    del described["orders"]["columns"]["order_count"]
    without = load_model(build_catalog(dictionary_of(described), schema_of(COLUMNS)))
    problem = without.problems["orders.repeat_customers"]
    assert problem.code == UNKNOWN
    assert "'order_count' is not a column of 'orders'" in problem.message
    assert '"order_count": {"per":' in problem.remedy
    assert "orders.repeat_customers" in load_model(build_catalog(dictionary_of(tables()), schema_of(COLUMNS))).metrics


def test_an_empty_warehouse_breaks_every_metric_but_loads() -> None:
    model = load_model(build_catalog(dictionary_of(tables()), PhysicalSchema()))
    assert not model.metrics
    assert all(problem.remedy for problem in model.problems.values())
