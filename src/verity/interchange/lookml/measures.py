"""LookML measures as metrics."""

from __future__ import annotations

import re
from typing import Any

from sqlglot import exp

from verity.contracts.metric import GRAINS
from verity.interchange import sql
from verity.interchange.calculations import percentile
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import TableDraft
from verity.interchange.lookml.dimensions import shown
from verity.interchange.lookml.filters import condition
from verity.interchange.lookml.names import Named, Names, View

AGGREGATES: dict[str, type[exp.Expr]] = {
    "sum": exp.Sum, "average": exp.Avg, "min": exp.Min, "max": exp.Max, "median": exp.Median,
}  # fmt: skip
CALCULATED = frozenset({"number", "string", "date", "yesno", "date_time", "int"})
POP_SHOWS = {"previous": "value", "difference": "delta", "relative_change": "growth"}
_PART = "__metric_{}__"
_PARTS = re.compile(r'"?__metric_(\d+)__"?')


def read_measures(names: Names, view: View) -> None:
    """Every measure of a view."""
    draft = names.drafts.tables[view.name]
    for name, cursor in view.of("measure").items():
        try:
            entry = _Measure(names, view, draft, name, cursor).defined()
        except sql.Untranslatable as reason:
            cursor.lost(str(reason), "Define it by hand as a metric.")
            continue
        entry = {**shown(cursor), **entry}
        entry.pop("values", None)
        draft.add("metrics", name, entry, cursor)


class _Measure:
    """One measure on its way to a metric."""

    def __init__(self, names: Names, view: View, draft: TableDraft, name: str, cursor: Cursor) -> None:
        self.names, self.view, self.draft, self.name, self.cursor = names, view, draft, name, cursor

    def defined(self) -> dict[str, Any]:
        """The definition. Raises `Untranslatable`."""
        cursor, kind = self.cursor, self.cursor.text("type") or "string"
        if kind in CALCULATED:
            return self._calculated()
        if kind == "percent_of_total":
            if cursor.text("direction") not in (None, "column"):
                raise sql.Untranslatable("its total is over a row of a pivot")
            return {"type": "share", "metric": self._only_measure()}
        if kind == "running_total":
            cursor.approximated("it runs over all time, not over the rows that are shown", key="type")
            return {"type": "cumulative", "metric": self._only_measure()}
        if kind == "period_over_period":
            return self._period_over_period()
        filters = self._filter()
        if kind == "count":
            return {"sql": "COUNT(*)", "filter": filters}
        if kind not in (*AGGREGATES, "count_distinct", "percentile"):
            raise sql.Untranslatable(f"the type '{kind}' is none that Verity knows")
        column = self.names.rows(self.view.name, self._sql())
        if kind == "count_distinct":
            if cursor.flag("approximate"):
                cursor.approximated("counted exactly, not by a sketch", key="approximate")
            call: exp.Expr = exp.Count(this=exp.Distinct(expressions=[column]))
        elif kind == "percentile":
            share = cursor.number("percentile") / 100
            return {"type": "percentile", "sql": sql.row(column), "percentile": share, "filter": filters}
        else:
            call = AGGREGATES[kind](this=column)
        return {"sql": sql.aggregate(call), "filter": filters}

    def _sql(self) -> str:
        text = self.cursor.text("sql")
        if not text or not text.strip():
            raise sql.Untranslatable("it has no 'sql'")
        return text

    def _calculated(self) -> dict[str, Any]:
        parts: list[Named] = []

        def column(found: sql.Reference) -> exp.Expr:
            named = self.names.meaning(self.view.name, found)
            if not self.names.is_measure(named):
                return self.names.column(named)
            parts.append(named)
            return sql.column(_PART.format(len(parts) - 1))

        tree = self.names.read(self._sql()).resolved(column)
        filters = self._filter()
        if not parts:
            return {**(percentile(tree) or {"sql": sql.aggregate(tree)}), "filter": filters}
        if filters is not None or sql.aggregates(tree):
            raise sql.Untranslatable("it mixes measures with aggregates or filters of its own")
        members = [self._member(part) for part in parts]
        written = sql.row(tree)
        return {"type": "derived", "sql": _PARTS.sub(lambda m: "{" + members[int(m.group(1))] + "}", written)}

    def _period_over_period(self) -> dict[str, Any]:
        cursor = self.cursor
        period, kind = cursor.text("period") or "year", cursor.text("kind") or "previous"
        if period not in GRAINS or kind not in POP_SHOWS:
            raise sql.Untranslatable(f"it compares by '{period}' as '{kind}'")
        if cursor.flag("value_to_date"):
            raise sql.Untranslatable("it compares the part of the period that is over (value_to_date)")
        base = self.names.meaning(self.view.name, sql.Reference(cursor.required("based_on"), ()))
        if not self.names.is_measure(base):
            raise sql.Untranslatable(f"'{base.name}' is no measure")
        time = cursor.text("based_on_time")
        if time is not None:
            named = self.names.meaning(self.view.name, sql.Reference(time, ()))
            if named.name != self.draft.entry.get("time_column"):
                cursor.approximated("it follows the metric's own time column", key="based_on_time")
        return {"type": "offset", "metric": self._member(base), "offset": f"1 {period}", "show": POP_SHOWS[kind]}

    def _only_measure(self) -> str:
        references = self.names.read(self._sql()).references()
        named = self.names.meaning(self.view.name, references[0]) if len(references) == 1 else None
        if named is None or not self.names.is_measure(named):
            raise sql.Untranslatable("it is not over one measure")
        return self._member(named)

    def _member(self, named: Named) -> str:
        return named.name if named.view == self.view.name else f"{named.view}.{named.name}"

    def _filter(self) -> str | None:
        found = self.cursor.at("filters")
        if found is None:
            return None
        blocks = list(found.children()) if isinstance(found.value, list) else []
        pairs = [(block.required("field"), block.required("value")) for block in blocks]
        if isinstance(found.value, dict):
            pairs = [(str(key), found.text(str(key)) or "") for key in found.value]
        conditions = []
        for name, text in pairs:
            named = self.names.meaning(self.view.name, sql.Reference(name, ()))
            kind = self._kind(named)
            plain = named if kind != "time" else Named(named.view, named.path, named.name)
            column = sql.written(self.names.column(plain))
            conditions.append(sql.row(sql.fragment(condition(column, kind, text))))
        return sql.conjunction(conditions)

    def _kind(self, named: Named) -> str:
        view = self.names.views[named.view]
        if named.name in view.of("dimension_group"):
            return "time"
        kind = str(view.of("dimension")[named.name].peek("type") or "string")
        return "time" if kind in ("date", "date_time", "time") else kind
