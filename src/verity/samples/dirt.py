"""Spoil some rows of a chunk, each by exactly one rule, and say which.

Only completed sales that were never returned are spoiled, so that no valid return loses its original.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from verity.samples.assortment import CATEGORY_TEXTS, UNKNOWN_CATEGORIES
from verity.samples.period import DAYS
from verity.samples.streams import Flags, Ints, Stream, Table
from verity.samples.transactions import EPOCH_DAY, SECONDS_A_DAY, Rows
from verity.samples.truth import RULES, Rule

ROWS_AT_SCALE_1: dict[Rule, int] = {
    "missing_transaction_id": 60,
    "missing_timestamp": 45,
    "missing_amount": 90,
    "amount_not_positive": 160,
    "date_in_future": 75,
    "unknown_category": 150,
    "duplicate_transaction_id": 300,
}
"""Bad rows of each rule; at scale N there are N times as many."""


@dataclass(frozen=True)
class Spoiled:
    """A chunk as it is delivered. `bad` holds, for each rule, the ids of the rows that break it (before they lost
    them, where it is the id that is missing); `valid` marks the clean rows of `rows`."""

    rows: Rows
    valid: Flags
    bad: dict[Rule, Ints]


def spoil(rows: Rows, untouchable: Flags, *, seed: int, scale: int, chunk: int, chunks: int) -> Spoiled:
    """Break this chunk's share of every rule. Counts over all chunks add up to `ROWS_AT_SCALE_1` times `scale`."""
    stream = Stream(seed, Table.DIRT, chunk)
    candidates = np.flatnonzero((rows.status == 0) & ~untouchable)
    candidates = candidates[stream.order(len(candidates))]
    valid = np.ones(len(rows), dtype=np.bool_)
    bad: dict[Rule, Ints] = {}
    for rule in RULES:
        count = _share(ROWS_AT_SCALE_1[rule] * scale, chunk, chunks)
        chosen, candidates = np.sort(candidates[:count]), candidates[count:]
        bad[rule] = rows.id[chosen]
        if rule == "duplicate_transaction_id":
            rows = rows.then(_copies(stream, rows.take(chosen)))
            valid = np.concatenate([valid, np.zeros(len(chosen), dtype=np.bool_)])
        else:
            rows = _BREAKS[rule](stream, rows, chosen)
            valid[chosen] = False
    return Spoiled(rows=rows, valid=valid, bad=bad)


def _share(total: int, chunk: int, chunks: int) -> int:
    return total * (chunk + 1) // chunks - total * chunk // chunks


def _copies(stream: Stream, rows: Rows) -> Rows:
    """The same rows delivered again: half of them alike, half with the later time of a till that tried again."""
    n = len(rows)
    later = np.where(stream.uniform(n) < 0.5, 0, 60 + stream.below(1_500, n))
    return replace(rows, second=rows.second + later)


def _lose_id(_stream: Stream, rows: Rows, at: Ints) -> Rows:
    return replace(rows, no_id=_mark(rows.no_id, at))


def _lose_second(_stream: Stream, rows: Rows, at: Ints) -> Rows:
    return replace(rows, no_second=_mark(rows.no_second, at))


def _lose_amount(_stream: Stream, rows: Rows, at: Ints) -> Rows:
    return replace(rows, no_amount=_mark(rows.no_amount, at))


def _negate(stream: Stream, rows: Rows, at: Ints) -> Rows:
    """Three quarters negative, one quarter zero."""
    wrong = np.where(stream.uniform(len(at)) < 0.75, -rows.amount[at], 0)
    return replace(rows, amount=_put(rows.amount, at, wrong))


def _postpone(stream: Stream, rows: Rows, at: Ints) -> Rows:
    """One to two hundred days after the last day, the time of day kept; every tenth in 2062, a slip of the finger."""
    n = len(at)
    day = np.where(stream.uniform(n) < 0.1, DAYS + 13_300, DAYS) + stream.below(200, n)
    clock = rows.second[at] % SECONDS_A_DAY
    return replace(rows, second=_put(rows.second, at, (day + EPOCH_DAY) * SECONDS_A_DAY + clock))


def _rename_category(stream: Stream, rows: Rows, at: Ints) -> Rows:
    first = len(CATEGORY_TEXTS) - len(UNKNOWN_CATEGORIES)
    unknown = first + stream.below(len(UNKNOWN_CATEGORIES), len(at))
    return replace(rows, category=_put(rows.category, at, unknown))


_BREAKS: dict[Rule, Callable[[Stream, Rows, Ints], Rows]] = {
    "missing_transaction_id": _lose_id,
    "missing_timestamp": _lose_second,
    "missing_amount": _lose_amount,
    "amount_not_positive": _negate,
    "date_in_future": _postpone,
    "unknown_category": _rename_category,
}


def _mark(flags: Flags, at: Ints) -> Flags:
    marked = flags.copy()
    marked[at] = True
    return marked


def _put(values: Ints, at: Ints, new: Ints) -> Ints:
    changed = values.copy()
    changed[at] = new
    return changed
