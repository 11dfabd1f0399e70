"""A metric of any kind goes with the part, the column or the event that a policy withholds."""

from __future__ import annotations

import pytest

from verity.contracts.identity import Principal
from verity.data.catalog import build_catalog
from verity.data.dictionary import make_dictionary
from verity.data.metric_entry import MetricEntry
from verity.data.model import TableEntry

ORDERS = {
    "cost": {"sql": "SUM(secret)"},
    "orders": {"sql": "COUNT(*)"},
    "cost_share": {"type": "share", "metric": "cost"},
    "cost_to_date": {"type": "cumulative", "metric": "cost", "to_date": "year"},
    "cost_before": {"type": "offset", "metric": "cost", "offset": "1 year"},
    "cost_rank": {"type": "rank", "metric": "cost"},
    "cost_growth_share": {"type": "derived", "sql": "{cost_share} * 2"},
    "cost_median": {"type": "percentile", "sql": "secret", "percentile": 0.5},
    "cost_left": {"type": "semi_additive", "sql": "SUM(amount)", "over": "day", "per": ["secret"]},
    "back": {"type": "retention", "base": "orders", "event": "orders", "entity": "secret", "after": "1 month"},
    "orders_rank": {"type": "rank", "metric": "orders"},
    "seen": {"type": "conversion", "base": "orders", "event": "visits.visits", "within": "7 days",
             "entity": {"base": "customer", "event": "visitor"}},
    "seen_openly": {"type": "conversion", "base": "orders", "event": "visits.visits", "within": "7 days",
                    "entity": "customer"},
}  # fmt: skip


def test_what_is_made_of_something_withheld_is_absent():
    orders = TableEntry.model_validate({
        "table": "orders", "primary_key": "id", "time_column": "day", "metrics": ORDERS,
        "columns": {"id": "", "day": "", "amount": "", "secret": "", "customer": ""},
        "access": {"analyst": {"columns_hidden": ["secret"]}},
    })  # fmt: skip
    visits = TableEntry.model_validate({
        "table": "visits", "metrics": {"visits": {"sql": "COUNT(*)"}}, "time_column": "at",
        "columns": {"at": "", "visitor": "", "customer": ""}, "access": {"analyst": {"columns_hidden": ["visitor"]}},
    })  # fmt: skip
    catalog = build_catalog(make_dictionary({"orders": orders, "visits": visits}))
    seen = catalog.narrowed(Principal(id="ann", roles=("analyst",)))
    assert {m.member for m in catalog.metrics()} == {f"orders.{name}" for name in ORDERS} | {"visits.visits"}
    assert {m.member for m in seen.metrics()} == {
        "orders.orders",
        "orders.orders_rank",
        "orders.seen_openly",
        "visits.visits",
    }


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        ({"type": "cumulative", "metric": "a", "to_date": "year"}, "{a} since the start of the year"),
        ({"type": "cumulative", "metric": "a", "window": "3 months"}, "{a} over 3 months"),
        ({"type": "cumulative", "metric": "a"}, "{a} of all time so far"),
        ({"type": "offset", "metric": "a", "offset": "1 year", "show": "growth"}, "{a} 1 year before, growth"),
        ({"type": "share", "metric": "a", "within": "region"}, "{a} as a share of each region"),
        ({"type": "ratio", "numerator": "a", "denominator": "b"}, "{a} / {b}"),
        ({"sql": "SUM(x)"}, "SUM(x)"),
    ],
)
def test_a_definition_is_one_line(entry, line):
    assert MetricEntry.model_validate(entry).definition == line


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        ({"type": "share", "metric": "a"}, "percent"),
        ({"type": "share", "metric": "a", "format": "0.000"}, "0.000"),
        ({"type": "offset", "metric": "a", "offset": "1 year", "show": "growth"}, "percent"),
        ({"type": "offset", "metric": "a", "offset": "1 year", "show": "delta"}, None),
        ({"type": "ratio", "numerator": "a", "denominator": "b"}, None),
    ],
)
def test_a_share_is_shown_as_a_percentage(entry, shown):
    assert MetricEntry.model_validate(entry).shown_format == shown
