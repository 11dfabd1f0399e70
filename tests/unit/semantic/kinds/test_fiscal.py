"""Fiscal periods moved by the calendar's own order, against plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from tests.small_orders import dictionary_of, schema_of
from tests.unit.semantic.kinds import fiscal_calendar as fiscal
from tests.unit.semantic.kinds.ledger import COLUMNS

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.exceptions import CalendarMissing, QueryError
from verity.semantic.compiler import Compiled, compile_query
from verity.semantic.model import load_model

STEPS = [
    ("fiscal_week", 1, "fiscal_week"), ("fiscal_week", 1, "fiscal_year"), ("fiscal_week", 2, "fiscal_month"),
    ("fiscal_month", 3, "fiscal_month"), ("fiscal_month", 1, "fiscal_quarter"), ("fiscal_quarter", 1, "fiscal_quarter"),
    ("fiscal_quarter", 1, "fiscal_year"), ("fiscal_year", 1, "fiscal_year"), ("day", 1, "fiscal_quarter"),
    ("day", 1, "fiscal_year"),
]  # fmt: skip
EARLIER = {
    f"{metric}|value|{count} {span}": {"type": "offset", "metric": metric, "offset": f"{count} {span}"}
    for metric in ("revenue", "buyers", "share")
    for count, span in sorted({step[1:] for step in STEPS})
}
TABLES: dict[str, dict[str, Any]] = {
    "ledger": {
        "time_column": "day",
        "calendar": "days",
        "metrics": {
            "revenue": {"sql": "SUM(amount)"},
            "buyers": {"sql": "COUNT(DISTINCT customer)"},
            "state": {"type": "semi_additive", "sql": "SUM(amount)"},
            "ever": {"type": "cumulative", "metric": "revenue"},
            "share": {"type": "share", "metric": "revenue", "within": ["time"]},
            "zero": {"sql": "SUM(amount)", "fill": "zero"},
            "kept": {"sql": "SUM(amount)", "fill": "previous"},
            **EARLIER,
        },
        "access": {"a": {"rows": [{"column": "region", "values": "A"}]}, "b": {"rows": "all"}},
    },
    "other": {"time_column": "day", "metrics": {"others": {"sql": "COUNT(*)"}}},
    "days": {
        "primary_key": "d",
        "periods": fiscal.PERIODS,
        "access": {"a": {"rows": "all"}, "b": {"rows": [{"column": "d", "op": "gt", "values": "2023-02-01"}]}},
    },
}
DICTIONARY = dictionary_of(TABLES)
CATALOG = build_catalog(DICTIONARY, schema_of({"ledger": COLUMNS, "other": COLUMNS, "days": fiscal.COLUMNS}))
ROWS = fiscal.rows_of(3) + fiscal.rows_of(4)
RANGES: list[tuple[date | None, date | None]] = [
    (None, None),
    (date(2024, 1, 29), date(2025, 2, 3)),
    (date(2024, 2, 14), date(2024, 7, 4)),
    (date(2025, 1, 22), date(2025, 3, 20)),
    (date(2023, 3, 3), None),
    (None, date(2024, 12, 25)),
]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    made = duckdb.connect()
    made.execute("CREATE SCHEMA silver")
    for table, columns in (("ledger", COLUMNS), ("other", COLUMNS), ("days", fiscal.COLUMNS)):
        made.execute(f"CREATE TABLE silver.{table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    made.executemany(
        "INSERT INTO silver.ledger (day, region, customer, amount) VALUES (?, ?, ?, ?)",
        [[row["day"], row["region"], row["customer"], row["amount"]] for row in ROWS],
    )
    made.executemany("INSERT INTO silver.days VALUES (?, ?, ?, ?, ?)", fiscal.CALENDAR)
    yield made
    made.close()


def compiled(principal: Principal = OWNER, **document: Any) -> Compiled:
    accesses = access_for(DICTIONARY, principal)
    catalog = CATALOG if principal is OWNER else CATALOG.narrowed_to(accesses)
    query = MetricQuery.model_validate(document)
    return compile_query(load_model(catalog), query, accesses=accesses, dialect="duckdb")


def ask(connection: Any, principal: Principal = OWNER, **document: Any) -> list[tuple[Any, ...]]:
    made = compiled(principal, **document)
    return connection.execute(made.sql, list(made.parameters)).fetchall()


def by(grain: str, *more: str) -> list[dict[str, str]]:
    return [{"dimension": "time", "grain": grain}, *({"dimension": name} for name in more)]


def spanned(since: date | None, until: date | None) -> dict[str, Any]:
    return {} if since is None and until is None else {"time_range": {"since": since, "until": until}}


def total(rows: list[fiscal.Row]) -> Any:
    return sum(row["amount"] for row in rows) if rows else None


@pytest.mark.parametrize(("grain", "count", "span"), STEPS)
@pytest.mark.parametrize(("since", "until"), RANGES)
def test_the_earlier_period_is_the_one_that_the_calendar_says(
    connection: Any, grain: str, count: int, span: str, since: date | None, until: date | None
) -> None:
    found = ask(
        connection,
        metrics=["revenue", f"revenue|value|{count} {span}", f"buyers|value|{count} {span}"],
        by=by(grain, "region"),
        **spanned(since, until),
    )
    now: dict[tuple[Any, ...], list[fiscal.Row]] = {}
    for row in ROWS:
        if fiscal.in_range(row["day"], since, until):
            now.setdefault((fiscal.period(row["day"], grain), row["region"]), []).append(row)
    expected = set()
    for (start, region), rows in now.items():
        before = [] if start is None else fiscal.earlier_rows(ROWS, start, grain, count, span, since, until)
        before = [row for row in before if row["region"] == region]
        buyers = len({row["customer"] for row in before}) if before else None
        expected.add((start, region, total(rows), total(before), buyers))
    assert set(found) == expected


@pytest.mark.parametrize(("start", "weeks", "then"), [
    (date(2024, 4, 29), 13, date(2023, 5, 1)), (date(2025, 2, 3), 13, date(2024, 1, 29)),
])  # fmt: skip
def test_a_whole_quarter_is_compared_with_the_whole_quarter_a_year_before(
    connection: Any, start: date, weeks: int, then: date
) -> None:
    length = timedelta(weeks=weeks)
    for grain in ("fiscal_month", "fiscal_quarter"):
        compared = ask(
            connection, metrics=["revenue"], by=by(grain), compare="1 fiscal_year", **spanned(start, start + length)
        )
        before = ask(connection, metrics=["revenue"], by=by(grain), **spanned(then, then + length))
        in_calendar = [row[1] for row in before if row[0] is not None]
        assert [row[2] for row in compared if row[0] is not None] == in_calendar
        assert len(in_calendar) > 0


def test_the_53rd_week_has_none_a_year_before_and_the_year_after_skips_it(connection: Any) -> None:
    found = dict(ask(connection, metrics=["revenue|value|1 fiscal_year"], by=by("fiscal_week")))
    week_53, week_1 = date(2025, 1, 27), date(2025, 2, 3)
    plain = dict(ask(connection, metrics=["revenue"], by=by("fiscal_week")))
    assert plain[week_53] is not None
    assert found[week_53] is None
    assert found[week_1] == plain[date(2024, 1, 29)]
    assert (
        dict(ask(connection, metrics=["revenue|value|1 fiscal_week"], by=by("fiscal_week")))[week_1] == plain[week_53]
    )


def test_without_a_grain_the_whole_range_is_moved_by_the_days_of_the_span(connection: Any) -> None:
    since, until = date(2024, 5, 7), date(2024, 8, 19)
    (row,) = ask(connection, metrics=["revenue"], compare="previous_fiscal_quarter", **spanned(since, until))
    quarters = sorted({r[3] for r in fiscal.CALENDAR})
    before = [
        r for q in quarters for r in fiscal.earlier_rows(ROWS, q, "fiscal_quarter", 1, "fiscal_quarter", since, until)
    ]
    assert row[1] == total(before)
    assert row[0] == total([r for r in ROWS if fiscal.in_range(r["day"], since, until)])


def test_previous_period_is_the_fiscal_one_and_a_policy_holds_for_both(connection: Any) -> None:
    staff = Principal(id="a", roles=("a",))
    found = ask(connection, staff, metrics=["revenue"], by=by("fiscal_month"), compare="previous_period")
    own = [row for row in ROWS if row["region"] == "A"]
    expected = {}
    for start in {fiscal.period(row["day"], "fiscal_month") for row in own}:
        before = (
            fiscal.earlier_rows(own, start, "fiscal_month", 1, "fiscal_month", None, None) if start is not None else []
        )
        expected[start] = total(before)
    assert {row[0]: row[2] for row in found} == expected
    cut = ask(
        connection, staff, metrics=["revenue"], by=by("fiscal_month"), compare="1 fiscal_month",
        **spanned(date(2024, 1, 29), date(2024, 4, 29)),
    )  # fmt: skip
    assert {row[0]: row[2] for row in cut if row[0]} == {row[0]: expected[row[0]] for row in cut if row[0]}


def test_a_share_of_the_period_before_is_its_own(connection: Any) -> None:
    found = ask(connection, metrics=["share|value|1 fiscal_quarter"], by=by("fiscal_quarter", "region"))
    plain = {row[:2]: row[2] for row in ask(connection, metrics=["share"], by=by("fiscal_quarter", "region"))}
    starts = sorted({row[3] for row in fiscal.CALENDAR if row[3] >= fiscal.BEGINS})
    for start, region, value in found:
        before = starts[starts.index(start) - 1] if start in starts[1:] else None
        assert value == (plain.get((before, region)) if before else None)


@pytest.mark.parametrize("grain", ["fiscal_week", "fiscal_month", "fiscal_year"])
@pytest.mark.parametrize(("since", "until"), RANGES[::2])
def test_gaps_are_the_calendars_periods_in_the_range(
    connection: Any, grain: str, since: date | None, until: date | None
) -> None:
    few = {"filters": [{"member": "customer", "op": "in", "values": [3, 4]}], "fill": True, "compare": f"1 {grain}"}
    found = ask(connection, metrics=["zero", "kept"], by=by(grain, "region"), **few, **spanned(since, until))
    rows = [row for row in ROWS if row["customer"] in (3, 4)]
    now: dict[tuple[Any, ...], list[fiscal.Row]] = {}
    for row in rows:
        if fiscal.in_range(row["day"], since, until):
            now.setdefault((fiscal.period(row["day"], grain), row["region"]), []).append(row)
    starts = sorted({start for start, _ in now if start is not None})
    low, high = since or starts[0], (until - timedelta(days=1)) if until else starts[-1]
    spine = sorted({fiscal.period(row[0], grain) or row[0] for row in fiscal.CALENDAR if low <= row[0] <= high})
    regions = {region for _, region in now}
    expected = set()
    for region in regions:
        last = None
        for start in sorted({*spine, *starts}):
            if start not in spine and (start, region) not in now:
                continue
            own = total(now.get((start, region), []))
            before = fiscal.earlier_rows(rows, start, grain, 1, grain, since, until)
            then = total([row for row in before if row["region"] == region]) or 0
            last = own if own is not None else last
            expected.add((start, region, own or 0, then, last))
        if (None, region) in now:
            own = total(now[None, region])
            expected.add((None, region, own, 0, own))
    assert {(*row[:4], row[6]) for row in found} == expected
    assert len(found) == len(expected)
    assert grain == "fiscal_year" or len(expected) > len(now)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"by": by("fiscal_month"), "compare": "previous_year"}, "VRT-229"),
    ({"by": by("fiscal_quarter"), "compare": "1 fiscal_month"}, "VRT-229"),
    ({"by": by("month"), "compare": "1 fiscal_year"}, "VRT-229"),
    ({"by": [*by("fiscal_month"), *by("fiscal_year")], "compare": "1 fiscal_year"}, "VRT-229"),
    ({"by": by("fiscal_month"), "compare": "previous_period", **spanned(*RANGES[1])}, "VRT-229"),
    ({"metrics": ["state"], "by": by("fiscal_month"), "compare": "1 fiscal_year", **spanned(*RANGES[1])}, "VRT-229"),
    ({"by": by("fiscal_month"), "compare": "1 fiscal_year",
      "filters": [{"member": "day", "op": "not_equals", "values": ["2024-03-01"]}]}, "VRT-229"),
    ({"by": [*by("day"), *by("fiscal_month")], "compare": "previous_month"}, "VRT-229"),
    ({"by": [*by("day"), *by("fiscal_month")], "fill": True}, "VRT-229"),
    ({"metrics": ["ever"], "by": [*by("day"), *by("fiscal_month")]}, "VRT-229"),
    ({"metrics": ["others"], "by": by("fiscal_month"), "fill": True}, "VRT-246"),
    ({"compare": "1 fiscal_year"}, "VRT-241"),
    ({"metrics": ["others"], "by": by("day"), "compare": "1 fiscal_year"}, "VRT-246"),
    ({"metrics": ["others"], "compare": "1 fiscal_year", **spanned(*RANGES[1])}, "VRT-246"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "code"), REFUSED)
def test_what_the_calendar_does_not_order_is_refused(document: dict[str, Any], code: str) -> None:
    with pytest.raises(QueryError) as raised:
        compiled(**{"metrics": ["revenue"], **document})
    assert raised.value.code == code
    assert raised.value.remedy


def test_a_calendar_of_which_rows_are_held_back_has_no_order() -> None:
    staff = Principal(id="b", roles=("b",))
    with pytest.raises(QueryError) as raised:
        compiled(staff, metrics=["revenue"], by=by("fiscal_month"), compare="1 fiscal_year")
    assert raised.value.code == "VRT-229"
    assert not isinstance(raised.value, CalendarMissing)
