"""Expressions of the dictionary in Cube's words: `{CUBE}.column`, `{dimension}`, `{other.dimension}`."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from verity.data.mentions import mentions
from verity.interchange import sql
from verity.interchange.exporting import Inexpressible, Json, Losses, Model, pairs_of

_MARK = "__cube_{}__"


@dataclass
class Written:
    """Writes expressions and joins of one dictionary, and notes what has no form."""

    model: Model
    losses: Losses
    _joins: dict[str, list[Json]] = field(default_factory=dict)

    def row(self, table: str, text: str) -> str:
        """A row expression of the dictionary. Raises `Inexpressible`."""
        return self.tree(table, self.model.row(table, text))

    def tree(self, table: str, tree: exp.Expr) -> str:
        """A tree whose columns are written as `table.column`. Raises `Inexpressible`."""
        marks: list[str] = []
        holder = exp.Paren(this=tree.copy())
        for node in list(holder.find_all(exp.Column)):
            if isinstance(node.this, exp.Star):
                continue
            marks.append(self._reference(table, node.table, node.name))
            node.replace(sql.column(_MARK.format(len(marks) - 1)))
        text = sql.written(holder.this)
        for index, mark in enumerate(marks):
            text = text.replace(_MARK.format(index), mark)
        return text

    def member(self, table: str, reference: str) -> str:
        """`column` or `join.column` as Cube names a member. Raises `Inexpressible`."""
        *steps, name = reference.split(".")
        target, _ = self.model.target(table, steps)
        if steps:
            self._reached(table, target)
        if name not in self.model.tables[target].columns:
            raise Inexpressible(f"'{reference}' is not declared")
        return name if target == table else f"{target}.{name}"

    def joins(self, table: str) -> list[Json]:
        """The joins of a table; Cube has one to each other cube, named after it."""
        if table not in self._joins:
            self._joins[table] = list(self._made(table))
        return self._joins[table]

    def keys(self, table: str) -> list[str]:
        """Columns of a table that joins name, which must be members to be named from another cube."""
        found: list[str] = []
        for entry in self.model.tables.values():
            for join in entry.joins.values():
                if join.table == table:
                    found += [theirs for _, theirs in pairs_of(join)]
        return list(dict.fromkeys(found))

    def using(self, table: str, hidden: set[str]) -> list[str]:
        """The metrics of a table that read one of these columns."""
        found = []
        for name, metric in self.model.tables[table].metrics.items():
            text = f"{metric.sql or ''} {metric.filter or ''}"
            if any(chain[0] in hidden for chain in mentions(text)):
                found.append(name)
        return found

    def _made(self, table: str) -> list[Json]:
        found: list[Json] = []
        for name, join in self.model.tables[table].joins.items():
            member = f"{table}.{name}"
            pairs = pairs_of(join)
            if join.table not in self.model.tables or join.type == "many_to_many" or not pairs:
                what = join.type if pairs or join.type == "many_to_many" else "a condition"
                self.losses.add(member, f"a join by {what} has no form in Cube here")
                continue
            if join.table == table or any(one["name"] == join.table for one in found):
                self.losses.add(member, f"Cube joins '{join.table}' once; a second role needs a copy of the cube")
                continue
            text = " AND ".join(f"{{CUBE}}.{own} = {{{join.table}.{theirs}}}" for own, theirs in pairs)
            found.append({"name": join.table, "sql": text, "relationship": join.type})
        return found

    def _reference(self, table: str, target: str, name: str) -> str:
        declared = self.model.tables[target].columns
        if target == table:
            return f"{{{name}}}" if name in declared and declared[name].sql else f"{{CUBE}}.{name}"
        self._reached(table, target)
        if name not in declared and name not in self.keys(target) and name not in self.model.tables[target].primary_key:
            raise Inexpressible(f"'{target}.{name}' is not declared, so no member names it")
        return f"{{{target}.{name}}}"

    def _reached(self, table: str, target: str) -> None:
        """Whether the joins that Cube is given lead there."""
        seen, waiting = {table}, [table]
        while waiting:
            for join in self.joins(waiting.pop()):
                if join["relationship"] in ("many_to_one", "one_to_one") and join["name"] not in seen:
                    seen.add(join["name"])
                    waiting.append(join["name"])
        if target not in seen:
            raise Inexpressible(f"no join that Cube is given leads from '{table}' to '{target}'")
