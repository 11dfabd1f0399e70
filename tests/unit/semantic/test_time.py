"""Time: zones, grains, week starts and fiscal calendars against plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp
from tests.small_orders import MemoryEngine, dictionary_of, schema_of

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery, Span
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.exceptions import CalendarMissing, QueryError, UnknownTimeZone
from verity.semantic.compiler import Compiled, compile_query
from verity.semantic.dialects import printed
from verity.semantic.frames.calendar_days import CalendarDays
from verity.semantic.frames.steps import Steps
from verity.semantic.model import load_model

COLUMNS = {
    "events": {"id": "bigint", "at": "timestamptz", "plain": "timestamp", "manila": "timestamp", "day": "date"},
    "sales": {"id": "bigint", "sold": "date", "event": "bigint"},
    "days": {"d": "date", "fw": "date", "fm": "date", "fq": "date", "fy": "date", "shown": "boolean"},
}
DESCRIBED: dict[str, dict[str, Any]] = {
    "events": {
        "primary_key": "id",
        "time_column": "at",
        "calendar": "days",
        "columns": {"manila": {"timezone": "Asia/Manila"}},
        "metrics": {"events": {"sql": "COUNT(*)"}, "plain_events": {"sql": "COUNT(*)", "time_column": "plain"}},
    },
    "sales": {
        "time_column": "sold",
        "week_start": "sunday",
        "joins": {"event": {"table": "events", "on": {"event": "id"}}},
        "metrics": {"sales": {"sql": "COUNT(*)"}},
    },
    "days": {
        "primary_key": "d",
        "periods": {"day": "d", "fiscal_week": "fw", "fiscal_month": "fm", "fiscal_quarter": "fq", "fiscal_year": "fy"},
    },
}
ZONES = ["Europe/Berlin", "America/Sao_Paulo", "Asia/Manila", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut"]


def calendar_445() -> list[tuple[Any, ...]]:
    """A 4-4-5 year of 52 weeks from Sunday 2023-10-29, and one more; the day 2024-05-05 is missing."""
    rows = []
    for year in range(2):
        start = date(2023, 10, 29) + timedelta(weeks=52 * year)
        weeks = 0
        for quarter in range(4):
            for length in (4, 4, 5):
                month = start + timedelta(weeks=weeks)
                for week in range(length):
                    first = month + timedelta(weeks=week)
                    quarterly = start + timedelta(weeks=13 * quarter)
                    rows += [(first + timedelta(days=i), first, month, quarterly, start, i != 3) for i in range(7)]
                weeks += length
    return [row for row in rows if row[0] != date(2024, 5, 5)]


DAYS = calendar_445()
DICTIONARY = dictionary_of(DESCRIBED)
MODEL = load_model(build_catalog(DICTIONARY, schema_of(COLUMNS)))


@pytest.fixture(scope="module")
def engine() -> Iterator[MemoryEngine]:
    made = MemoryEngine(COLUMNS, {"days": DAYS})
    yield made
    made.close()


def compiled(**query: Any) -> Compiled:
    return compile_query(
        MODEL, MetricQuery.model_validate(query), accesses=access_for(DICTIONARY, OWNER), dialect="duckdb"
    )


def ran(engine: MemoryEngine, **query: Any) -> list[tuple[Any, ...]]:
    made = compiled(**query)
    return engine.connection.execute(made.sql, list(made.parameters)).fetchall()


def refill(engine: MemoryEngine, **rows: list[tuple[Any, ...]]) -> None:
    for table, kept in rows.items():
        engine.connection.execute(f'TRUNCATE silver."{table}"')
        engine.insert(table, kept)


def by(*names: str) -> list[dict[str, str | None]]:
    return [{"dimension": n.partition(":")[0], "grain": n.partition(":")[2] or None} for n in names]


def event(number: int, moment: datetime) -> tuple[Any, ...]:
    naive = moment.astimezone(UTC).replace(tzinfo=None)
    return (number, moment, naive, moment.astimezone(ZoneInfo("Asia/Manila")).replace(tzinfo=None), naive.date())


STARTS: dict[str, Callable[[datetime], Any]] = {
    "minute": lambda t: t.replace(second=0, microsecond=0),
    "hour": lambda t: t.replace(minute=0, second=0, microsecond=0),
    "day": lambda t: t.date(),
    "week": lambda t: t.date() - timedelta(days=t.weekday()),
    "month": lambda t: t.date().replace(day=1),
    "quarter": lambda t: t.date().replace(month=(t.month - 1) // 3 * 3 + 1, day=1),
    "year": lambda t: t.date().replace(month=1, day=1),
    "fiscal_month": lambda t: next((row[2] for row in DAYS if row[0] == t.date()), None),
}
MOMENTS = st.datetimes(datetime(2024, 3, 8), datetime(2024, 4, 8)) | st.datetimes(
    datetime(2023, 10, 24), datetime(2023, 11, 8)
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moments=st.lists(MOMENTS, min_size=1, max_size=12),
    zone=st.sampled_from(ZONES),
    grain=st.sampled_from(sorted(STARTS)),
    column=st.sampled_from(["at", "plain", "manila"]),
)
def test_periods_are_those_of_the_zones_own_wall_clock(
    engine: MemoryEngine, moments: list[datetime], zone: str, grain: str, column: str
) -> None:
    instants = [moment.replace(tzinfo=UTC) for moment in moments]
    refill(engine, events=[event(i, moment) for i, moment in enumerate(instants)])
    rows = ran(engine, metrics=["events"], by=by(f"events.{column}:{grain}"), timezone=zone)
    walls = [STARTS[grain](moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)) for moment in instants]
    assert dict(rows) == Counter(walls)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moments=st.lists(MOMENTS, min_size=1, max_size=12),
    zone=st.sampled_from(ZONES),
    bound=st.datetimes(datetime(2024, 3, 28), datetime(2024, 4, 8)).map(lambda t: t.replace(microsecond=0))
    | st.sampled_from([date(2024, 3, 31), date(2024, 3, 10), date(2023, 10, 29), date(2024, 4, 7)])
    | st.sampled_from([datetime(2023, 10, 29, 2, 30), datetime(2024, 3, 31, 2, 30), datetime(2024, 3, 31)]),
    op=st.sampled_from(["gte", "lt", "gt", "lte", "equals", "not_equals"]),
    column=st.sampled_from(["at", "plain"]),
)
def test_bare_times_are_those_of_the_zones_own_wall_clock(
    engine: MemoryEngine, moments: list[datetime], zone: str, bound: Any, op: str, column: str
) -> None:
    instants = [moment.replace(tzinfo=UTC, microsecond=0) for moment in moments]
    if isinstance(bound, datetime):
        instants += [bound.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)]
    refill(engine, events=[event(i, moment) for i, moment in enumerate(instants)])
    condition = {"member": f"events.{column}", "op": op, "values": [bound.isoformat()]}
    ((found,),) = ran(engine, metrics=["events"], filters=[condition], timezone=zone)
    walls = [moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in instants]
    compared = walls if isinstance(bound, datetime) else [wall.date() for wall in walls]
    fits = {
        "gte": lambda a: a >= bound, "lt": lambda a: a < bound, "gt": lambda a: a > bound,
        "lte": lambda a: a <= bound, "equals": lambda a: a == bound, "not_equals": lambda a: a != bound,
    }[op]  # fmt: skip
    assert found == sum(fits(wall) for wall in compared)


def test_the_range_of_a_local_day_over_daylight_saving_is_its_23_or_25_hours(engine: MemoryEngine) -> None:
    hours = [datetime(2024, 3, 30, tzinfo=UTC) + timedelta(hours=i) for i in range(24 * 3)]
    hours += [datetime(2023, 10, 28, tzinfo=UTC) + timedelta(hours=i) for i in range(24 * 3)]
    refill(engine, events=[event(i, moment) for i, moment in enumerate(hours)])
    for since, until, expected in (("2024-03-31", "2024-04-01", 23), ("2023-10-29", "2023-10-30", 25)):
        for member in ("events.at", "events.plain"):
            span = {"dimension": member, "since": since, "until": until}
            ((count,),) = ran(engine, metrics=["events"], time_range=span, timezone="Europe/Berlin")
            assert count == expected


def test_a_zone_costs_a_date_nothing() -> None:
    query = {"metrics": ["sales"], "by": by("sold:month"), "time_range": {"since": "2024-01-01"}}
    assert compiled(**query, timezone="Asia/Manila").sql == compiled(**query).sql
    assert "TIME ZONE" not in compiled(metrics=["sales"], by=by("sold:week"), timezone="Asia/Manila").sql


def test_a_range_of_instants_converts_no_row() -> None:
    made = compiled(metrics=["events"], time_range={"since": "2024-02-01"}, timezone="Asia/Manila")
    assert "TIME ZONE" not in made.sql
    assert made.parameters == ("2024-01-31T16:00:00+00:00",)


def test_the_zone_that_a_column_declares_is_not_converted_to_itself() -> None:
    made = compiled(metrics=["events"], by=by("events.manila:day"), timezone="Asia/Manila")
    assert "TIME ZONE" not in made.sql


def test_utc_by_any_name_is_no_conversion() -> None:
    plain = compiled(metrics=["plain_events"], by=by("time:hour"))
    assert compiled(metrics=["plain_events"], by=by("time:hour"), timezone="Etc/UTC").sql == plain.sql
    assert "TIME ZONE" not in plain.sql


@pytest.mark.parametrize(
    ("name", "guess"),
    [("Manila", "Asia/Manila"), ("asia/manila", "Asia/Manila"), ("Europe/Berln", "Europe/Berlin"), ("localtime", ""),
     ("../etc/passwd", ""), ("posix/Europe/Berlin", "Europe/Berlin"), ("", ""), ("UTC'; --", "")],
)  # fmt: skip
def test_an_unknown_zone_is_named(name: str, guess: str) -> None:
    with pytest.raises(UnknownTimeZone) as raised:
        compiled(metrics=["events"], timezone=name)
    assert raised.value.code == "VRT-245"
    assert (guess in raised.value.message) if guess else True
    assert "IANA" in raised.value.remedy


@pytest.mark.parametrize("start", ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
def test_weeks_begin_with_the_day_that_the_table_says(engine: MemoryEngine, start: str) -> None:
    described = {**DESCRIBED, "sales": {**DESCRIBED["sales"], "week_start": start}}
    dictionary = dictionary_of(described)
    model = load_model(build_catalog(dictionary, schema_of(COLUMNS)))
    sold = [date(2024, 2, 24) + timedelta(days=i) for i in range(16)]
    refill(engine, sales=[(i, day, None) for i, day in enumerate(sold)])
    query = MetricQuery.model_validate({"metrics": ["sales"], "by": by("sold:week")})
    made = compile_query(model, query, accesses=access_for(dictionary, OWNER), dialect="duckdb")
    rows = engine.connection.execute(made.sql, list(made.parameters)).fetchall()
    days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    expected = Counter(day - timedelta(days=(day.weekday() - days.index(start)) % 7) for day in sold)
    assert dict(rows) == expected


def test_fiscal_periods_are_those_of_the_calendar_and_a_missing_day_is_no_period(engine: MemoryEngine) -> None:
    moments = [datetime(2024, 5, 4, 12, tzinfo=UTC) + timedelta(hours=8 * i) for i in range(9)]
    refill(engine, events=[event(i, moment) for i, moment in enumerate(moments)])
    known = {row[0]: row for row in DAYS}
    for grain, index in (("fiscal_week", 1), ("fiscal_month", 2), ("fiscal_quarter", 3), ("fiscal_year", 4)):
        rows = ran(engine, metrics=["events"], by=by(f"time:{grain}"))
        expected = Counter(known[m.date()][index] if m.date() in known else None for m in moments)
        assert dict(rows) == expected
        assert None in expected


def test_the_calendar_joins_once_for_several_periods_of_one_time(engine: MemoryEngine) -> None:
    sql = compiled(metrics=["events"], by=by("time:fiscal_month", "time:fiscal_year", "time:day")).sql
    assert sql.count('"silver"."days"') == 1


def test_a_policy_of_the_calendar_holds_inside_its_join(engine: MemoryEngine) -> None:
    described = {name: {**entry, "access": {"staff": {}}} for name, entry in DESCRIBED.items()}
    described["days"]["access"] = {"staff": {"rows": [{"column": "shown", "values": True}]}}
    dictionary = dictionary_of(described)
    principal = Principal(id="s", roles=("staff",))
    accesses = access_for(dictionary, principal)
    catalog = build_catalog(dictionary, schema_of(COLUMNS)).narrowed_to(accesses)
    query = MetricQuery.model_validate({"metrics": ["events"], "by": by("time:fiscal_month")})
    made = compile_query(load_model(catalog), query, accesses=accesses, dialect="duckdb")
    moments = [datetime(2024, 5, 6, 12, tzinfo=UTC) + timedelta(days=i) for i in range(7)]
    refill(engine, events=[event(i, moment) for i, moment in enumerate(moments)])
    rows = dict(engine.connection.execute(made.sql, list(made.parameters)).fetchall())
    assert rows == {date(2024, 4, 28): 6, None: 1}, "the day that is held back is as if it were missing"


def test_a_time_without_a_calendar_has_no_fiscal_periods() -> None:
    with pytest.raises(CalendarMissing) as raised:
        compiled(metrics=["sales"], by=by("sold:fiscal_month"))
    assert raised.value.code == "VRT-246"
    assert "sales.sold" in raised.value.message


@pytest.mark.parametrize("grain", ["week", "fiscal_month"])
def test_unlike_periods_are_not_put_into_one_column(grain: str) -> None:
    with pytest.raises(QueryError) as raised:
        compiled(metrics=["sales", "events"], by=by(f"time:{grain}"))
    assert raised.value.code == "VRT-246"


def test_steps_of_fiscal_periods_follow_the_calendars_own_order(engine: MemoryEngine) -> None:
    work = compiled(metrics=["events"], by=by("time:fiscal_month")).work
    days = CalendarDays(work, MODEL.catalog.usable_tables["days"], inline=True)
    steps = Steps(days, "fiscal_month", Span(12, "fiscal_month")).steps("steps")
    every = exp.Select(expressions=[exp.Star()], from_=exp.From(this=steps))
    rows = dict(engine.connection.execute(printed(every, "duckdb")).fetchall())
    months = sorted({row[2] for row in DAYS})
    assert rows == dict(zip(months[12:], months, strict=False))


def test_a_range_of_instants_moves_by_fiscal_days_of_the_zones_wall_clock(engine: MemoryEngine) -> None:
    zone = ZoneInfo("Asia/Manila")
    moments = [datetime(2024, 1, 20, 15, 30, tzinfo=UTC) + timedelta(hours=7 * i) for i in range(500)]
    refill(engine, events=[event(i, moment) for i, moment in enumerate(moments)])
    asked: dict[str, Any] = {"metrics": ["events"], "timezone": "Asia/Manila", "compare": "previous_fiscal_quarter"}
    span = {"time_range": {"since": "2024-04-28", "until": "2024-06-02"}}
    walls = [moment.astimezone(zone).date() for moment in moments]
    known, lacking = sorted(row[0] for row in DAYS), date(2024, 5, 5)
    first, quarter = known.index(date(2024, 1, 28)), known.index(date(2024, 4, 28))
    days = {known[first + i] for i in range(quarter - first) if known[quarter + i] < date(2024, 6, 2)}
    then = sum(wall in days for wall in walls)
    now = [wall for wall in walls if date(2024, 4, 28) <= wall < date(2024, 6, 2)]
    assert [row[:2] for row in ran(engine, **asked, **span)] == [(len(now), then)]
    by_quarter = {row[0]: row[1:3] for row in ran(engine, **asked, **span, by=by("time:fiscal_quarter"))}
    inside = [wall for wall in now if wall != lacking]
    assert by_quarter == {date(2024, 4, 28): (len(inside), then), None: (len(now) - len(inside), None)}
    with pytest.raises(QueryError) as raised:
        compiled(**asked, time_range={"since": "2024-04-28T05:00:00", "until": "2024-06-02"})
    assert raised.value.code == "VRT-229"
