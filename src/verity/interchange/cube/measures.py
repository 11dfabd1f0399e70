"""Cube measures as metrics: aggregates, calculations over other measures, windows, shifts."""

from __future__ import annotations

import re
from typing import Any

from sqlglot import exp

from verity.contracts.metric import GRAINS, read_span
from verity.interchange import sql
from verity.interchange.calculations import percentile
from verity.interchange.cube.dimensions import _format, _hidden, _meta, meant
from verity.interchange.cube.names import Cube, Named, Names, draft_of
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import TableDraft, aliases

AGGREGATES: dict[str, type[exp.Expr]] = {"sum": exp.Sum, "avg": exp.Avg, "min": exp.Min, "max": exp.Max}
CALCULATED = frozenset({"number", "string", "time", "boolean", "number_agg"})
_PART = "__metric_{}__"
_PARTS = re.compile(r'"?__metric_(\d+)__"?')


def read_measures(names: Names, cube: Cube) -> None:
    """Every measure of a cube."""
    draft = draft_of(names.drafts, cube)
    for name, cursor in cube.section("measures").items():
        try:
            _Measure(names, cube, draft, name, cursor).read()
        except sql.Untranslatable as reason:
            cursor.lost(str(reason), "Define it by hand as a metric.")


class _Measure:
    """One measure on its way to a metric."""

    def __init__(self, names: Names, cube: Cube, draft: TableDraft, name: str, cursor: Cursor) -> None:
        self.names, self.cube, self.draft, self.name, self.cursor = names, cube, draft, name, cursor
        self.kind = cursor.text("type") or "number"

    def read(self) -> None:
        """Add the metric, and hidden ones that it is made of. Raises `Untranslatable`."""
        cursor = self.cursor
        cursor.imported("name")
        for key in ("case", "add_group_by", "group_by"):
            if key in cursor:
                raise sql.Untranslatable(f"'{key}' aggregates at another level than the question's")
        multi = cursor.flag("multi_stage") or cursor.flag("post_aggregate")
        shown = self._shown()
        if self.kind == "rank":
            self.draft.add("metrics", self.name, {**shown, **self._rank()}, cursor)
            return
        if "reduce_by" in cursor:
            raise sql.Untranslatable("'reduce_by' aggregates at another level than the question's")
        made = self._defined(multi=bool(multi))
        shifts, window = cursor.blocks("time_shift"), cursor.block("rolling_window")
        if window is not None and not shifts:
            spec = self._window(window)
            self.draft.add("metrics", self.name, {**shown, **spec, "metric": self._part(made, "in_period")}, cursor)
        elif shifts:
            if window is not None:
                raise sql.Untranslatable("it has both a window and a shift")
            spec = self._shift(shifts)
            self.draft.add("metrics", self.name, {**shown, **spec, "metric": self._part(made, "unshifted")}, cursor)
        else:
            self.draft.add("metrics", self.name, {**shown, **made}, cursor)

    def _shown(self) -> dict[str, Any]:
        cursor = self.cursor
        meta = _meta(cursor)
        if "drill_members" in cursor:
            meta = {"cube": {**(meta or {}).get("cube", {}), "drill_members": list(cursor.names("drill_members"))}}
            cursor.approximated(
                "kept under meta; Verity drills along hierarchies", "Declare `hierarchies`.", key="drill_members"
            )
        for key, reason in (("order_by", "it orders inside a stage"), ("mask", "masks belong to a role in Verity")):
            if key in cursor and self.kind != "rank":
                cursor.lost(reason, key=key)
        return {
            "description": cursor.text("description"),
            "aliases": aliases(cursor.text("title")),
            "format": _format(cursor),
            "unit": cursor.text("currency"),
            "hidden": _hidden(cursor) or None,
            "meta": meta,
        }

    def _defined(self, *, multi: bool) -> dict[str, Any]:
        """What the measure says without window and shift."""
        text = self.cursor.text("sql")
        if self.kind in CALCULATED:
            return self._calculated(text or "")
        if multi and text and self._measures(text):
            raise sql.Untranslatable(f"a {self.kind} over other measures aggregates twice")
        condition = self._filter()
        if self.kind == "count":
            call: exp.Expr = exp.Count(this=self._row(text) if text else exp.Star())
        elif self.kind in ("count_distinct", "countDistinct"):
            call = _distinct(self._row(self._needed(text)))
        elif self.kind in ("count_distinct_approx", "countDistinctApprox"):
            return self._approximate(self._row(self._needed(text)), condition)
        elif self.kind in AGGREGATES:
            call = AGGREGATES[self.kind](this=self._row(self._needed(text)))
        else:
            raise sql.Untranslatable(f"the type '{self.kind}' is none that Verity knows")
        return {"sql": sql.aggregate(call), "filter": condition}

    def _approximate(self, column: exp.Expr, condition: str | None) -> dict[str, Any]:
        near = sql.written(exp.Anonymous(this="APPROX_COUNT_DISTINCT", expressions=[column]))
        if sql.accepted(near):
            return {"sql": near, "filter": condition, "approximate": True}
        self.cursor.approximated("counted exactly, not by a sketch", key="type")
        return {"sql": sql.aggregate(_distinct(column)), "filter": condition}

    def _calculated(self, text: str) -> dict[str, Any]:
        """A number over measures, over aggregates, or over both."""
        parsed = self.names.read(self._needed(text))
        parts: list[Named] = []

        def column(reference: sql.Reference) -> exp.Expr:
            named = self.names.meaning(self.cube.name, reference)
            if not self.names.is_measure(named):
                return self.names.column(named)
            parts.append(named)
            return sql.column(_PART.format(len(parts) - 1))

        tree = parsed.resolved(column)
        condition = self._filter()
        if not parts:
            return {**(percentile(tree) or {"sql": sql.aggregate(tree)}), "filter": condition}
        if condition is not None:
            raise sql.Untranslatable("a filter on a calculation over measures; filter the measures instead")
        members = [_member(self.cube.name, part) for part in parts]
        holder = exp.Paren(this=tree)
        for call in sql.aggregates(tree):
            if any(_PARTS.search(node.name) for node in call.find_all(exp.Identifier)):
                raise sql.Untranslatable("it aggregates a measure, which is an aggregate already")
            hidden = {"sql": sql.aggregate(call), "hidden": True, "description": f"A part of {self.name}."}
            members.append(self._hidden(hidden, "part"))
            call.replace(sql.column(_PART.format(len(members) - 1)))
        written = sql.row(holder.this)
        return {"type": "derived", "sql": _PARTS.sub(lambda m: "{" + members[int(m.group(1))] + "}", written)}

    def _window(self, window: Cursor) -> dict[str, Any]:
        grain = window.text("granularity")
        if window.text("type") == "to_date":
            if grain not in GRAINS:
                raise sql.Untranslatable(f"the window to date of '{grain}' is none that Verity knows")
            return {"type": "cumulative", "to_date": grain}
        leading = window.text("leading")
        if leading not in (None, "0"):
            raise sql.Untranslatable("its window reaches into the future (leading)")
        if window.text("offset") == "start":
            raise sql.Untranslatable("its window ends where the period begins (offset: start)")
        trailing = window.text("trailing")
        if trailing is None:
            raise sql.Untranslatable("its window has no 'trailing'")
        return {"type": "cumulative"} if trailing == "unbounded" else {"type": "cumulative", "window": _span(trailing)}

    def _shift(self, shifts: tuple[Cursor, ...]) -> dict[str, Any]:
        if len(shifts) > 1:
            raise sql.Untranslatable("it shifts several time dimensions")
        shift = shifts[0]
        interval, kind = shift.text("interval"), shift.text("type") or "prior"
        if kind != "prior" or interval is None:
            raise sql.Untranslatable("it shifts forward, or by a named shift of a calendar")
        made: dict[str, Any] = {"type": "offset", "offset": _span(interval)}
        if "time_dimension" in shift:
            named = meant(self.names, self.cube, shift.text("time_dimension") or "")
            if named.name != self.draft.entry.get("time_column"):
                shift.approximated(
                    f"the shift follows the metric's own time column, not '{named.name}'",
                    "Give the metric that it is made of `time_column`.",
                    key="time_dimension",
                )
        return made

    def _rank(self) -> dict[str, Any]:
        orders = self.cursor.blocks("order_by")
        if len(orders) != 1:
            raise sql.Untranslatable("a rank needs one 'order_by'")
        parsed = self.names.read(orders[0].required("sql"))
        references = parsed.references()
        named = self.names.meaning(self.cube.name, references[0]) if len(references) == 1 else None
        if named is None or not self.names.is_measure(named) or not isinstance(parsed.tree, exp.Column):
            raise sql.Untranslatable("a rank orders by one measure")
        direction = orders[0].text("dir") or "asc"
        if direction not in ("asc", "desc"):
            raise sql.Untranslatable(f"'{direction}' is no direction")
        if "reduce_by" in self.cursor:
            self.cursor.names("reduce_by")
            self.cursor.approximated(
                "the rank is over the whole result, not within the dimensions beside these",
                "Give `within`: the dimensions whose groups are the whole.",
                key="reduce_by",
            )
        return {"type": "rank", "metric": _member(self.cube.name, named), "direction": direction}

    def _part(self, made: dict[str, Any], ending: str) -> str:
        """The metric that a window or a shift is over: one that is there already, or a hidden one."""
        if made.get("type") == "derived":
            plain = re.fullmatch(r"\{([^{}]+)\}", str(made["sql"]))
            if plain:
                return plain.group(1)
        same = {key: value for key, value in made.items() if value is not None}
        for name, metric in self.draft.metrics.items():
            if {key: metric[key] for key in ("sql", "filter", "type", "approximate") if key in metric} == same:
                return name
        return self._hidden({**made, "hidden": True, "description": f"{self.name} of one period."}, ending)

    def _hidden(self, metric: dict[str, Any], ending: str) -> str:
        name = self.draft.free(f"{self.name}_{ending}")
        self.draft.add("metrics", name, metric, self.cursor)
        return name

    def _filter(self) -> str | None:
        texts = [entry.required("sql") for entry in self.cursor.blocks("filters")]
        return sql.conjunction([sql.row(self.names.rows(self.cube.name, text)) for text in texts])

    def _measures(self, text: str) -> bool:
        references = self.names.read(text).references()
        return any(self.names.is_measure(self.names.meaning(self.cube.name, found)) for found in references)

    def _row(self, text: str | None) -> exp.Expr:
        return self.names.rows(self.cube.name, self._needed(text))

    def _needed(self, text: str | None) -> str:
        if not text or not text.strip():
            raise sql.Untranslatable(f"a measure of type {self.kind} needs 'sql'")
        return text


def _distinct(column: exp.Expr) -> exp.Expr:
    return exp.Count(this=exp.Distinct(expressions=[column]))


def _member(cube: str, named: Named) -> str:
    return named.name if named.cube == cube else f"{named.cube}.{named.name}"


def _span(text: str) -> str:
    try:
        return str(read_span(text))
    except ValueError as error:
        raise sql.Untranslatable(str(error)) from None
