"""What a draft was unsure of, for the terminal and for `DRAFT.md`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verity.contracts.dataset import TableProfile
from verity.data.draft_columns import Described
from verity.data.draft_entities import Entity
from verity.data.draft_joins import FoundJoin, JoinDoubt
from verity.data.draft_keys import KeyChoice
from verity.data.draft_times import TimeChoice
from verity.data.model import TableEntry


@dataclass(frozen=True)
class TableSummary:
    """One table of the draft, in figures and words."""

    table: str
    rows: int
    entity: str
    key: tuple[str, ...]
    joins: tuple[str, ...]
    time: str | None
    metrics: int


@dataclass(frozen=True)
class Doubt:
    """One thing to look at: `kind` is key, join, time, column, type, personal or source."""

    kind: str
    table: str
    text: str


@dataclass(frozen=True)
class DraftReport:
    """What was found and what was unsure."""

    tables: tuple[TableSummary, ...]
    doubts: tuple[Doubt, ...]

    def to_text(self) -> str:
        """Plain text for the terminal."""
        lines = []
        for summary in self.tables:
            key = ", ".join(summary.key) or "none"
            lines.append(
                f"{summary.table}: {summary.rows:,} rows, one per {summary.entity}; "
                f"key {key}; time {summary.time or 'none'}"
            )
            lines.extend(f"  joins {join}" for join in summary.joins)
        if self.doubts:
            lines.append("Please look at:")
            lines.extend(
                f"  [{doubt.kind}] {doubt.table + ': ' if doubt.table else ''}{doubt.text}" for doubt in self.doubts
            )
        return "\n".join(lines)

    def to_markdown(self) -> str:
        """The text of `DRAFT.md`."""
        lines = [
            "# What the draft found, and what it was unsure of", "",
            "Written by `verity init`. Everything in `dictionary/` is a draft: look at the doubts below,",
            "correct the files, and take `draft: true` from what you have checked.", "",
            "| table | rows | one row is | key | time | joins | metrics |", "|---|---:|---|---|---|---|---:|",
        ]  # fmt: skip
        for s in self.tables:
            joins = "<br>".join(s.joins) or "-"
            lines.append(
                f"| {s.table} | {s.rows:,} | {s.entity} | {', '.join(s.key) or 'none'} | {s.time or 'none'} "
                f"| {joins} | {s.metrics} |"
            )
        for kind, title in _TITLES.items():
            doubts = [doubt for doubt in self.doubts if doubt.kind == kind]
            if doubts:
                lines.extend(["", f"## {title}", ""])
                lines.extend(
                    f"- **{doubt.table}**: {doubt.text}" if doubt.table else f"- {doubt.text}" for doubt in doubts
                )
        return "\n".join(lines) + "\n"


_LONGEST_NAME = 63
_MOST_LISTED = 8
_TITLES = {
    "join": "Joins", "key": "Keys", "time": "Time columns", "column": "Columns not understood", "type": "Types",
    "personal": "Personal data", "source": "Source",
}  # fmt: skip


def write_report(
    tables: Sequence[TableProfile], entries: Sequence[TableEntry], entities: Mapping[str, Entity],
    keys: Mapping[str, KeyChoice], joins: Mapping[str, Sequence[tuple[str, FoundJoin]]],
    times: Mapping[str, TimeChoice], columns: Mapping[str, Sequence[Described]], join_doubts: Sequence[JoinDoubt],
    notes: Sequence[str],
) -> DraftReport:  # fmt: skip
    """Put what each step was unsure of into one report, most serious first."""
    doubts = [Doubt("join", doubt.table, doubt.text) for doubt in join_doubts]
    summaries = []
    for table, entry in zip(tables, entries, strict=True):
        name = table.name
        summaries.append(
            TableSummary(
                name, table.rows, entities[name].en, entry.primary_key,
                tuple(_said(label, join) for label, join in joins[name]), entry.time_column, len(entry.metrics),
            )
        )  # fmt: skip
        doubts.extend(_weak_joins(name, joins[name]))
        doubts.extend(_about_key(name, keys[name]))
        doubts.extend(_about_time(name, times[name]))
        doubts.extend(_about_columns(name, columns[name]))
    doubts.extend(Doubt("source", "", note) for note in notes)
    order = list(_TITLES)
    return DraftReport(tuple(summaries), tuple(sorted(doubts, key=lambda doubt: order.index(doubt.kind))))


def _said(name: str, join: FoundJoin) -> str:
    share = "not measured" if join.matched is None else _percent(join.matched)
    pairs = ", ".join(own if own == theirs else f"{own} = {theirs}" for own, theirs in join.columns)
    return f"{name} -> {join.target} on {pairs} ({share} of rows match)"


def _percent(share: float) -> str:
    text = f"{share:.1%}" if share >= 0.995 else f"{share:.0%}"
    return "99.9%" if text == "100.0%" and share < 1.0 else text.replace("100.0%", "100%")


def _weak_joins(table: str, joins: Sequence[tuple[str, FoundJoin]]) -> list[Doubt]:
    return [
        Doubt(
            "join", table,
            f"only {_percent(join.matched)} of rows find a partner through '{name}' ({join.target}); "
            "kept because the names agree",
        )
        for name, join in joins
        if join.matched is not None and join.matched < 0.995
    ]  # fmt: skip


def _about_key(table: str, key: KeyChoice) -> list[Doubt]:
    if not key.columns:
        return [Doubt("key", table, f"no primary key: {key.why}")]
    return [] if key.sure else [Doubt("key", table, key.why)]


def _about_time(table: str, time: TimeChoice) -> list[Doubt]:
    others = ", ".join(time.alternatives)
    if time.why:
        chosen = f"'{time.column}'" if time.column else "none"
        return [
            Doubt("time", table, f"{chosen}: {time.why}" + (f" (also: {others})" if others and time.column else ""))
        ]
    return [Doubt("time", table, f"'{time.column}' was taken; it could also be {others}")] if others else []


def _about_columns(table: str, columns: Sequence[Described]) -> list[Doubt]:
    doubts = [Doubt("type", table, note) for column in columns for note in column.notes]
    empty = [c.profile.name for c in columns if c.profile.rows and c.profile.nulls == c.profile.rows]
    unknown = [c.profile.name for c in columns if not c.understood and c.profile.name not in empty]
    personal = [f"'{_cut(c.profile.name)}' ({c.pii})" for c in columns if c.pii]
    long = [c.profile.name for c in columns if len(c.profile.name.encode()) > _LONGEST_NAME]
    if empty:
        doubts.append(Doubt("column", table, f"no value at all in {_listed(empty)}"))
    if unknown:
        doubts.append(Doubt("column", table, f"not understood, neither by name nor by values: {_listed(unknown)}"))
    if personal:
        doubts.append(Doubt("personal", table, f"looks like personal data: {', '.join(personal)}"))
    if long:
        doubts.append(
            Doubt("column", table, f"PostgreSQL would cut the names of {_listed(long)} to {_LONGEST_NAME} bytes")
        )
    return doubts


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{_cut(name)}'" for name in names[:_MOST_LISTED])
    return shown if len(names) <= _MOST_LISTED else f"{shown} and {len(names) - _MOST_LISTED} more"


def _cut(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:57]}..."
