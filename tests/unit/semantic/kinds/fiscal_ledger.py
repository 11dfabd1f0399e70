"""Accumulations by a fiscal calendar in plain Python: for every period the very days that it reaches over."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.unit.semantic.kinds import fiscal_calendar as fiscal
from tests.unit.semantic.kinds.ledger import back, start

from verity.contracts.metric import GroupBy, MetricQuery, TimeRange

Row = dict[str, Any]
Key = tuple[Any, ...]
ONE = timedelta(days=1)
GRAINS = ("day", "fiscal_week", "fiscal_month", "fiscal_quarter", "fiscal_year")
REACHES = (
    "to|fiscal_year", "to|fiscal_quarter", "to|fiscal_month", "window|3 fiscal_months", "window|1 fiscal_year",
    "window|2 fiscal_weeks", "window|1 fiscal_quarter", "ever", "window|10 days", "window|2 months", "to|year",
)  # fmt: skip
METRICS: dict[str, dict[str, Any]] = {
    "revenue": {"sql": "SUM(amount)"},
    "orders": {"sql": "COUNT(*)"},
    "buyers": {"sql": "COUNT(DISTINCT customer)"},
    "largest": {"sql": "MAX(amount)"},
}
STEPS = {
    "day": ["1 fiscal_quarter", "1 fiscal_year"],
    "fiscal_week": ["1 fiscal_week", "1 fiscal_year", "2 fiscal_months"],
    "fiscal_month": ["3 fiscal_months", "1 fiscal_year"],
    "fiscal_quarter": ["1 fiscal_quarter", "1 fiscal_year"],
    "fiscal_year": ["1 fiscal_year"],
    "": ["1 fiscal_quarter", "1 fiscal_year", "2 fiscal_weeks"],
}
RANGES: list[tuple[date | None, date | None]] = [
    (None, None), (date(2024, 1, 29), date(2025, 2, 3)), (date(2024, 2, 14), date(2024, 7, 4)),
    (date(2025, 1, 22), date(2025, 3, 20)), (date(2023, 3, 3), None), (None, date(2024, 12, 25)),
    (date(2022, 10, 1), date(2023, 4, 1)), (date(2024, 4, 1), date(2024, 4, 1) + 35 * ONE),
    (date(2025, 11, 3), date(2026, 4, 1)), (None, date(2024, 4, 1)), (date(2024, 1, 28), date(2024, 6, 1)),
]  # fmt: skip


def dictionary_metrics() -> dict[str, dict[str, Any]]:
    """The metrics, and what they are over every reach."""
    made = dict(METRICS)
    for name in METRICS:
        for reach in REACHES:
            kind, _, argument = reach.partition("|")
            keys = {"to": {"to_date": argument}, "window": {"window": argument}}.get(kind, {})
            made[f"{name}|{reach}"] = {"type": "cumulative", "metric": name, **keys}
    return made


def uneven() -> list[tuple[date, ...]]:
    """Months of 30 days that weeks cross, years of 12 of them, from the midst of a month on."""
    rows = []
    for i in range(1_300):
        day, month = date(2022, 7, 1) + timedelta(days=i), i // 30
        first = [date(2022, 7, 1) + timedelta(days=30 * n) for n in (month, month // 3 * 3, month // 12 * 12)]
        rows.append((day, day - timedelta(days=day.weekday()), *first))
    return [row for row in rows if row[0] >= date(2022, 8, 10)]


@dataclass(frozen=True)
class Ask:
    """A question: one metric over one reach, by a grain ('': none) and maybe the region, over a range, moved or not."""

    metric: str
    reach: str
    grain: str
    region: bool
    since: date | None
    until: date | None
    compare: str | None

    def query(self) -> MetricQuery:
        """As a MetricQuery."""
        by = [GroupBy(dimension="time", grain=self.grain)] if self.grain else []  # type: ignore[arg-type]
        by += [GroupBy(dimension="region")] if self.region else []
        ranged = self.since is not None or self.until is not None
        return MetricQuery(
            metrics=(f"ledger.{self.metric}|{self.reach}",),
            by=tuple(by),
            time_range=TimeRange(since=self.since, until=self.until) if ranged else None,
            compare=self.compare,
        )


def question(seed: int) -> Ask:
    """One question that has an answer."""
    rng = random.Random(seed)  # noqa: S311 - a seed must repeat
    grain = rng.choice([*GRAINS, "fiscal_month", "month", "week", ""])
    plain = grain in ("day", "month", "week")
    reaches = [reach for reach in REACHES if "fiscal" in reach] if plain else list(REACHES)
    if grain in ("month", "week"):
        reaches = [reach for reach in reaches if reach.startswith("to|")]
    ranges = RANGES if grain else [(since, until) for since, until in RANGES if until is not None]
    since, until = rng.choice(ranges)
    compare = rng.choice([None, *STEPS[grain]]) if grain in STEPS else None
    return Ask(rng.choice([*METRICS]), rng.choice(reaches), grain, rng.random() < 0.5, since, until, compare)


class Calendar:
    """A calendar as its rows say it."""

    def __init__(self, rows: Sequence[tuple[date, ...]]) -> None:
        self.rows = {row[0]: row for row in rows}
        self.days = sorted(self.rows)
        self._inside: dict[str, dict[date | None, list[date]]] = {}

    def period(self, day: date | None, grain: str) -> date | None:
        """Where a day of the calendar lies."""
        if day not in self.rows:
            return None
        return self.rows[day][GRAINS.index(grain)] if grain in GRAINS else start(day, grain)

    def inside(self, period: date | None, grain: str) -> list[date]:
        """The days of a period."""
        if grain not in self._inside:
            made = self._inside[grain] = {}
            for day in self.days:
                made.setdefault(self.period(day, grain), []).append(day)
        return self._inside[grain].get(period, [])

    def known(self, grain: str) -> list[list[date]]:
        """The days of every period that the calendar does not begin within."""
        self.inside(None, grain)
        return [days for period, days in self._inside[grain].items() if period and period >= self.days[0]]

    def window(self, unit: date, count: int, grain: str, by: str) -> date | None:
        """The first day of the window of `count` periods that ends with a unit: a day, or a period of the query."""
        wholes = [days[0] for days in self.known(grain)]
        units: dict[date, list[date]] = {whole: [] for whole in wholes}
        for period in dict.fromkeys(self.period(day, by) for day in self.days):
            whole = self.inside(self.period(self.inside(period, by)[0], grain), grain)[0]
            if whole in units:
                units[whole].append(period or unit)
        at = next((i for i, whole in enumerate(wholes) if unit in units[whole]), -1)
        if at < count - 1:
            return None
        own, place = units[wholes[at]], units[wholes[at]].index(unit) + 1
        before = units[wholes[at - count]] if at >= count else None
        if place == len(own) or (before is not None and place >= len(before)):
            return self.inside(units[wholes[at - count + 1]][0], by)[0]
        return None if before is None else self.inside(before[place], by)[0]

    def earlier(self, period: date, grain: str, span: str) -> date | None:
        """The period at the same place of the longer one, so many before."""
        count, longer = int(span.split()[0]), span.split()[1].rstrip("s")
        at = GRAINS.index(longer)
        wholes = sorted({row[at] for row in self.rows.values() if row[at] >= self.days[0]})
        held: dict[date, date] = {}
        for day in self.days:
            held.setdefault(self.period(day, grain) or day, self.rows[day][at])
        if held.get(period) not in wholes or wholes.index(held[period]) < count:
            return None
        before = wholes[wholes.index(held[period]) - count]
        now, then = ([p for p in sorted(held) if held[p] == whole] for whole in (held[period], before))
        return then[now.index(period)] if now.index(period) < len(then) else None


class Answer:
    """One question over one calendar and list of rows."""

    def __init__(self, calendar: Calendar, rows: Sequence[Row], ask: Ask) -> None:
        self.calendar, self.ask = calendar, ask
        self.rows = [row for row in rows if row["day"] is not None]
        self.by_day: dict[date, list[Row]] = {}
        for row in self.rows:
            self.by_day.setdefault(row["day"], []).append(row)
        self.kind, _, self.argument = ask.reach.partition("|")
        self.fiscal = "fiscal" in self.argument
        grain = self.argument.split()[-1].rstrip("s") if self.fiscal else "day"
        self.known = {day for days in calendar.known(grain) for day in days}
        counted = [row["day"] for row in self.rows if self._counts(row["day"])]
        self.first, self.last = min(counted, default=None), max(counted, default=None)

    def rows_of(self) -> dict[Key, tuple[Any, ...]]:
        """Group to the value, and with a comparison to the value before."""
        made = {}
        for period in self._periods():
            now = self._reached(period, None)
            for region in self._regions(now):
                key = (*((period,) if self.ask.grain else ()), *((region,) if self.ask.region else ()))
                made[key] = (self._value(now, region),)
                if self.ask.compare is not None:
                    made[key] += (self._value(self._reached(period, self.ask.compare), region),)
        return made

    def _regions(self, rows: list[Row]) -> list[Any]:
        if self.ask.region:
            return list(dict.fromkeys(row["region"] for row in rows))
        return [None] if rows or not self.ask.grain else []

    def _value(self, rows: list[Row], region: Any) -> Any:
        own = [row for row in rows if not self.ask.region or row["region"] == region]
        if not own and (self.ask.grain or self.ask.region):
            return None
        return AGGREGATES[self.ask.metric](own)

    def _periods(self) -> list[Any]:
        if not self.ask.grain:
            return [None]
        return [p for p in self._all() if self._holds(p, *self._range())]

    def _all(self) -> list[date]:
        return sorted({self.calendar.period(day, self.ask.grain) or day for day in self.calendar.days})

    def _range(self) -> tuple[date | None, date | None]:
        """From the first day to the last: of the range, else of the rows that may count."""
        return self.ask.since or self.first, self.ask.until - ONE if self.ask.until else self.last

    def _counts(self, day: date) -> bool:
        """Whether a row's day lies in some fiscal period of the reach, and in the range's past."""
        if self.ask.until is not None and day >= self.ask.until:
            return False
        return not self.fiscal or day in self.known

    def _holds(self, period: date, first: date | None, last: date | None) -> bool:
        if first is None or last is None:
            return False
        return any(first <= day <= last for day in self.calendar.inside(period, self.ask.grain))

    def _reached(self, period: date | None, span: str | None) -> list[Row]:
        ends = self._ends(period) if span is None else self._earlier_ends(period, span)
        if ends is None:
            return []
        days = self._days(*ends)
        return [row for day, rows in self.by_day.items() if days(day) for row in rows]

    def _ends(self, period: date | None) -> tuple[date, date]:
        """The last day that counts in a period, and its own last day."""
        if period is None:
            assert self.ask.until is not None
            return self.ask.until - ONE, self.ask.until - ONE
        days = self.calendar.inside(period, self.ask.grain)
        return max(day for day in days if self.ask.until is None or day < self.ask.until), days[-1]

    def _earlier_ends(self, period: date | None, span: str) -> tuple[date, date] | None:
        """The same of the earlier period, cut where the range cuts this one."""
        until, grain = self.ask.until, self.ask.grain or span.split()[1].rstrip("s")
        if period is None:
            assert until is not None
            period = self.calendar.period(until - ONE, grain)
        then = None if period is None else self.calendar.earlier(period, grain, span)
        if period is None or then is None:
            return None
        now_days, then_days = self.calendar.inside(period, grain), self.calendar.inside(then, grain)
        kept = [d for i, d in enumerate(then_days) if until is None or now_days[min(i, len(now_days) - 1)] < until]
        return max(kept), max(kept) if not self.ask.grain else then_days[-1]

    def _days(self, high: date, last: date) -> Callable[[date], bool]:
        """Whether a day counts."""
        if self.kind == "ever":
            return lambda day: day <= high
        if self.kind == "to" and not self.fiscal:
            return lambda day: start(high, self.argument) <= day <= high
        if self.kind == "window" and not self.fiscal:
            low = back(last + ONE, self.argument)
            return lambda day: low <= day <= high
        if self.kind == "to":
            own = next((days for days in self.calendar.known(self.argument) if high in days), [])
            return lambda day: day in own and day <= high
        count, grain = self.argument.split()
        whole, by = grain.rstrip("s"), self.ask.grain
        by = by if by.startswith("fiscal") and GRAINS.index(by) <= GRAINS.index(whole) else "day"
        low = self.calendar.window(self.calendar.period(last, by) or last, int(count), whole, by)
        return lambda day: low is not None and low <= day <= high and day in self.known


def _amounts(rows: list[Row]) -> Iterator[Any]:
    return (row["amount"] for row in rows)


AGGREGATES: dict[str, Callable[[list[Row]], Any]] = {
    "revenue": lambda rows: sum(_amounts(rows)) if rows else None,
    "orders": len,
    "buyers": lambda rows: len({row["customer"] for row in rows}),
    "largest": lambda rows: max(_amounts(rows), default=None),
}
CALENDARS = {"4-4-5": fiscal.CALENDAR, "uneven": uneven()}
