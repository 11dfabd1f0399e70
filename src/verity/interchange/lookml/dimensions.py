"""LookML dimensions and groups of time as columns."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import TableDraft, aliases
from verity.interchange.lookml.names import GRAINS, PARTS, Names, View

KINDS = {
    "string": "dimension", "number": "dimension", "yesno": "dimension", "zipcode": "dimension", "tier": "dimension",
    "date": "time", "date_time": "time", "time": "time", "date_raw": "time", "int": "dimension",
}  # fmt: skip
TYPES = {"string": "text", "number": "double", "yesno": "boolean", "zipcode": "text", "date": "date"}
FORMATS = {"usd": ("currency", "USD"), "eur": ("currency", "EUR"), "gbp": ("currency", "GBP")}
_SHOWN = (
    "group_label", "group_item_label", "view_label", "drill_fields", "order_by_field", "alpha_sort", "style",
    "can_filter", "case_sensitive", "allow_fill", "suggestable", "full_suggestions", "map_layer_name",
    "suggest_dimension", "suggest_explore", "skip_drill_filter", "required_fields",
)  # fmt: skip
"""How Looker shows and suggests a field: kept under meta, without effect."""
_ACTIVE = ("html", "link", "action", "label_from_parameter", "bypass_suggest_restrictions")
"""What Looker runs or renders in a cell: Verity has no like."""


def find_derived(view: View, draft: TableDraft) -> None:
    """Which fields are more than the physical column of their name: known before any SQL is read."""
    for kind in ("dimension", "dimension_group"):
        for name, cursor in view.of(kind).items():
            text = str(cursor.peek("sql") or f"${{TABLE}}.{name}")
            plain = text.replace("${TABLE}.", "").replace(";;", "").strip().strip('"`')
            if plain != name or "case" in cursor or cursor.peek("type") in ("tier", "location", "duration"):
                draft.derived.add(name)


def read_dimensions(names: Names, view: View) -> None:
    """Every dimension and group of a view."""
    draft = names.drafts.tables[view.name]
    keys = [name for name, cursor in view.of("dimension").items() if cursor.flag("primary_key")]
    for name, cursor in view.of("dimension").items():
        _guarded(draft, name, cursor, lambda n=name, c=cursor: _dimension(names, view, draft, n, c))
    for name, cursor in view.of("dimension_group").items():
        _guarded(draft, name, cursor, lambda n=name, c=cursor: _group(names, view, draft, n, c))
    if keys and all(key in draft.columns for key in keys):
        draft.entry["primary_key"] = keys
    times = [name for name in view.of("dimension_group") if draft.columns.get(name, {}).get("kind") == "time"]
    times += [name for name, column in draft.columns.items() if column.get("kind") == "time" and name not in times]
    if times:
        draft.entry["time_column"] = times[0]
    if len(times) > 1:
        others = ", ".join(times[1:])
        names.drafts.notes.append(f"{view.name}: metrics are counted by {times[0]}; it also has {others}")


def _guarded(draft: TableDraft, name: str, cursor: Cursor, action: Any) -> None:
    try:
        action()
    except sql.Untranslatable as reason:
        draft.lose(name, cursor, str(reason))


def _dimension(names: Names, view: View, draft: TableDraft, name: str, cursor: Cursor) -> None:
    kind = cursor.text("type") or "string"
    if kind == "location":
        _place(names, view, draft, name, cursor)
        return
    if kind not in KINDS:
        raise sql.Untranslatable(f"the type '{kind}' is none that Verity knows")
    entry = shown(cursor)
    entry["kind"] = "id" if cursor.peek("primary_key") == "yes" else KINDS[kind]
    if kind == "yesno":
        entry["type"] = "boolean"
    entry["sql"] = _sql(names, view, draft, name, cursor, kind)
    if (
        "relation" in draft.entry
        and draft.entry["relation"].lstrip()[:6].upper() in ("SELECT", "WITH")
        and not entry["sql"]
    ):
        entry["type"] = TYPES.get(kind) if not cursor.peek("primary_key") else None
    draft.add("columns", name, entry, cursor)


def _sql(names: Names, view: View, draft: TableDraft, name: str, cursor: Cursor, kind: str) -> str | None:
    case = cursor.block("case")
    if case is not None:
        branches: list[exp.Expr] = [
            exp.If(this=names.rows(view.name, when.required("sql")), true=exp.Literal.string(when.required("label")))
            for when in case.blocks("when")
        ]
        default = case.text("else")
        otherwise = exp.Literal.string(default) if default is not None else None
        return sql.row(exp.Case(ifs=branches, default=otherwise))
    text = cursor.text("sql")
    if kind == "tier":
        column = names.rows(view.name, text or f"${{TABLE}}.{name}")
        return sql.row(_tiers(column, _steps(cursor), cursor.text("style") or "classic"))
    if name not in draft.derived or text is None:
        draft.used.add(name)
        return None
    tree = names.rows(view.name, text)
    if kind == "yesno":  # Looker shows a condition that is neither true nor false as No
        tree = exp.Coalesce(this=tree, expressions=[exp.Boolean(this=False)])
    return sql.row(tree)


def _steps(cursor: Cursor) -> list[float]:
    try:
        return [float(tier) for tier in cursor.names("tiers")]
    except ValueError:
        raise sql.Untranslatable("its tiers are no numbers") from None


def _tiers(column: exp.Expr, tiers: list[float], style: str) -> exp.Expr:
    """Steps of a number, labelled as Looker does."""
    if not tiers:
        raise sql.Untranslatable("a tier needs 'tiers'")
    steps = [f"{tier:g}" for tier in tiers]
    branches: list[exp.Expr] = [
        exp.If(
            this=exp.LT(this=column.copy(), expression=exp.Literal.number(step)),
            true=exp.Literal.string(_tier_label(steps, index, style)),
        )
        for index, step in enumerate(steps)
    ]
    above = exp.If(
        this=exp.GTE(this=column.copy(), expression=exp.Literal.number(steps[-1])),
        true=exp.Literal.string(_tier_label(steps, len(steps), style)),
    )
    return exp.Case(ifs=[*branches, above], default=exp.Literal.string("Undefined"))


def _tier_label(steps: list[str], index: int, style: str) -> str:
    low = steps[index - 1] if index else None
    high = steps[index] if index < len(steps) else None
    if style == "integer":
        if low is None:
            return f"Below {high}"
        return f"{low} or Above" if high is None else f"{low} to {float(high) - 1:g}"
    if style == "relational":
        if low is None:
            return f"< {high}"
        return f">= {low}" if high is None else f">= {low} and < {high}"
    interval = f"{'[' + low if low else '(-inf'},{high if high else 'inf'})"
    return interval if style == "interval" else f"T{index:02d} {interval}"


def _group(names: Names, view: View, draft: TableDraft, name: str, cursor: Cursor) -> None:
    kind = cursor.text("type") or "time"
    entry = shown(cursor)
    if kind == "duration":
        _durations(names, view, draft, name, cursor, entry)
        return
    if kind != "time":
        raise sql.Untranslatable(f"the type '{kind}' is no group that Verity knows")
    entry["kind"] = "time"
    text = cursor.text("sql")
    if name in draft.derived and text is not None:
        entry["sql"] = sql.row(names.rows(view.name, text))
    else:
        draft.used.add(name)
    datatype = cursor.text("datatype")
    if datatype in ("epoch", "yyyymmdd"):
        raise sql.Untranslatable(f"its moments are written as {datatype}")
    if datatype in ("date", "timestamp", "datetime"):
        entry["type"] = "date" if datatype == "date" else "timestamp"
    if cursor.flag("convert_tz"):
        cursor.approximated("the zone of a question is the question's", key="convert_tz")
    draft.add("columns", name, entry, cursor)
    frames = cursor.names("timeframes")
    unknown = [frame for frame in frames if frame not in (*GRAINS, *PARTS, "raw")]
    if unknown:
        cursor.approximated(f"without {', '.join(unknown)}: no grains of Verity", key="timeframes")
    for frame in (frame for frame in frames if frame in PARTS):
        part = exp.Extract(this=exp.Var(this=PARTS[frame]), expression=sql.column(name))
        draft.derived.add(f"{name}_{frame}")
        draft.add("columns", f"{name}_{frame}", {"sql": sql.row(part), "kind": "dimension"}, cursor)


def _durations(names: Names, view: View, draft: TableDraft, name: str, cursor: Cursor, entry: dict[str, Any]) -> None:
    start, end = (names.rows(view.name, cursor.required(key)) for key in ("sql_start", "sql_end"))
    known = {"day": "DAY", "month": "MONTH", "quarter": "QUARTER", "year": "YEAR"}
    intervals = cursor.names("intervals") or tuple(known)
    if lost := [interval for interval in intervals if interval not in known]:
        cursor.approximated(f"without {', '.join(lost)}: lengths are counted in days and longer", key="intervals")
    for interval in (interval for interval in intervals if interval in known):
        length = exp.DateDiff(this=end.copy(), expression=start.copy(), unit=exp.Literal.string(known[interval]))
        made = {**entry, "sql": sql.row(length), "kind": "measure", "unit": f"{interval}s"}
        draft.derived.add(f"{interval}s_{name}")
        draft.add("columns", f"{interval}s_{name}", made, cursor)


def _place(names: Names, view: View, draft: TableDraft, name: str, cursor: Cursor) -> None:
    entry = shown(cursor)
    for part in ("latitude", "longitude"):
        text = sql.row(names.rows(view.name, cursor.required(f"sql_{part}")))
        draft.derived.add(f"{name}_{part}")
        own = text == f"{name}_{part}"
        draft.add("columns", f"{name}_{part}", {**entry, "sql": None if own else text}, cursor)
    cursor.approximated(f"a point is two columns: {name}_latitude and {name}_longitude", key="type")


def shown(cursor: Cursor) -> dict[str, Any]:
    """What a field says of how it is shown: labels as words, formats, and the rest under meta."""
    cursor.imported("name")
    kept: dict[str, Any] = {}
    for key in _SHOWN:
        if key in cursor and not (key == "style" and cursor.peek("type") == "tier"):
            kept[key] = cursor.peek(key)
            cursor.approximated("kept under meta: it says how Looker shows the field", key=key)
    tags = list(cursor.names("tags"))
    if tags:
        kept["tags"] = tags
    for key in _ACTIVE:
        if key in cursor:
            cursor.lost("Verity renders no links, actions or templates in cells", key=key)
    hidden = cursor.flag("hidden")
    for key in ("required_access_grants", "access_grants"):
        if key in cursor:
            hidden = True
            cursor.lost("grants by user attribute; the field is hidden instead", "Write `access`.", key=key)
    format_, unit = _format(cursor)
    return {
        "description": cursor.text("description"),
        "aliases": aliases(cursor.text("label"), *cursor.names("alias")),
        "hidden": hidden or None,
        "format": format_,
        "unit": unit,
        "values": list(cursor.names("suggestions")) or None,
        "meta": {"lookml": kept} if kept else None,
    }


def _format(cursor: Cursor) -> tuple[str | None, str | None]:
    named = cursor.text("value_format_name")
    if named is not None:
        base = named.partition("_")[0]
        if base in FORMATS:
            return FORMATS[base]
        return ("percent", None) if base == "percent" else (named, None)
    text = cursor.text("value_format")
    if text is None:
        return None, None
    if "%" in text:
        return "percent", None
    cursor.approximated("kept as it is written; Verity formats by type and unit", key="value_format")
    return text, "USD" if "$" in text else None
