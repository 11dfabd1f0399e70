"""Accumulations by fiscal periods, against the very days that each of them reaches over."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from tests.small_orders import schema_of
from tests.unit.semantic.kinds import fiscal_calendar as fiscal
from tests.unit.semantic.kinds.fiscal_ledger import (
    CALENDARS,
    RANGES,
    Answer,
    Ask,
    Row,
    question,
)
from tests.unit.semantic.kinds.fiscal_shop import DICTIONARY, PHYSICAL, ROWS, SAID, TAGS, by, compiled, found, rows
from tests.unit.semantic.kinds.fiscal_shop import connections as connections

from verity.contracts.dataset import PhysicalSchema
from verity.contracts.identity import Principal
from verity.contracts.metric import MetricQuery
from verity.data.catalog import build_catalog
from verity.exceptions import CalendarMissing, QueryError
from verity.semantic.model import load_model
from verity.semantic.physical import stages


@pytest.mark.parametrize("calendar", CALENDARS)
@pytest.mark.parametrize("part", range(6))
def test_every_value_is_that_of_the_days_that_the_calendar_says(connections: Any, calendar: str, part: int) -> None:
    filled = 0
    for seed in range(part, 90, 6):
        ask = question(seed)
        expected = Answer(SAID[calendar], ROWS, ask).rows_of()
        assert found(connections[calendar], ask) == expected, f"seed {seed}: {ask}"
        filled += len(expected) > 1
    assert filled > 6


def test_instants_count_on_the_days_of_the_querys_zone(connections: Any) -> None:
    tomorrow = [row | {"day": row["day"] and row["day"] + timedelta(days=1)} for row in ROWS]
    for seed in range(400, 420):
        ask = question(seed)
        query = ask.query().model_copy(
            update={"timezone": "Asia/Manila", "metrics": (f"events.{ask.metric}|{ask.reach}",)}
        )
        expected = Answer(SAID["4-4-5"], tomorrow, ask).rows_of()
        assert found(connections["4-4-5"], ask, query) == expected, f"seed {seed}: {ask}"


@pytest.mark.parametrize("reach", ["to|fiscal_year", "window|3 fiscal_months", "ever"])
@pytest.mark.parametrize("metric", ["revenue", "buyers"])
def test_a_row_of_several_groups_counts_once_in_each(connections: Any, metric: str, reach: str) -> None:
    tagged: list[Row] = [ROWS[i] | {"region": tag} for i, tag in TAGS]
    tagged += [row | {"region": None} for i, row in enumerate(ROWS) if i not in {sale for sale, _ in TAGS}]
    ask = Ask(metric, reach, "fiscal_month", True, *RANGES[2], None)
    query = {
        **ask.query().model_dump(),
        "metrics": [f"sales.{metric}|{reach}"],
        "by": by("time:fiscal_month", "sales.tags.tag"),
    }
    expected = Answer(SAID["uneven"], tagged, ask).rows_of()
    assert found(connections["uneven"], ask, MetricQuery.model_validate(query)) == expected


def test_statements_for_large_tables_have_the_same_rows(connections: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "FEWEST_A_GROUP", 0)
    sized = tuple(
        t.model_copy(update={"row_count": 10**6 if t.name == "ledger" else 900}) for t in schema_of(PHYSICAL).tables
    )
    large = load_model(build_catalog(DICTIONARY, PhysicalSchema(tables=sized)))
    changed = 0
    for seed in range(500, 530):
        ask = question(seed)
        changed += compiled(ask.query(), model=large).sql != compiled(ask.query()).sql
        assert found(connections["4-4-5"], ask, model=large) == found(connections["4-4-5"], ask), f"seed {seed}: {ask}"
    assert changed > 0


PLAIN = [
    ("to|fiscal_year", "to|year"), ("to|fiscal_quarter", "to|quarter"), ("window|3 fiscal_months", "window|3 months"),
    ("window|1 fiscal_year", "window|1 year"), ("ever", "ever"),
]  # fmt: skip


@pytest.mark.parametrize(("fiscal_reach", "plain_reach"), PLAIN)
@pytest.mark.parametrize("metric", ["revenue", "buyers"])
def test_a_calendar_of_plain_months_says_what_plain_months_do(
    connections: Any, metric: str, fiscal_reach: str, plain_reach: str
) -> None:
    grains = [("fiscal_month", "month"), ("fiscal_quarter", "quarter"), ("fiscal_year", "year")]
    if "window" not in plain_reach:  # those of months end with their dates, not with places
        grains += [("day", "day"), ("month", "month"), ("", "")]
    told = 0
    for (ours, theirs), (since, until) in product(grains, RANGES[1:3]):
        span = {"time_range": {"since": since, "until": until}}
        one, other = (
            rows(connections["months"], metrics=[f"ledger.{metric}|{reach}"], by=by("region", *periods), **span)
            for reach, periods in (
                (fiscal_reach, [f"time:{ours}"] if ours else []),
                (plain_reach, [f"time:{theirs}"] if theirs else []),
            )
        )
        assert one == other
        told += len(one)
    assert told > 30


# --- laws in other words ----------------------------------------------------------------------------------------------


def test_a_window_of_one_period_and_a_whole_year_to_date_are_the_plain_values(connections: Any) -> None:
    for calendar in CALENDARS:
        connection = connections[calendar]
        plain = dict(rows(connection, metrics=["ledger.revenue"], by=by("time:fiscal_month")))
        window = dict(rows(connection, metrics=["four"], by=by("time:fiscal_month")))
        known = {days[0]: days for days in SAID[calendar].known("fiscal_month")}
        same = {
            p: value
            for p, value in plain.items()
            if p is not None and SAID[calendar].inside(p, "fiscal_month")[0] in known
        }
        assert {p: v for p, v in window.items() if v is not None} == {p: same[p] for p in sorted(same)}
        years = dict(rows(connection, metrics=["ledger.revenue"], by=by("time:fiscal_year")))
        to_date = dict(
            rows(
                connection,
                metrics=["ledger.revenue|to|fiscal_year"],
                by=by(
                    "time:fiscal_year",
                ),
            )
        )
        assert to_date == {p: value for p, value in years.items() if p in to_date}
        assert len(to_date) >= 2


def test_a_week_of_two_months_counts_for_the_month_that_its_last_day_lies_in(connections: Any) -> None:
    weeks = dict(rows(connections["uneven"], metrics=["ledger.revenue|to|fiscal_month"], by=by("time:fiscal_week")))
    days = dict(rows(connections["uneven"], metrics=["ledger.revenue|to|fiscal_month"], by=by("time:day")))
    crossing = [
        w
        for w in weeks
        if SAID["uneven"].period(w, "fiscal_month") != SAID["uneven"].period(w + timedelta(days=6), "fiscal_month")
    ]
    held = [week for week in crossing if week + timedelta(days=6) in days]
    assert [weeks[week] for week in held] == [days[week + timedelta(days=6)] for week in held]
    assert len(held) > 3


def test_a_value_is_the_same_by_period_by_day_and_as_of_the_end(connections: Any) -> None:
    names = ["ledger.revenue|to|fiscal_year", "ledger.buyers|window|3 fiscal_months", "ledger.orders|ever"]
    until = date(2024, 8, 10)
    span = {"time_range": {"since": "2024-02-20", "until": until}}
    (whole,) = rows(connections["4-4-5"], metrics=names[:2], **span)
    *_, month = rows(connections["4-4-5"], metrics=names[:1], by=by("time:fiscal_month"), **span)
    *_, day = rows(connections["4-4-5"], metrics=names[:2], by=by("time:day"), **span)
    *_, last = rows(connections["4-4-5"], metrics=names, by=by("time:day"), totals=True, **span)
    assert (whole[0], whole) == (month[1], day[1:])
    assert last[1:3] == whole
    assert None not in whole


def test_beside_other_metrics_dimensions_and_conditions_it_is_the_same(connections: Any) -> None:
    one = {"by": by("time:fiscal_month", "region"), "time_range": {"since": "2024-02-14", "until": "2024-09-01"}}
    alone = {row[:2]: row[2] for row in rows(connections["4-4-5"], metrics=["ledger.revenue|to|fiscal_year"], **one)}
    beside = rows(
        connections["4-4-5"],
        metrics=["ledger.orders", "ledger.revenue|to|fiscal_year", "ledger.revenue|to|year", "zero"],
        **one,
    )
    assert {row[:2]: row[3] for row in beside if row[3] is not None} == {
        k: v for k, v in alone.items() if v is not None
    }
    few = {"filters": [{"member": "region", "op": "equals", "values": ["A"]}]}
    kept = rows(connections["4-4-5"], metrics=["ledger.revenue|to|fiscal_year"], **one, **few)
    assert {row[:2]: row[2] for row in kept} == {key: value for key, value in alone.items() if key[1] == "A"}
    many = {"filters": [{"member": "ledger.revenue|to|fiscal_year", "op": "gt", "values": [400]}]}
    large = rows(connections["4-4-5"], metrics=["ledger.revenue|to|fiscal_year"], **one, **many)
    assert {row[:2]: row[2] for row in large} == {key: value for key, value in alone.items() if value > 400}
    assert 0 < len(large) < len(alone)


def test_gaps_are_filled_and_shares_and_growth_are_of_the_accumulation(connections: Any) -> None:
    span = {"time_range": {"since": "2024-01-29", "until": "2024-09-01"}}
    asked = {"metrics": ["ledger.revenue|window|2 fiscal_weeks"], "by": by("time:fiscal_week", "region"), **span}
    few = {"filters": [{"member": "customer", "op": "in", "values": [3, 4]}]}
    told = {row[:2]: row[2] for row in rows(connections["4-4-5"], **asked, **few)}
    filled = {row[:2]: row[2] for row in rows(connections["4-4-5"], **asked, **few, fill=True)}
    regions = {region for _, region in told}
    weeks = {r[1] for r in fiscal.CALENDAR if date(2024, 1, 29) <= r[0] < date(2024, 9, 1)}
    assert filled == {(w, region): told.get((w, region)) for w in weeks for region in regions}
    assert None in filled.values()
    month = {"by": by("time:fiscal_month", "region"), **span}
    for row in rows(connections["4-4-5"], metrics=["ledger.revenue|to|fiscal_year", "ytd_share"], **month):
        whole = sum(
            r[2]
            for r in rows(connections["4-4-5"], metrics=["ledger.revenue|to|fiscal_year"], **month)
            if r[0] == row[0]
        )
        assert row[3] == pytest.approx(float(row[2]) / float(whole))
    compared = rows(connections["4-4-5"], metrics=["ledger.revenue|to|fiscal_year"], compare="1 fiscal_year", **month)
    grown = rows(connections["4-4-5"], metrics=["ytd_growth"], **month)
    assert {r[:2]: r[5] for r in compared if r[5] is not None} == {r[:2]: r[2] for r in grown if r[2] is not None}
    assert grown


def test_a_policy_on_the_rows_holds_and_the_calendar_is_needed_whole(connections: Any) -> None:
    asked = {"metrics": ["ledger.revenue|to|fiscal_year"], "by": by("time:fiscal_month", "region")}
    own = rows(connections["4-4-5"], Principal(id="a", roles=("a",)), **asked)
    assert own == [row for row in rows(connections["4-4-5"], **asked) if row[1] == "A"]
    assert own
    for role, error in (("b", QueryError), ("c", CalendarMissing)):
        with pytest.raises(error) as raised:
            rows(connections["4-4-5"], Principal(id=role, roles=(role,)), **asked)
        assert raised.value.code == ("VRT-229" if role == "b" else "VRT-246")


def test_a_range_that_begins_with_the_last_day_of_a_year_reaches_back_over_that_year(connections: Any) -> None:
    last = date(2024, 1, 28)
    span = {"time_range": {"since": last, "until": "2024-04-01"}}
    days = dict(rows(connections["4-4-5"], metrics=["ledger.revenue|to|fiscal_year"], by=by("time:day"), **span))
    whole = dict(rows(connections["4-4-5"], metrics=["ledger.revenue"], by=by("time:fiscal_year")))
    assert days[last] == whole[date(2023, 1, 30)]
    assert len(days) > 1


def test_beyond_the_calendar_nothing_is_to_date(connections: Any) -> None:
    for until in ("2035-01-01", "2022-10-01", "2024-04-01"):  # of the last one the calendar lacks the day before
        (row,) = rows(connections["4-4-5"], metrics=["ledger.revenue|to|fiscal_year"], time_range={"until": until})
        assert row == (None,)
    (row,) = rows(connections["4-4-5"], metrics=["ledger.revenue|to|fiscal_year"], time_range={"until": "2024-03-31"})
    assert row[0] is not None


def test_tables_of_two_calendars_go_by_days_each_with_its_own(connections: Any) -> None:
    both = {"metrics": ["ledger.revenue|to|fiscal_year", "others.own_ytd"]}
    with pytest.raises(CalendarMissing):
        rows(connections["4-4-5"], **both, by=by("time:fiscal_month"))
    days = rows(connections["4-4-5"], **both, by=by("time:day"))
    others = dict(rows(connections["4-4-5"], metrics=["others.own_ytd"], by=by("time:day")))
    assert {row[0]: row[2] for row in days if row[2] is not None} == others
    ask = Ask("orders", "to|fiscal_year", "day", False, None, None, None)
    assert others == {key[0]: value[0] for key, value in Answer(SAID["uneven"], ROWS, ask).rows_of().items()}


def test_the_plan_says_what_is_reached_over() -> None:
    query = {
        "metrics": ["ledger.revenue|to|fiscal_year"],
        "by": by("time:fiscal_month"),
        "time_range": {"until": "2024-03-01"},
    }
    words = compiled(MetricQuery.model_validate(query)).plan.words
    assert any("since the start of the fiscal_year of each period's end (up to 2024-03-01)" in line for line in words)
    assert "  by the periods of days" in words


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"by": by("time:day", "time:fiscal_month")}, "VRT-229"),
    ({"by": by("time:week", "time:month")}, "VRT-229"),
    ({"by": by("time:fiscal_month"), "compare": "previous_year"}, "VRT-229"),
    ({"by": by("time:month"), "compare": "1 fiscal_year"}, "VRT-229"),
    ({"by": by("time:fiscal_month"), "compare": "1 fiscal_year",
      "filters": [{"member": "day", "op": "not_equals", "values": ["2024-03-01"]}]}, "VRT-229"),
    ({"metrics": ["ledger.revenue|window|1 fiscal_year"], "by": by("time:month")}, "VRT-229"),
    ({"metrics": ["hours"], "by": by("time:fiscal_month")}, "VRT-229"),
    ({"metrics": ["events.revenue|to|fiscal_year"], "by": by("time:hour")}, "VRT-229"),
    ({"metrics": ["events.revenue|to|fiscal_year"], "by": by("time")}, "VRT-242"),
    ({"metrics": ["twice"], "by": by("time:fiscal_month")}, "VRT-243"),
    ({}, "VRT-241"),
    ({"metrics": ["plain.ours_ytd"], "by": by("time:day")}, "VRT-246"),
    ({"metrics": ["plain.ours_ytd"], "time_range": {"until": "2024-03-01"}}, "VRT-246"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "code"), REFUSED)
def test_what_the_calendar_does_not_say_is_refused(document: dict[str, Any], code: str) -> None:
    with pytest.raises(QueryError) as raised:
        compiled(MetricQuery.model_validate({"metrics": ["ledger.revenue|to|fiscal_year"], **document}))
    assert raised.value.code == code
    assert raised.value.remedy
