"""A MetricQuery from names and options."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from verity.contracts.metric import GroupBy, MetricQuery, OrderBy, TimeRange
from verity.exceptions import UsageError
from verity.query.options import query_of


def read_by(text: str) -> tuple[GroupBy, ...]:
    return tuple(GroupBy(dimension=name) for name in text.split(","))


def made(*metrics: str | MetricQuery, **options: object) -> MetricQuery:
    given = {"by": (), "where": (), "since": None, "until": None, "time": None, "compare": None, "order": (),
             "limit": None, "more": {}} | options  # fmt: skip
    return query_of(metrics, read_by=read_by, **given)  # type: ignore[arg-type]  # as callers write them


def test_names_may_come_one_by_one_or_with_commas():
    assert made("a, b", "c", by=["x", "y"], order="-a,x") == MetricQuery(
        metrics=("a", "b", "c"),
        by=(GroupBy(dimension="x"), GroupBy(dimension="y")),
        order=(OrderBy(member="a", desc=True), OrderBy(member="x")),
    )


def test_a_range_takes_days_moments_and_text():
    assert made("a", since="2024-01-31", until=datetime(2024, 2, 1, 8), time="day").time_range == TimeRange(
        dimension="day", since=date(2024, 1, 31), until=datetime(2024, 2, 1, 8)
    )


def test_a_whole_query_is_taken_as_it_is_and_alone():
    whole = MetricQuery(metrics=("a",), limit=3)
    assert made(whole) is whole
    with pytest.raises(UsageError, match="whole MetricQuery"):
        made(whole, limit=2)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"since": "yesterday"}, "since"),
        ({"since": "2025-02-01", "until": "2025-01-31"}, "until: 2025-01-31 lies before since: 2025-02-01"),
        ({"since": "2025-02-01T08:00", "until": "2025-02-01"}, "until"),
        ({"time": "day"}, "time: 'day' has no range"),
        ({"limit": 0}, "limit"),
        ({"compare": "last week-ish"}, "compare"),
        ({"more": {"offset": -1}}, "offset"),
    ],
)
def test_an_option_that_does_not_fit_is_named(options, named):
    with pytest.raises(UsageError, match=named):
        made("a", **options)


def test_a_range_of_nothing_and_one_between_a_wall_clock_and_an_instant_are_ranges():
    assert made("a", since="2025-02-01", until="2025-02-01").time_range is not None
    assert made("a", since="2025-02-01T08:00+02:00", until="2025-02-01").time_range is not None


@pytest.mark.parametrize("compare", ["previous_period", "previous_year", "previous_fiscal_quarter", "3 months"])
def test_comparisons(compare):
    assert made("a", compare=compare).compare == compare
