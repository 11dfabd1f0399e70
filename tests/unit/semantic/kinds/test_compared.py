"""Conditions on compared columns choose among the finished rows: the same query without them, and a plain choice."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from tests.small_orders import dictionary_of, schema_of
from tests.unit.semantic.kinds.ledger import COLUMNS
from tests.unit.semantic.kinds.test_frames import DICTIONARY, MODEL, MONTH, RANGE, REGION, ask, compiled
from tests.unit.semantic.kinds.test_frames import connection as connection

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.exceptions import AmbiguousMember, QueryError
from verity.query.where_reader import parse_where
from verity.semantic.compiler import compile_query
from verity.semantic.model import load_model
from verity.semantic.shapes import compile_shape

ACCESSES = access_for(DICTIONARY, OWNER)
Row = dict[str, Any]


def more(value: Any, than: Any) -> bool:
    return value is not None and value > than


CHOICES: list[tuple[str, Callable[[Row], bool]]] = [
    ("revenue__growth > 0.1", lambda row: more(row["revenue__growth"], 0.1)),
    ("ledger.revenue__delta <= 0", lambda row: row["revenue__delta"] is not None and row["revenue__delta"] <= 0),
    ("revenue__previous is null", lambda row: row["revenue__previous"] is None),
    ("orders__delta != 0", lambda row: row["orders__delta"] != 0),
    ("not revenue__delta <= 0.5", lambda row: more(row["revenue__delta"], Decimal("0.5"))),
    (
        "revenue__growth > 0 or orders__delta > 0 and revenue > 3",
        lambda row: more(row["revenue__growth"], 0) or (more(row["orders__delta"], 0) and more(row["revenue"], 3)),
    ),
    (
        "(revenue__previous > 5 or buyers > 1) and orders__previous >= 1",
        lambda row: (more(row["revenue__previous"], 5) or more(row["buyers"], 1)) and more(row["orders__previous"], 0),
    ),
]  # fmt: skip
QUERIES: dict[str, dict[str, Any]] = {
    "by month and region": {"by": [MONTH, REGION], "compare": "previous_month"},
    "by day, of the month before": {"by": [{"dimension": "time", "grain": "day"}], "compare": "previous_month"},
    "by region over a range": {"by": [REGION], "compare": "previous_period", "time_range": RANGE},
    "over a range": {"compare": "previous_period", "time_range": RANGE},
    "filled": {"by": [MONTH, REGION], "compare": "previous_month", "time_range": RANGE, "fill": True},
}
METRICS = ["revenue", "orders", "kept", "revenue|ever"]


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("number", range(len(CHOICES)))
def test_the_rows_are_those_that_a_plain_choice_leaves(connection: Any, name: str, number: int) -> None:
    (text, choice), document = CHOICES[number], {"metrics": [*METRICS, "buyers"], **QUERIES[name]}
    labels = compiled(**document).work.labels
    rows = ask(connection, **document)
    expected = [row for row in rows if choice(dict(zip(labels, row, strict=True)))]
    found = ask(connection, **document, filters=[parse_where(text, MODEL.catalog)])
    assert found == expected
    if name == "by month and region":
        assert 0 < len(found) < len(rows)


@pytest.mark.parametrize("metrics", [["kept"], ["revenue", "revenue|share|region"]])
def test_what_is_carried_over_gaps_or_a_share_is_chosen_as_it_is_shown(connection: Any, metrics: list[str]) -> None:
    document = {"metrics": metrics, "by": [MONTH, REGION], "compare": "previous_month", "fill": True}
    document |= {"time_range": RANGE}
    at = compiled(**document).work.labels.index(f"{metrics[-1]}__previous")
    rows = ask(connection, **document)
    condition = {"member": f"{metrics[-1]}__previous", "op": "is_not_null"}
    found = ask(connection, **document, filters=[condition])
    assert found == [row for row in rows if row[at] is not None]
    assert 0 < len(found) < len(rows)


def test_a_region_beside_a_compared_column_in_one_or(connection: Any) -> None:
    document = {"metrics": ["revenue"], "by": [MONTH, REGION], "compare": "previous_month"}
    either = {"or": [{"member": "region", "op": "equals", "values": ["A"]},
                     {"member": "revenue__growth", "op": "lt", "values": [0]}]}  # fmt: skip
    found = ask(connection, **document, filters=[either])
    assert found == [r for r in ask(connection, **document) if r[1] == "A" or (r[5] is not None and r[5] < 0)]
    assert {row[1] for row in found} == {"A", "B", None}


@pytest.mark.parametrize(("part", "at"), [("previous", 3), ("delta", 4), ("growth", 5)])
def test_rows_are_ordered_and_cut_by_a_compared_column(connection: Any, part: str, at: int) -> None:
    document = {"metrics": ["revenue"], "by": [MONTH, REGION], "compare": "previous_month"}
    order = [{"member": f"revenue__{part}", "desc": True}]
    condition = {"member": "revenue__delta", "op": "not_equals", "values": [0]}
    rows = [row for row in ask(connection, **document) if row[4] != 0]
    best = sorted(rows, key=lambda row: (row[at] is None, -(row[at] or 0)))
    found = ask(connection, **document, order=order, filters=[condition], limit=4, offset=1)
    assert found == best[1:5]


def test_no_total_goes_by_a_compared_column(connection: Any) -> None:
    document = {"metrics": ["revenue"], "by": [REGION], "compare": "previous_period", "time_range": RANGE}
    total = {"totals": True, "filters": [{"member": "revenue__growth", "op": "gt", "values": [1]}]}
    *rows, last = ask(connection, **document, **total)
    assert [last[1:5]] == ask(connection, **document | {"by": []})
    assert [row[:-1] for row in rows] == [r for r in ask(connection, **document) if more(r[4], 1)]
    assert len(rows) < len(ask(connection, **document))


def test_a_policy_holds_before_the_choice(connection: Any) -> None:
    staff = Principal(id="a", roles=("a",))
    document = {"metrics": ["revenue"], "by": [MONTH, REGION], "compare": "previous_month"}
    condition = {"member": "revenue__growth", "op": "gt", "values": [0]}
    found = ask(connection, staff, **document, filters=[condition])
    assert found == [row for row in ask(connection, **document, filters=[condition]) if row[1] == "A"]
    assert found


def test_values_of_a_kept_shape_are_those_of_the_query() -> None:
    for number in (0.1, "0.5", 2, 0.1, 3, 4):
        condition = {"member": "revenue__growth", "op": "gt", "values": [number]}
        query = MetricQuery.model_validate(
            {"metrics": ["revenue"], "by": [MONTH], "compare": "previous_month", "filters": [condition]}
        )
        kept = compile_shape(MODEL, query, accesses=ACCESSES, dialect="duckdb")
        whole = compile_query(MODEL, query, accesses=ACCESSES, dialect="duckdb")
        assert (kept.sql, kept.parameters, kept.plan) == (whole.sql, whole.parameters, whole.plan)


def test_the_plan_names_the_column_in_full_and_says_when_rows_are_chosen() -> None:
    document = {"metrics": ["revenue"], "by": [MONTH], "compare": "previous_month"}
    plan = compiled(**document, filters=[{"member": "revenue__growth", "op": "gt", "values": [0]}]).plan
    assert plan.query.filters[0].member == "ledger.revenue__growth"
    assert "Rows are chosen by ledger.revenue__growth after everything is compared." in plan.words
    assert compiled(**plan.query.model_dump()).plan == plan


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"filters": [{"member": "revenue__growth", "op": "gt", "values": [0]}]}, "VRT-226", "nothing is compared"),
    ({"compare": "previous_month", "filters": [{"member": "orders__growth", "op": "gt", "values": [0]}]}, "VRT-226",
     "not asked for"),
    ({"compare": "previous_month", "filters": [{"member": "revenue__grow", "op": "gt", "values": [0]}]}, "VRT-221",
     "revenue__grow"),
    ({"compare": "previous_month", "filters": [{"member": "nothing__growth", "op": "gt", "values": [0]}]}, "VRT-221",
     "nothing__growth"),
    ({"order": [{"member": "revenue__growth"}]}, "VRT-226", "cannot order by"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "code", "words"), REFUSED)
def test_what_the_result_does_not_compare_is_no_column(document: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(QueryError, match=words) as raised:
        compiled(metrics=["revenue"], by=[MONTH], **document)
    assert raised.value.code == code
    assert raised.value.remedy


def test_one_name_means_one_column() -> None:
    growing = {"sql": "COUNT(DISTINCT customer)"}
    tables = {
        "ledger": {"time_column": "day", "metrics": {"revenue": {"sql": "SUM(amount)"}, "revenue__growth": growing}},
        "other": {"time_column": "day", "metrics": {"revenue": {"sql": "SUM(amount)"}}},
    }
    dictionary = dictionary_of(tables)
    model = load_model(build_catalog(dictionary, schema_of({"ledger": COLUMNS, "other": COLUMNS})))

    def make(**document: Any) -> Any:
        query = MetricQuery.model_validate({"by": [MONTH], **document})
        return compile_query(model, query, accesses=access_for(dictionary, OWNER), dialect="duckdb")

    condition = [{"member": "revenue__growth", "op": "gt", "values": [0]}]
    with pytest.raises(AmbiguousMember):
        make(metrics=["ledger.revenue"], compare="previous_month", filters=condition)
    assert make(metrics=["ledger.revenue"], filters=condition).work.compared[0].member == "ledger.revenue__growth"
    both = ["ledger.revenue", "other.revenue"]
    with pytest.raises(AmbiguousMember):
        make(metrics=both, compare="previous_month", filters=[condition[0] | {"member": "revenue__delta"}])
    with pytest.raises(AmbiguousMember):
        make(metrics=both, filters=[condition[0] | {"member": "revenue"}])
    made = make(metrics=both, compare="previous_month", filters=[condition[0] | {"member": "other.revenue__delta"}])
    assert made.plan.query.filters[0].member == "other.revenue__delta"
