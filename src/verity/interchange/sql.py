"""Translate the SQL of other tools: templates become names, names become members, and Verity's reader has to accept it.

A template (`{CUBE}`, `${TABLE}`, `{{ Dimension('x') }}`) is first a placeholder, so that the SQL around it parses;
then every column of the tree is asked for by what it was, and the tree is written as Verity's SQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError, UnsupportedError

from verity.exceptions import QueryError
from verity.semantic.sql_reader import AGGREGATES, read_expression

DIALECT = "duckdb"
"""How Verity's expressions are written."""

_PLACE = "__ref_{}__"
_PLACED = re.compile(r"__ref_(\d+)__")
_REWRITTEN = frozenset({"DOW", "DOY"})
_KEPT = "__unit_{}__"
_KEPT_UNIT = re.compile(r"(?<=EXTRACT\()__unit_(DO[WY])__")
_FOREIGN = re.compile(
    r"(?P<text>'(?:[^']|'')*')|`(?P<name>[^`]+)`|(?P<cast>::\s*|\bAS\s+)(?:numeric|decimal)\b(?!\s*\()", re.IGNORECASE
)
"""Texts, which are left alone; names as MySQL and BigQuery quote them; numbers of any digits, which DuckDB has not: its
own NUMERIC keeps three behind the point."""
_LEFT = re.compile(r"\{\{|\{%|\$\{|<%|\{[\w. ]+\}")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class Untranslatable(Exception):
    """Why an expression has no form in Verity, in plain words."""


@dataclass(frozen=True)
class Reference:
    """A column as the source writes it: the template that it stands in or behind, if any, and the plain names."""

    template: str | None
    names: tuple[str, ...]


Resolve = Callable[[Reference], exp.Expr]
"""What a column of the source is in Verity. Raises `Untranslatable`."""


@dataclass(frozen=True)
class Parsed:
    """An expression of the source, its templates as placeholders."""

    tree: exp.Expr
    templates: tuple[str, ...]

    def references(self) -> list[Reference]:
        """Every column, in order."""
        return [self._reference(node) for node in _columns(self.tree)]

    def resolved(self, resolve: Resolve) -> exp.Expr:
        """The tree with every column replaced. Raises `Untranslatable`."""
        tree = self.tree.copy()
        holder = exp.Paren(this=tree)
        for node in _columns(holder):
            node.replace(_grouped(resolve(self._reference(node)), node))
        made: exp.Expr = holder.this
        if left := next((n for n in made.find_all(exp.Identifier) if _PLACED.search(n.name)), None):
            raise Untranslatable(f"the template '{self._told(left.name)}' stands where no column can")
        return made

    def _reference(self, node: exp.Expr) -> Reference:
        names = [part.name for part in node.parts] if isinstance(node, exp.Column) else [node.name]
        match = _PLACED.fullmatch(names[0])
        if match is None:
            return Reference(None, tuple(names))
        return Reference(self.templates[int(match.group(1))], tuple(names[1:]))

    def _told(self, name: str) -> str:
        match = _PLACED.search(name)
        return self.templates[int(match.group(1))] if match else name


def parse(text: str, *, templates: re.Pattern[str] | None = None, dialect: str = DIALECT) -> Parsed:
    """Read an expression of the source. `templates` has one group: what stands inside. Raises `Untranslatable`."""
    found: list[str] = []

    def place(match: re.Match[str]) -> str:
        found.append(next(group for group in match.groups() if group is not None).strip())
        return _PLACE.format(len(found) - 1)

    plain = templates.sub(place, text) if templates else text
    if not all(found):
        raise Untranslatable("it holds an empty template")
    plain = _FOREIGN.sub(_as_here, plain.strip().rstrip(";").strip())
    if left := _LEFT.search(plain):
        raise Untranslatable(f"it holds the template '{left.group()}', which is only known when a query runs")
    try:
        trees = sqlglot.parse(plain, read=dialect)
    except SqlglotError as error:
        first = str(error).splitlines()[0] if str(error) else "it cannot be read"
        raise Untranslatable(f"the SQL does not parse: {re.sub(chr(27) + r'.[0-9;]*m', '', first)[:120]}") from None
    except RecursionError:
        raise Untranslatable("the SQL nests too deep") from None
    if len(trees) != 1 or trees[0] is None:
        raise Untranslatable("it is not one expression")
    return Parsed(trees[0], tuple(found))


def _as_here(match: re.Match[str]) -> str:
    if match.group("name"):
        return f'"{match.group("name")}"'
    return f"{match.group('cast')}DOUBLE" if match.group("cast") else match.group()


def column(*names: str) -> exp.Expr:
    """A column by its names, joins first, quoted where they need it."""
    made = [exp.to_identifier(name, quoted=not _bare(name)) for name in names]
    if len(made) <= 4:
        keys = ("this", "table", "db", "catalog")
        return exp.Column(**dict(zip(keys, reversed(made), strict=False)))
    node: exp.Expr = exp.Column(this=made[3], table=made[2], db=made[1], catalog=made[0])
    for part in made[4:]:
        node = exp.Dot(this=node, expression=part)
    return node


def fragment(text: str) -> exp.Expr:
    """SQL that is Verity's already, as a tree."""
    tree: exp.Expr = sqlglot.parse_one(text, read=DIALECT)
    return tree


def written(tree: exp.Expr) -> str:
    """The tree as Verity's SQL, on one line. Raises `Untranslatable` where a part would be left out."""
    while isinstance(tree, exp.Paren):
        tree = tree.this
    kept = tree.copy()
    for node in kept.find_all(exp.Extract):
        if node.this.name.upper() in _REWRITTEN:  # DuckDB's printer would write DAYOFWEEK, which Verity does not know
            node.set("this", exp.var(_KEPT.format(node.this.name.upper())))
    try:
        text = str(kept.sql(dialect=DIALECT, comments=False, unsupported_level=ErrorLevel.RAISE))
    except UnsupportedError as error:
        raise Untranslatable(
            f"it says what Verity's SQL cannot: {str(error).partition(' when targeting')[0][:120]}"
        ) from None
    return _KEPT_UNIT.sub(r"\1", text)


def row(tree: exp.Expr) -> str:
    """The tree as an expression over one row. Raises `Untranslatable` where Verity refuses it."""
    if aggregates(tree):
        raise Untranslatable("it aggregates, and this is about single rows")
    return _accepted(written(tree))


def aggregate(tree: exp.Expr) -> str:
    """The tree as an aggregate. Raises `Untranslatable` where Verity refuses it."""
    if not aggregates(tree):
        raise Untranslatable("it holds no aggregate")
    return _accepted(written(tree))


def aggregates(tree: exp.Expr) -> list[exp.Expr]:
    """The outermost aggregate calls of a tree, each with its FILTER or WITHIN GROUP."""
    found: list[exp.Expr] = []

    def walk(node: exp.Expr) -> None:
        if isinstance(node, exp.Filter | exp.WithinGroup) or type(node) in AGGREGATES or isinstance(node, exp.AggFunc):
            found.append(node)
            return
        for child in node.iter_expressions():
            walk(child)

    walk(tree)
    return found


def conjunction(conditions: Sequence[str]) -> str | None:
    """Conditions that all hold, as one; None where there are none."""
    kept = [text for text in conditions if text]
    return kept[0] if len(kept) == 1 else " AND ".join(f"({text})" for text in kept) if kept else None


def literal(value: object) -> str:
    """A value as SQL writes it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"


def accepted(text: str) -> bool:
    """Whether Verity's reader takes an expression."""
    try:
        read_expression(text)
    except QueryError:
        return False
    return True


def _accepted(text: str) -> str:
    try:
        read_expression(text)
    except QueryError as error:
        raise Untranslatable(f"{error.message} ({error.code})") from None
    return text


def _columns(tree: exp.Expr) -> list[exp.Expr]:
    return [
        node
        for node in tree.find_all(exp.Column)
        if not isinstance(node.this, exp.Star) and not isinstance(node.parent, exp.Dot)
    ]


def _grouped(made: exp.Expr, node: exp.Expr) -> exp.Expr:
    """An expression in the place of a column keeps together."""
    inside = isinstance(node.parent, exp.Binary | exp.Unary | exp.Is | exp.Between | exp.In | exp.Cast)
    return exp.Paren(this=made) if inside and isinstance(made, exp.Binary | exp.Unary | exp.Case) else made


@lru_cache(maxsize=10_000)
def _bare(name: str) -> bool:
    """Whether a name needs no quotes."""
    if not _PLAIN.match(name):
        return False
    try:
        tree = sqlglot.parse_one(name, read=DIALECT)
    except SqlglotError:
        return False
    return isinstance(tree, exp.Column) and tree.name == name
