"""A ledger and an independent, slow answer to questions over time: plain Python, no code of the compiler.

Every value is computed by itself: which rows it reads (a period, moved back, reaching back, over fewer dimensions),
then the aggregate over them.
"""

from __future__ import annotations

import random
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Key = tuple[Any, ...]
COLUMNS = {"day": "date", "region": "text", "status": "text", "customer": "bigint", "amount": "decimal(12,2)"}
METRICS: dict[str, dict[str, Any]] = {
    "revenue": {"sql": "SUM(amount)"},
    "orders": {"sql": "COUNT(*)"},
    "buyers": {"sql": "COUNT(DISTINCT customer)"},
    "largest": {"sql": "MAX(amount)"},
    "mean": {"sql": "AVG(amount)"},
    "paid": {"sql": "COUNT(*)", "filter": "status = 'paid'"},
    "per_order": {"type": "ratio", "numerator": "revenue", "denominator": "orders"},
    "last_amount": {"type": "semi_additive", "sql": "SUM(amount)"},
    "first_amount": {"type": "semi_additive", "sql": "SUM(amount)", "take": "first"},
    "mean_amount": {"type": "semi_additive", "sql": "SUM(amount)", "take": "average"},
    "least_amount": {"type": "semi_additive", "sql": "SUM(amount)", "take": "min"},
    "last_of_customer": {"type": "semi_additive", "sql": "SUM(amount)", "per": "customer"},
}
NUMBERS = ("revenue", "orders", "buyers", "largest", "mean", "paid", "per_order")
STATES = ("last_amount", "first_amount", "mean_amount", "least_amount", "last_of_customer")
SPANS = {"month": ["1 month", "1 quarter", "1 year"], "day": ["1 day", "1 week", "1 month", "1 year"],
         "week": ["1 week", "1 year"], "quarter": ["1 quarter", "1 year"], "year": ["1 year"]}  # fmt: skip
WINDOWS = ("7 days", "2 months", "1 week", "1 quarter")
TO_DATE = ("month", "quarter", "year", "week")


def dictionary_metrics() -> dict[str, dict[str, Any]]:
    """The metrics above and every way of looking at the numbers among them at other times."""
    made = dict(METRICS)
    for name in (*NUMBERS, *STATES):
        for span in ("1 day", "1 week", "1 month", "1 quarter", "1 year"):
            for show in ("value", "delta", "growth"):
                key = f"{name}|{show}|{span}"
                made[key] = {"type": "offset", "metric": name, "offset": span, "show": show}
        made[f"{name}|share"] = {"type": "share", "metric": name}
        made[f"{name}|share|region"] = {"type": "share", "metric": name, "within": ["region"]}
        made[f"{name}|rank"] = {"type": "rank", "metric": name}
        made[f"{name}|rank|region"] = {"type": "rank", "metric": name, "within": "region", "direction": "asc"}
    for name in NUMBERS:
        made[f"{name}|ever"] = {"type": "cumulative", "metric": name}
        for window in WINDOWS:
            made[f"{name}|window|{window}"] = {"type": "cumulative", "metric": name, "window": window}
        for period in TO_DATE:
            made[f"{name}|to|{period}"] = {"type": "cumulative", "metric": name, "to_date": period}
    return made


def rows_of(seed: int) -> list[Row]:
    """Rows with gaps, ties, month ends, a leap day and NULLs."""
    rng = random.Random(seed)  # noqa: S311
    days = [date(2024, 2, 29), date(2024, 3, 31), date(2024, 1, 31), date(2023, 2, 28), None]
    rows = []
    for _ in range(rng.choice([0, 3, 30, 45])):
        day = rng.choice(days) if rng.random() < 0.25 else date(2023, 1, 20) + timedelta(days=rng.randrange(0, 500))
        rows.append(
            {
                "day": day,
                "region": rng.choice(["A", "B", None]),
                "status": rng.choice(["paid", "new", None]),
                "customer": rng.choice([1, 2, 3, None]),
                "amount": rng.choice([None, Decimal(rng.randrange(-500, 2000)) / 100, Decimal("7.50")]),
            }
        )
    return rows


@dataclass(frozen=True)
class Ask:
    """A question: metrics of `dictionary_metrics`, plain dimensions, a grain, a range, a condition on the status."""

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    grain: str | None = None
    since: date | None = None
    until: date | None = None
    status: str | None = None


# --- time -------------------------------------------------------------------------------------------------------------


def start(day: date, grain: str) -> date:
    """The first day of the period."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "day":
        return day
    months = {"month": 1, "quarter": 3, "year": 12}[grain]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def months_back(day: date, count: int) -> date:
    """The same day some months earlier, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def back(day: date, span: str, grain: str | None = None) -> date:
    """A day, a span earlier; at the week grain a year is 52 weeks."""
    count, unit = int(span.split()[0]), span.split()[1].rstrip("s")
    if unit == "year" and grain == "week":
        return day - timedelta(weeks=52 * count)
    if unit in ("day", "week"):
        return day - timedelta(days=count * {"day": 1, "week": 7}[unit])
    return months_back(day, count * {"month": 1, "quarter": 3, "year": 12}[unit])


def following(day: date, grain: str) -> date:
    """The first day of the next period."""
    if grain in ("day", "week"):
        return day + timedelta(days={"day": 1, "week": 7}[grain])
    return start(day + timedelta(days={"month": 31, "quarter": 92, "year": 366}[grain]), grain)


def end_back(until: date, span: str, grain: str | None) -> date:
    """An excluded end, a span earlier, never short of a whole month."""
    return max(back(until, span, grain), back(until - timedelta(days=1), span, grain) + timedelta(days=1))


# --- the answer -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Range:
    """Rows from `since` up to `until`; `timed`: only rows with a day."""

    since: date | None
    until: date | None
    timed: bool = False

    def holds(self, day: date | None) -> bool:
        """True where the day lies in it."""
        if day is None:
            return self.since is None and self.until is None and not self.timed
        return (self.since is None or day >= self.since) and (self.until is None or day < self.until)


class Ledger:
    """Answers questions about one list of rows."""

    def __init__(self, rows: list[Row], ask: Ask) -> None:
        self.rows, self.ask = rows, ask
        self.range = Range(ask.since, ask.until)
        days = [row["day"] for row in rows if row["day"] is not None and self._passes(row)]
        self.days = days

    def answer(self) -> dict[Key, tuple[Any, ...]]:
        """Group to values."""
        keys = self._keys()
        columns = [self._column(name, keys) for name in self.ask.metrics]
        return {key: tuple(column[key] for column in columns) for key in keys}

    def _keys(self) -> list[Key]:
        found: dict[Key, None] = {}
        for name in self.ask.metrics:
            base, kind, argument = parts(name)
            if kind in ("ever", "window", "to"):
                found.update(dict.fromkeys(self._reached_keys(kind, argument)))
            else:
                found.update(dict.fromkeys(self._plain_keys(base)))
        return list(found)

    def _plain_keys(self, base: str) -> Iterator[Key]:
        if not self.ask.by and self.ask.grain is None:
            yield ()
        for row in self.rows:
            if self._passes(row) and self.range.holds(row["day"]) and self._counts(base, row):
                yield self._key(row, None if row["day"] is None else self._bucket(row["day"]))

    def _counts(self, base: str, row: Row) -> bool:
        """A state at an instant has the rows of that instant only."""
        if base not in STATES:
            return True
        if row["day"] is None:
            return False
        seen = [other for other in self.rows if self.range.holds(other["day"]) and self._is_beside(other, row["day"])]
        if base == "last_of_customer":
            return bool(row["day"] == max(other["day"] for other in seen if other["customer"] == row["customer"]))
        days = _days(seen)
        return bool(row["day"] == {"last_amount": days[-1], "first_amount": days[0]}.get(base, row["day"]))

    def _is_beside(self, row: Row, day: date) -> bool:
        if row["day"] is None:
            return False
        return self.ask.grain is None or self._bucket(row["day"]) == self._bucket(day)

    def _reached_keys(self, kind: str, argument: str) -> Iterator[Key]:
        if self.ask.grain is None:
            yield from ([()] if not self.ask.by else [])
            reach = self._reach(kind, argument, None)
            for row in self.rows:
                if self._passes(row) and reach.holds(row["day"]):
                    yield self._key(row, None)
            return
        for bucket in self._spine(kind, argument):
            reach = self._reach(kind, argument, bucket)
            for row in self.rows:
                if self._passes(row) and reach.holds(row["day"]):
                    yield self._key(row, bucket)

    def _spine(self, kind: str, argument: str) -> Iterator[date]:
        grain = self.ask.grain or "day"
        days = [d for d in self.days if self.ask.until is None or d < self.ask.until]
        del kind, argument
        if self.ask.since is None and not days:
            return
        first = self.ask.since or min(days)
        last = self.ask.until - timedelta(days=1) if self.ask.until else max(days, default=first - timedelta(days=1))
        bucket = start(first, grain)
        while bucket <= last:
            yield bucket
            bucket = following(bucket, grain)

    def _reach(self, kind: str, argument: str, bucket: date | None) -> Range:
        """The rows that a period's accumulation reads."""
        end = self.ask.until if bucket is None else following(bucket, self.ask.grain or "day")
        last = end if self.ask.until is None or end is None else min(end, self.ask.until)
        if kind == "ever" or end is None or last is None:
            return Range(None, last, timed=True)
        if kind == "window":
            return Range(back(end, argument), last, timed=True)
        return Range(start(last - timedelta(days=1), argument), last, timed=True)

    def _column(self, name: str, keys: list[Key]) -> dict[Key, Any]:
        base, kind, argument = parts(name)
        if kind == "rank":
            return self._ranks({key: self._value(base, key, "", "") for key in keys}, argument)
        return {key: self._value(base, key, kind, argument) for key in keys}

    def _ranks(self, values: dict[Key, Any], within: str) -> dict[Key, Any]:
        place = self.ask.by.index("region") if within and "region" in self.ask.by else None
        made = {}
        for key, value in values.items():
            rivals = [v for k, v in values.items() if v is not None and (place is None or k[place] == key[place])]
            better = [v for v in rivals if value is not None and (v < value if within else v > value)]
            made[key] = None if value is None else len(better) + 1
        return made

    def _value(self, base: str, key: Key, kind: str, argument: str) -> Any:
        bucket = key[-1] if self.ask.grain else None
        if kind in ("value", "delta", "growth"):
            now, then = self._now(base, key), self._then(base, key, argument)
            if kind == "value":
                return then
            if now is None or then is None:
                return None
            return now - then if kind == "delta" else (float(now - then) / float(then) if then else None)
        if kind == "share":
            kept = {"region": key[self.ask.by.index("region")]} if argument and "region" in self.ask.by else {}
            whole = self._aggregate(base, self.range, kept, self.range)
            value = self._now(base, key)
            return float(value) / float(whole) if value is not None and whole else None
        if kind in ("ever", "window", "to"):
            if self.ask.grain and bucket is None:
                return None
            if self.ask.grain and bucket not in list(self._spine(kind, argument)):
                return None
            return self._aggregate(base, self._reach(kind, argument, bucket), self._dimensions(key), None)
        return self._now(base, key)

    def _now(self, base: str, key: Key) -> Any:
        return self._in_bucket(base, key, key[-1] if self.ask.grain else None, self.range)

    def _then(self, base: str, key: Key, span: str) -> Any:
        grain = self.ask.grain
        since = back(self.ask.since, span, grain) if self.ask.since else None
        until = end_back(self.ask.until, span, grain) if self.ask.until else None
        moved = Range(since, until, timed=True)
        if grain is None:
            return self._aggregate(base, moved, self._dimensions(key), moved)
        return None if key[-1] is None else self._in_bucket(base, key, back(key[-1], span, grain), moved)

    def _in_bucket(self, base: str, key: Key, bucket: date | None, within: Range) -> Any:
        if self.ask.grain is None:
            return self._aggregate(base, within, self._dimensions(key), within)
        if bucket is None:
            return self._over(
                base, [r for r in self._matching(self._dimensions(key)) if r["day"] is None and within.holds(None)], []
            )
        end = following(bucket, self.ask.grain)
        since = bucket if within.since is None else max(bucket, within.since)
        until = end if within.until is None else min(end, within.until)
        span = Range(since, until, timed=True)
        return self._aggregate(base, span, self._dimensions(key), span)

    def _aggregate(self, base: str, within: Range, dimensions: dict[str, Any], seen: Range | None) -> Any:
        rows = [row for row in self._matching(dimensions) if within.holds(row["day"])]
        everything = [row for row in self.rows if seen is not None and seen.holds(row["day"])]
        return self._over(base, rows, everything)

    def _over(self, base: str, rows: list[Row], everything: list[Row]) -> Any:
        """The aggregate; a group without rows has no value, but the one group of everything has its own."""
        if not rows and (self.ask.by or self.ask.grain):
            return None
        return AGGREGATES[base](rows, everything)

    def _matching(self, dimensions: dict[str, Any]) -> list[Row]:
        return [r for r in self.rows if self._passes(r) and all(r[name] == value for name, value in dimensions.items())]

    def _passes(self, row: Row) -> bool:
        return self.ask.status is None or row["status"] == self.ask.status

    def _dimensions(self, key: Key) -> dict[str, Any]:
        return dict(zip(self.ask.by, key, strict=False))

    def _key(self, row: Row, bucket: date | None) -> Key:
        return (*(row[name] for name in self.ask.by), *((bucket,) if self.ask.grain else ()))

    def _bucket(self, day: date) -> date:
        return start(day, self.ask.grain or "day")


def parts(name: str) -> tuple[str, str, str]:
    """The metric, how it is looked at, and by what."""
    base, _, rest = name.partition("|")
    kind, _, argument = rest.partition("|")
    return base, kind, argument


def _amounts(rows: list[Row]) -> list[Decimal]:
    return [row["amount"] for row in rows if row["amount"] is not None]


def _sum(rows: list[Row]) -> Decimal | None:
    return sum(_amounts(rows), start=Decimal(0)) if _amounts(rows) else None


def _mean(rows: list[Row]) -> float | None:
    return float(sum(_amounts(rows))) / len(_amounts(rows)) if _amounts(rows) else None


def _days(rows: list[Row]) -> list[date]:
    return sorted({row["day"] for row in rows if row["day"] is not None})


def _at(rows: list[Row], everything: list[Row], place: int) -> Decimal | None:
    days = _days(everything)
    return _sum([row for row in rows if days and row["day"] == days[place]])


def _mean_state(rows: list[Row], everything: list[Row]) -> float | None:
    total, days = _sum([row for row in rows if row["day"] is not None]), _days(everything)
    return float(total) / len(days) if total is not None and days else None


def _least_state(rows: list[Row]) -> Decimal | None:
    states = [_sum([row for row in rows if row["day"] == day]) for day in _days(rows)]
    return min((state for state in states if state is not None), default=None)


def _last_of_each(rows: list[Row], everything: list[Row]) -> Decimal | None:
    last: dict[Any, date] = {}
    for row in everything:
        if row["day"] is not None:
            last[row["customer"]] = max(last.get(row["customer"], row["day"]), row["day"])
    return _sum([row for row in rows if row["day"] is not None and last.get(row["customer"]) == row["day"]])


Aggregate = Callable[[list[Row], list[Row]], Any]
AGGREGATES: dict[str, Aggregate] = {
    "revenue": lambda rows, _: _sum(rows),
    "orders": lambda rows, _: len(rows),
    "buyers": lambda rows, _: len({row["customer"] for row in rows} - {None}),
    "largest": lambda rows, _: max(_amounts(rows), default=None),
    "mean": lambda rows, _: _mean(rows),
    "paid": lambda rows, _: len([row for row in rows if row["status"] == "paid"]),
    "per_order": lambda rows, _: float(_sum(rows)) / len(rows) if rows and _sum(rows) is not None else None,  # type: ignore[arg-type]
    "last_amount": lambda rows, everything: _at(rows, everything, -1),
    "first_amount": lambda rows, everything: _at(rows, everything, 0),
    "mean_amount": _mean_state,
    "least_amount": lambda rows, _: _least_state(rows),
    "last_of_customer": _last_of_each,
}
