"""LookML explores: their joins become joins of tables, their aggregate tables rollups. Policies are never widened."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.lookml.names import TEMPLATES, Names

_SHOWN = (
    "group_label", "view_label", "fields", "tags", "hidden", "case_sensitive", "persist_with", "persist_for",
    "symmetric_aggregates", "cancel_grouping_fields", "query", "label", "description",
)  # fmt: skip


class Explore:
    """One explore: a base view and what is joined to it, under names of the explore's own."""

    def __init__(self, names: Names, cursor: Cursor) -> None:
        self.names, self.cursor = names, cursor
        self.name = cursor.required("name").lstrip("+")
        self.base = cursor.text("from") or cursor.text("view_name") or self.name
        self.views = {self.name: self.base}
        for join in cursor.blocks("join"):
            self.views[join.required("name")] = join.text("from") or join.required("name")

    def read_joins(self) -> None:
        """The joins, each on the table that its condition starts from."""
        if self.base not in self.names.views:
            self.cursor.lost(f"'{self.base}' is no view of the model", "Import its file too.")
            return
        for join in self.cursor.blocks("join"):
            try:
                self._join(join)
            except sql.Untranslatable as reason:
                join.lost(str(reason), "Define the join by hand.")

    def read_rest(self) -> None:
        """Everything else: filters, policies, aggregate tables, words. Fields of the views are known by now."""
        if self.base not in self.names.views:
            return
        cursor, draft = self.cursor, self.names.drafts.tables[self.base]
        words = [cursor.peek(key) for key in ("label",) if isinstance(cursor.peek(key), str)]
        known = draft.entry.setdefault("aliases", [])
        known += [word for word in words if word not in known]
        if not known:
            del draft.entry["aliases"]
        for key in _SHOWN:
            if key in cursor:
                cursor.approximated("an explore is a way to ask; in Verity members are asked for by path", key=key)
        self._always()
        for rule in cursor.blocks("access_filter"):
            draft.entry.setdefault("access", {})
            rule.lost(
                f"every user sees rows by an attribute; in Verity rows are seen by role, so '{self.base}' is closed",
                f"Write access: {{ROLE: {{rows: [{{column: {str(rule.peek('field')).rpartition('.')[2]}, "
                f"attribute: {rule.peek('user_attribute')}}}]}}}}.",
            )
        if "required_access_grants" in cursor:
            draft.entry.setdefault("access", {})
            cursor.lost(
                "grants by user attribute; the table is closed", "Write `access`.", key="required_access_grants"
            )
        for key in ("always_filter", "conditionally_filter", "sql_always_having"):
            if key in cursor:
                cursor.lost(
                    "it filters every question through the explore",
                    "Ask with --where, or give the metrics a `filter`.",
                    key=key,
                )
        for table in cursor.blocks("aggregate_table"):
            self._rollup(table)

    def _always(self) -> None:
        text = self.cursor.text("sql_always_where")
        if text is None:
            return
        name = f"{self.name}_always"
        try:
            condition = sql.row(self.names.rows(self.base, self._translated(text)))
        except sql.Untranslatable as reason:
            self.cursor.lost(f"it filters every question: {reason}", "Ask with --where.", key="sql_always_where")
            return
        entry = {"sql": condition, "description": f"What the explore {self.name} always filters by."}
        self.names.drafts.tables[self.base].add("segments", name, entry, self.cursor)
        self.cursor.approximated(f"a segment: ask with --segment {name}", key="sql_always_where")

    def _translated(self, text: str) -> str:
        """References to the explore's own name mean its base view."""
        return TEMPLATES.sub(lambda match: "${" + match.group(1).removeprefix(f"{self.name}.") + "}", text)

    def _join(self, join: Cursor) -> None:
        alias = join.required("name")
        table = self.views[alias]
        if table not in self.names.views:
            raise sql.Untranslatable(f"'{table}' is no view of the model")
        relationship = join.text("relationship") or "many_to_one"
        kind = join.text("type") or "left_outer"
        if relationship not in ("many_to_one", "one_to_one", "one_to_many", "many_to_many"):
            raise sql.Untranslatable(f"'{relationship}' is no relationship")
        if kind == "cross" or relationship == "many_to_many":
            raise sql.Untranslatable(f"a {kind if kind == 'cross' else relationship} join needs a bridge in Verity")
        if kind != "left_outer":
            join.approximated(f"a {kind} join; Verity keeps every row of its metrics' own table", key="type")
        for key in ("view_label", "fields", "outer_only", "required_joins"):
            if key in join:
                join.approximated("it says what an explore shows of the join", key=key)
        for key in ("sql_where", "required_access_grants"):
            if key in join:
                join.lost("it filters every question through the explore", "Ask with --where.", key=key)
        source, on, condition = self._condition(join, alias, table)
        if relationship == "one_to_many":
            back = next(name for name, view in self.views.items() if view == source)
            flipped = [(theirs, own) for own, theirs in on]
            self._declare(table, back, source, "many_to_one", flipped, self._flipped(condition, back), join)
        else:
            self._declare(source, alias, table, relationship, on, self._straight(condition, alias), join)

    def _condition(self, join: Cursor, alias: str, table: str) -> tuple[str, list[tuple[str, str]], exp.Expr | None]:
        """The view that the join starts from, and its pairs of columns or its condition (theirs under `__theirs__`)."""
        key = join.text("foreign_key")
        if key is not None:
            keys = self.names.drafts.tables[table].entry.get("primary_key") or [
                name for name, c in self.names.views[table].of("dimension").items() if c.peek("primary_key") == "yes"
            ]
            if len(keys) != 1:
                raise sql.Untranslatable(f"'{table}' has no primary key of one column")
            *view, own = key.split(".")
            return (self.views[view[-1]] if view else self.base), [(own, keys[0])], None
        sources: set[str] = set()

        def column(found: sql.Reference) -> exp.Expr:
            parts = (found.template or "").split(".")
            if found.template is None or found.names or len(parts) != 2:
                raise sql.Untranslatable(f"'{'.'.join(found.names)}' is not written as ${{view.field}}")
            if parts[0] not in self.views:
                raise sql.Untranslatable(f"'{parts[0]}' is not joined before")
            named = self.names.field(self.views[parts[0]], (), parts[1])
            made = self.names.column(named)
            if parts[0] != alias:
                sources.add(self.views[parts[0]])
                return made
            node = made.find(exp.Column) if not isinstance(made, exp.Column) else made
            assert node is not None  # noqa: S101 - a field is a column
            node.set("table", exp.to_identifier("__theirs__"))
            return made

        tree = self.names.read(join.required("sql_on")).resolved(column)
        if len(sources) != 1:
            raise sql.Untranslatable("its condition names more than two views")
        conditions = list(tree.flatten()) if isinstance(tree, exp.And) else [tree]
        pairs = [_pair(part.unnest()) for part in conditions]
        found = [pair for pair in pairs if pair is not None]
        return sources.pop(), found if len(found) == len(pairs) else [], tree

    def _declare(
        self,
        source: str,
        name: str,
        table: str,
        kind: str,
        on: list[tuple[str, str]],
        condition: str | None,
        cursor: Cursor,
    ) -> None:
        draft = self.names.drafts.tables[source]
        entry: dict[str, Any] = {"table": table, "type": kind}
        if on:
            entry["on"] = on[0][0] if len(on) == 1 and on[0][0] == on[0][1] else dict(on)
        else:
            entry["sql"] = condition
        known = draft.joins.get(name)
        if known is None:
            draft.add("joins", name, entry, cursor)
        elif known != entry:
            cursor.lost(f"'{source}' already joins '{name}' in another way", "Give one of them another name.")

    def _straight(self, condition: exp.Expr | None, alias: str) -> str | None:
        return _renamed(condition, {"__theirs__": alias})

    def _flipped(self, condition: exp.Expr | None, back: str) -> str | None:
        return _renamed(condition, {"__theirs__": "", "": back})

    def _rollup(self, table: Cursor) -> None:
        name = table.required("name")
        query = table.block("query")
        if query is None:
            table.lost("it has no query")
            return
        try:
            dimensions = [self.names.member(self.base, self._plain(text)) for text in query.names("dimensions")]
            metrics = []
            for text in query.names("measures"):
                named = self.names.meaning(self.base, sql.Reference(self._plain(text), ()))
                if named.path or named.name not in self.names.drafts.tables[self.base].metrics:
                    raise sql.Untranslatable(f"'{text}' is no metric of '{self.base}'")
                metrics.append(named.name)
            if "filters" in query:
                raise sql.Untranslatable("it keeps filtered rows only")
        except sql.Untranslatable as reason:
            table.lost(str(reason), "Declare a rollup by hand.")
            return
        entry = {key: value for key, value in (("metrics", metrics), ("dimensions", dimensions)) if value}
        draft = self.names.drafts.tables[self.base]
        draft.entry.setdefault("rollups", {})[name] = entry
        draft.origins["rollups", name] = table
        for key in ("timezone", "sorts", "sort", "limit"):
            if key in query:
                query.lost("a rollup of Verity is the whole, in no order", key=key)
        if "materialization" in table:
            table.approximated("Verity rebuilds a rollup when its data version changes", key="materialization")

    def _plain(self, text: str) -> str:
        return text.removeprefix(f"{self.name}.")


def _pair(node: exp.Expr) -> tuple[str, str] | None:
    if not isinstance(node, exp.EQ):
        return None
    sides = [side for side in (node.this, node.expression) if isinstance(side, exp.Column)]
    own = [side.name for side in sides if side.table != "__theirs__"]
    theirs = [side.name for side in sides if side.table == "__theirs__"]
    return (own[0], theirs[0]) if len(own) == len(theirs) == 1 else None


def _renamed(condition: exp.Expr | None, tables: dict[str, str]) -> str | None:
    if condition is None:
        return None
    holder = exp.Paren(this=condition.copy())
    for node in list(holder.find_all(exp.Column)):
        table = tables.get(node.table, node.table)
        node.replace(sql.column(table, node.name) if table else sql.column(node.name))
    return sql.written(holder.this)
