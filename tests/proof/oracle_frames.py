"""Values of other periods, of longer reaches and over fewer dimensions, each walked from its own rows.

A `Context` says under what a leaf is read: so many spans earlier (`shifts`), reaching back (`reach`: a window, a period
to date, or all time), over the dimensions `keep` only. Rows of a result are the groups of contexts that neither shift
nor drop dimensions; every other value is looked up from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from tests.proof import spans
from tests.proof.expressions import Cell
from tests.proof.oracle_compare import naive
from tests.proof.oracle_groups import Groups, Scan
from tests.proof.oracle_paths import Refused
from tests.proof.oracle_rows import Rows
from tests.proof.oracle_time import start
from tests.proof.question import TIME, By, Node, Question, Where
from tests.proof.spans import Span
from tests.proof.world import Row

Key = tuple[Cell, ...]
Found = dict[Key, list[Row]]


@dataclass(frozen=True)
class Context:
    """Under what a leaf is read."""

    shifts: tuple[Span, ...] = ()
    reach: tuple[str, str] | None = None
    """(`window`, `3 months`), (`to_date`, `year`) or (`all`, ``)."""
    keep: frozenset[int] | None = None

    @property
    def makes_rows(self) -> bool:
        """Whether its groups are rows of the result."""
        return not self.shifts and self.keep is None


PLAIN = Context()


class Frames:
    """The groups of scans under contexts, for one question."""

    def __init__(self, rows: Rows, question: Question, where: list[Node]) -> None:
        self._rows = rows
        self._asked = question
        self._where = where
        self._found: dict[tuple[Scan, Context], Found] = {}
        times = [i for i, by in enumerate(question.by) if by.member == TIME]
        self.times = sorted(times, key=lambda i: list(_ORDER).index(question.by[i].grain or "second"))
        self.since, self.until = _moment(question.since), _moment(question.until)

    @property
    def grain(self) -> str | None:
        """The finest grain that is asked by."""
        return self._asked.by[self.times[0]].grain if self.times else None

    def shifted(self, context: Context, span: Span | None) -> Context:
        """The context so much earlier; None: by the length of the range, else by one period."""
        if span is None:
            if self.since is not None and self.until is not None:
                span = spans.between(self.since, self.until)
            elif self.grain is not None:
                span = Span(1, self.grain)
            else:
                raise Refused("no period to look before")
        grains = [self._asked.by[i].grain for i in self.times]
        if "week" in grains[:-1] and set(grains[grains.index("week") :]) != {"week"}:
            raise Refused("weeks cross months")
        return replace(context, shifts=(*context.shifts, spans.fitted(span, self.grain)))

    def check(self, context: Context) -> None:
        """Raise `Refused` where an earlier value of the whole range lacks the range's end, or a reach its own."""
        timed = any(by.member == TIME for by in self._by(context))
        if context.shifts and self.until is None and not timed:
            raise Refused("an earlier value of the whole range needs its end", "VRT-241")

    def groups(self, scan: Scan, context: Context) -> Found:
        """Groups under a context, by the dimensions that it keeps."""
        if (scan, context) not in self._found:
            self._found[scan, context] = self._reached(scan, context) if context.reach else self._read(scan, context)
        return self._found[scan, context]

    def place(self, key: Key, context: Context) -> Key | None:
        """Where a group finds its value under a context; None where it has no time."""
        moved = list(key)
        if context.shifts and self.times:
            finest = key[self.times[0]]
            if finest is None:
                return None
            for span in context.shifts:
                finest = spans.back(finest, span)
            for i in self.times:
                moved[i] = start(finest, self._asked.by[i].grain or "day")
        kept = range(len(key)) if context.keep is None else sorted(context.keep)
        return tuple(moved[i] for i in kept)

    def _by(self, context: Context) -> tuple[By, ...]:
        return tuple(by for i, by in enumerate(self._asked.by) if context.keep is None or i in context.keep)

    def _range(self, context: Context) -> tuple[date | None, date | None]:
        since, until = self.since, self.until
        for span in context.shifts:
            since = spans.back(since, span) if since is not None else None
            until = spans.end_back(until, span) if until is not None else None
        return since, until

    def _read(self, scan: Scan, context: Context) -> Found:
        since, until = self._range(context)
        by = self._by(context)
        where = [*self._where, *_ends(since, until)]
        if context.shifts:
            where.append(Where(TIME, "is_not_null"))
        return Groups(self._rows, replace(self._asked, by=by), where).of(scan, counted=True)

    def _reached(self, scan: Scan, context: Context) -> Found:
        """Every period with the rows in its reach."""
        assert context.reach is not None
        kind, text = context.reach
        since, until = self._range(context)
        by = self._by(context)
        timed = [i for i, one in enumerate(by) if one.member == TIME]
        where = [*self._where, Where(TIME, "is_not_null")]
        if not timed:
            where += _ends(_lower(kind, text, until), until)
            return Groups(self._rows, replace(self._asked, by=by), where).of(scan, counted=True)
        grain = self.grain
        if grain is None:
            raise Refused("moments have no periods")
        raw = tuple(By(TIME) if one.member == TIME else one for one in by)
        unique = tuple(dict.fromkeys(raw))
        asked, bounded = replace(self._asked, by=unique), [*where, *_ends(None, until)]
        found = Groups(self._rows, asked, bounded, on_wall=True).of(scan, counted=True)
        at = unique.index(By(TIME))
        moments = [key[at] for key in found]
        if not moments:
            return {}
        period = start(since if since is not None else min(moments), grain)
        last = start(spans.last_moment(until, grain) if until is not None else max(moments), grain)
        made: Found = {}
        while period is not None and last is not None and naive(period) <= naive(last):
            end = naive(spans.forward(period, grain))
            low = _low(kind, text, end, until, grain)
            for key, rows in found.items():
                if naive(key[at]) >= end or (low is not None and naive(key[at]) < naive(low)):
                    continue
                others = dict(zip(unique, key, strict=True))
                full = tuple(start(period, one.grain or grain) if one.member == TIME else others[one] for one in by)
                group = made.setdefault(full, [])
                group += [row for row in rows if not any(row is known for known in group)]
            period = spans.forward(period, grain)
        return made


def _low(kind: str, text: str, end: date, until: date | None, grain: str) -> date | None:
    """Where the reach of a period begins."""
    if kind == "window":
        return spans.back(end, spans.read(text))
    if kind != "to_date":
        return None
    last = end - spans.tick(end)
    if until is not None:
        last = min(last, naive(until) - spans.tick(naive(until)))
    return start(last, text)


def _lower(kind: str, text: str, until: date | None) -> date | None:
    """Where the one value of a whole range begins."""
    if kind == "all":
        return None
    if until is None:
        raise Refused("an accumulation without periods needs its end")
    return spans.back(until, spans.read(text)) if kind == "window" else start(until - spans.tick(until), text)


def _ends(since: date | None, until: date | None) -> list[Node]:
    ends: list[Node] = [] if since is None else [Where(TIME, "gte", (since,))]
    return ends if until is None else [*ends, Where(TIME, "lt", (until,))]


def _moment(value: Cell) -> date | None:
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(value) if len(value) <= 10 else datetime.fromisoformat(value)


_ORDER: Mapping[str, int] = {
    g: i for i, g in enumerate(("second", "minute", "hour", "day", "week", "month", "quarter", "year"))
}
