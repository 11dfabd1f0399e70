"""The data dictionary's document form: one table a file, as the reference writes it plus the optional keys.

Field for field what a person writes; nothing here is resolved or checked against a database. `catalog.py` resolves.
The JSON Schema that editors complete from is made from these models (`schemas/table.schema.json`).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from verity.contracts.base import Contract
from verity.contracts.metric import Grain


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _as_alias_map(value: object) -> object:
    if isinstance(value, str):
        return {"any": (value,)}
    return {"any": tuple(value)} if isinstance(value, list | tuple) else value


def _as_described(value: object) -> object:
    return {"description": value} if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
"""A name or a list of names."""

Aliases = Annotated[dict[Literal["any", "en", "es"], tuple[str, ...]], BeforeValidator(_as_alias_map)]
"""A list of words in any language, or `{en: [...], es: [...]}`; kept as a map with the key `any` for the bare list."""


class ValueEntry(Contract):
    """One value of a column, with what people call it."""

    value: str | int | bool
    label: str | None = None
    labels: dict[Literal["en", "es"], str] = Field(default_factory=dict)
    aliases: Aliases = Field(default_factory=dict)


def _as_values(value: object) -> object:
    if isinstance(value, dict):  # {delivered: "Delivered"} or {delivered: {label:, aliases:}}
        return tuple(
            {"value": key, **({"label": entry} if isinstance(entry, str) else entry or {})}
            for key, entry in value.items()
        )
    if isinstance(value, list | tuple):
        return tuple(entry if isinstance(entry, dict | ValueEntry) else {"value": entry} for entry in value)
    return value


class ColumnEntry(Contract):
    """A column: a description, or this. `sql` makes it derived, `per` an aggregate for each key of the table.

    `kind` says how people use it: a dimension (grouped and filtered by), a measure (summed), an id, a time, free text.
    It decides what the resolver offers; SQL may use any column.
    """

    description: str = ""
    type: str | None = None
    kind: Literal["dimension", "measure", "id", "time", "text"] | None = None
    unit: str | None = None
    aliases: Aliases = Field(default_factory=dict)
    values: Annotated[tuple[ValueEntry, ...], BeforeValidator(_as_values)] = ()
    label_column: str | None = None
    match: Literal["exact_case"] | None = None
    format: str | None = None
    pii: str | bool | None = None
    hidden: bool = False
    sql: str | None = None
    per: Names = ()
    scale: int | None = None
    approximate: bool = False
    draft: bool = False


class MetricEntry(Contract):
    """A metric. `sql` is one aggregate expression over the table's own columns (joins reached as `join.column`).

    `type` simple: `sql`. ratio: `numerator` / `denominator` (metric names, any table). derived: `sql` over metric names
    in braces, `{revenue} - {orders.cost}`. A divisor of zero gives NULL.
    """

    description: str = ""
    type: Literal["simple", "ratio", "derived"] = "simple"
    sql: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    filter: str | None = None
    requires: Names = ()
    requires_filters: Names = ()
    not_by: Names = ()
    only_by: Names = ()
    aliases: Aliases = Field(default_factory=dict)
    negative_aliases: Aliases = Field(default_factory=dict)
    implied_terms: Aliases = Field(default_factory=dict)
    contradicts_terms: Aliases = Field(default_factory=dict)
    verb_forms: Aliases = Field(default_factory=dict)
    unit: str | None = None
    scale: int | None = None
    format: str | None = None
    good: Literal["up", "down"] | None = None
    time_column: str | None = None
    smallest_grain: Grain | None = None
    version: str | None = None
    verified_by: str | None = None
    approximate: bool = False
    hidden: bool = False
    draft: bool = False


class JoinEntry(Contract):
    """A named join from this table. `on`: `{own_column: target_column}`, or one name shared by both; else `sql`.

    In `sql`, own columns stand bare or as `this.column`, the target's as `<join name>.column`.
    `integrity: full` declares that every row finds its partner, so that an unused join may be left out of the SQL.
    """

    table: str
    type: Literal["many_to_one", "one_to_one", "one_to_many"] = "many_to_one"
    on: str | dict[str, str] | None = None
    sql: str | None = None
    integrity: Literal["full"] | None = None
    matched: float | None = None
    """Share of rows that found a partner when the draft was made, 0 to 1: shown, never used."""
    aliases: Aliases = Field(default_factory=dict)
    description: str = ""
    draft: bool = False


class SegmentEntry(Contract):
    """A named condition over the table's columns."""

    description: str = ""
    sql: str
    aliases: Aliases = Field(default_factory=dict)
    draft: bool = False


class RowRule(Contract):
    """One typed predicate over a column of the table: `column` compared with `values` or with `attribute`.

    `attribute` names an attribute of the principal; one that the principal lacks matches no row.
    """

    column: str
    op: Literal["equals", "not_equals", "in", "not_in", "gt", "gte", "lt", "lte"] = "equals"
    values: Annotated[
        tuple[str | int | bool, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str | int) else v)
    ] = ()
    attribute: str | None = None


class AccessEntry(Contract):
    """What one role sees of the table: `rows` is `all` or rules that must all hold; `columns_hidden` are as if absent."""

    rows: Literal["all"] | tuple[RowRule, ...] = "all"
    columns_hidden: Names = ()


class ChangeEntry(Contract):
    """One line of the changelog."""

    version: str
    date: date
    change: str


class TableEntry(Contract):
    """One table of the dictionary."""

    table: str = Field(min_length=1)
    version: str = "1.0"
    deprecated: bool = False
    description: str = ""
    grain: str = ""
    entity: str | dict[Literal["en", "es"], str] | None = None
    """What one row is called, singular: `order`, or `{en: order, es: pedido}`."""
    relation: str | None = None
    primary_key: Names = ()
    time_column: str | None = None
    columns: dict[str, Annotated[ColumnEntry, BeforeValidator(_as_described)]] = Field(default_factory=dict)
    joins: dict[str, JoinEntry] = Field(default_factory=dict)
    metrics: dict[str, MetricEntry] = Field(default_factory=dict)
    segments: dict[str, SegmentEntry] = Field(default_factory=dict)
    access: dict[str, AccessEntry] | None = None
    aliases: Aliases = Field(default_factory=dict)
    calendar: str | None = None
    freshness: str | None = None
    business_notes: tuple[str, ...] = ()
    changelog: tuple[ChangeEntry, ...] = ()
    hidden: bool = False
    draft: bool = False


class Dictionary(Contract):
    """Every table of a project, and the digest of its content (SHA-256 hex of the canonical JSON)."""

    tables: dict[str, TableEntry] = Field(default_factory=dict)
    content_hash: str = ""
