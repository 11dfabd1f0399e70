"""The data dictionary's document form: one table a file, as the reference writes it plus the optional keys.

Field for field what a person writes; nothing here is resolved or checked against a database. `catalog.py` resolves.
The JSON Schema that editors complete from is made from these models (`schemas/table.schema.json`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from verity.contracts.base import Contract
from verity.contracts.metric import Grain
from verity.data.entry import Entry
from verity.data.metric_entry import MetricEntry
from verity.data.shapes import (
    Aliases,
    Meta,
    Names,
    Version,
    as_described,
    as_freshness,
    as_scalars,
    as_value,
    as_values,
)

Language = Literal["en", "es"]


class ValueEntry(Entry):
    """One value of a column, with what people call it."""

    value: Annotated[str | int | bool, BeforeValidator(as_value, json_schema_input_type=str | int | float | bool)]
    """The value as the data holds it."""
    label: str | None = None
    """How it is shown."""
    labels: dict[Language, str] = Field(default_factory=dict)
    """How it is shown in each language."""
    aliases: Aliases = Field(default_factory=dict)
    """Other words for it."""


class ValueText(Entry):
    """What people call the value that stands as the key."""

    label: str | None = None
    """How it is shown."""
    labels: dict[Language, str] = Field(default_factory=dict)
    """How it is shown in each language."""
    aliases: Aliases = Field(default_factory=dict)
    """Other words for it."""


Values = Annotated[
    tuple[ValueEntry, ...],
    BeforeValidator(
        as_values,
        json_schema_input_type=tuple[ValueEntry | str | int | float | bool, ...] | dict[str, str | ValueText | None],
    ),
]
"""A list of values, or a map from each value to its label or entry."""


class ColumnEntry(Entry):
    """A column: a description, or this. `sql` makes it derived, `per` an aggregate for each key of the table.

    `kind` says how people use it: a dimension (grouped and filtered by), a measure (summed), an id, a time, free text.
    It decides what the resolver offers; SQL may use any column.
    """

    description: str = ""
    """What it holds, in a sentence."""
    type: str | None = None
    """Its logical type (text, bigint, decimal(12,2), date, timestamp, ...), where it differs from the physical one."""
    kind: Literal["dimension", "measure", "id", "time", "text"] | None = None
    """How people use it; found from its type and name where missing."""
    unit: str | None = None
    """What a number is counted in: PHP, kg, %."""
    aliases: Aliases = Field(default_factory=dict)
    """Other words for it: a list in any language, or `{en: [...], es: [...]}`."""
    values: Values = ()
    """The values it may hold, with labels and aliases."""
    label_column: str | None = None
    """A column of the same table that names each value to people."""
    match: Literal["exact_case"] | None = None
    """`exact_case` for codes: NO is not no."""
    format: str | None = None
    """How it is shown."""
    pii: str | bool | None = None
    """Whether it tells who somebody is, and by what: email, phone, name."""
    hidden: bool = False
    """True: never offered or shown; definitions may still use it."""
    sql: str | None = None
    """A derived column: one expression over the table's columns (with `per`, one aggregate)."""
    per: Names = ()
    """Makes `sql` an aggregate for each value of these columns, over every row the asker may see."""
    timezone: str | None = None
    """Of a plain timestamp: the zone whose wall clock it shows (`Asia/Manila`); UTC where missing."""
    scale: int | None = None
    """Decimal digits kept when a floating number is summed; 6 where missing."""
    approximate: bool = False
    """True: summed as a floating number, which may differ in the last digits from run to run."""
    meta: Meta = Field(default_factory=dict)
    """What other tools keep about it, by tool: shown, never executed."""
    draft: bool = False
    """True: proposed by `verity init`, not yet reviewed."""


class JoinEntry(Entry):
    """A named join from this table. `on`: `{own_column: target_column}`, or one name shared by both; else `sql`.

    In `sql`, own columns stand bare or as `this.column`, the target's as `<join name>.column`.
    `integrity: full` declares that every row finds its partner (over a bridge: at least one). Once that was seen in the
    data at hand, the join is INNER, which is faster; where it does not hold, the join stays LEFT and no row is lost.
    A many_to_many join goes `through` a bridge table and has neither `on` nor `sql`.
    """

    table: str
    """The table it leads to."""
    type: Literal["many_to_one", "one_to_one", "one_to_many", "many_to_many"] = "many_to_one"
    """How many rows stand on this side and on the other."""
    through: str | None = None
    """many_to_many: the bridge table, which has a many_to_one join to either side."""
    weight: str | None = None
    """many_to_many: a column of the bridge that holds the share of each pair; sums are then split by it."""
    on: str | dict[str, str] | None = None
    """One column name shared by both tables, or `{own_column: target_column}`."""
    sql: str | None = None
    """A condition, where equal columns do not say it: own columns bare, the target's as `<join name>.column`."""
    integrity: Literal["full"] | None = None
    """`full`: every row finds its partner."""
    matched: float | None = None
    """Share of rows that found a partner when the draft was made, 0 to 1: shown, never used."""
    aliases: Aliases = Field(default_factory=dict)
    """Other words for the partner in this role."""
    description: str = ""
    """What the join means, in a sentence."""
    meta: Meta = Field(default_factory=dict)
    """What other tools keep about it, by tool: shown, never executed."""
    draft: bool = False
    """True: proposed by `verity init`, not yet reviewed."""


class SegmentEntry(Entry):
    """A named condition over the table's columns."""

    description: str = ""
    """What it selects, in a sentence."""
    sql: str
    """The condition."""
    aliases: Aliases = Field(default_factory=dict)
    """Other words for it."""
    meta: Meta = Field(default_factory=dict)
    """What other tools keep about it, by tool: shown, never executed."""
    draft: bool = False
    """True: proposed by `verity init`, not yet reviewed."""


class RowRule(Entry):
    """One typed predicate over a column of the table: `column` compared with `values` or with `attribute`.

    `attribute` names an attribute of the principal; one that the principal lacks matches no row.
    """

    column: str
    """The column compared."""
    op: Literal["equals", "not_equals", "in", "not_in", "gt", "gte", "lt", "lte"] = "equals"
    """How it is compared. Several values: `equals` any of them, `not_equals` none of them."""
    values: Annotated[
        tuple[str | int | bool, ...],
        BeforeValidator(as_scalars, json_schema_input_type=str | int | bool | tuple[str | int | bool, ...]),
    ] = ()
    """Fixed values."""
    attribute: str | None = None
    """The principal's attribute that holds the values."""

    @model_validator(mode="after")
    def _compares_with_one_thing(self) -> Self:
        if bool(self.values) == (self.attribute is not None):
            raise ValueError("a rule names either 'values' or an 'attribute' of the principal, one of the two")
        if self.op in ("gt", "gte", "lt", "lte") and len(self.values) > 1:
            raise ValueError(f"'{self.op}' compares with one value, not {len(self.values)}")
        return self


Mask = Annotated[str, Field(pattern=r"^(null|hash|redact|year|(first|last)_[1-9])$")]
"""How a masked cell is shown."""


class AccessEntry(Entry):
    """What one role sees of the table: `rows` is `all` or rules that must all hold; `columns_hidden` do not exist."""

    rows: Literal["all"] | tuple[RowRule, ...] = "all"
    """`all`, or rules that must all hold."""
    columns_hidden: Names = ()
    """Columns that do not exist for this role: metrics, joins and segments that use them are absent too."""
    columns_masked: dict[str, Mask] = Field(default_factory=dict)
    """Columns that this role sees masked: null, hash, redact, first_1, last_4 (characters), year (of a date)."""

    @model_validator(mode="after")
    def _says_which_rows(self) -> Self:
        if not self.rows:
            raise ValueError("an empty list of rules says nothing; write 'all', or leave the role out to deny it")
        return self


class ChangeEntry(Entry):
    """One line of the changelog."""

    version: Version
    """The version that the change made."""
    date: date
    """The day of the change."""
    change: str
    """What changed."""


class FreshnessEntry(Entry):
    """How it is known whether a table that Verity does not load has changed."""

    max_age: str | None = None
    """How old its data may be: `24h`, `7d`."""
    probe: str | None = None
    """One SELECT of one value that changes whenever the table does: `SELECT max(updated_at) FROM orders`."""
    ttl: str | None = None
    """How long results may be kept without asking again: `10m`."""


class RollupEntry(Entry):
    """A pre-aggregation of the table's metrics, built in the warehouse and used only where it provably equals raw."""

    description: str = ""
    """What it is for, in a sentence."""
    metrics: Names = ()
    """Metrics of this table that it answers."""
    dimensions: Names = ()
    """Dimensions that it keeps: `status`, `customer.region`, `ordered_at:month`."""
    keep: Names = ()
    """Keys kept beside them, so that exact distinct counts and percentiles can be answered."""
    sketch: Names = ()
    """Metrics declared `approximate: true` whose APPROX_COUNT_DISTINCT it answers from a sketch, with a shown error."""
    partition: str | None = None
    """A kept time dimension with a grain, `ordered_at:month`: the unit that is refreshed."""
    refresh: str | None = None
    """A column that grows whenever a row changes (`updated_at`): only partitions with newer values are rebuilt."""
    append_only: str | None = None
    """A column that only grows as rows are appended, never changed: later rows are read fresh beside the rollup."""


class TableEntry(Entry):
    """One table of the dictionary."""

    table: str = Field(min_length=1)
    """The table's name, as questions and other tables call it."""
    version: Version = "1.0"
    """Moves whenever a metric's meaning moves; `changelog` says why."""
    deprecated: bool = False
    """True: still answered, no longer offered first."""
    description: str = ""
    """What the table holds, in a sentence."""
    grain: str = ""
    """What one row is: `1 row = 1 order`."""
    entity: str | dict[Language, str] | None = None
    """What one row is called, singular: `order`, or `{en: order, es: pedido}`."""
    relation: str | None = None
    """The physical table (`gold.orders`) or a SELECT, where it is not the table's name."""
    primary_key: Names = ()
    """The column or columns that tell rows apart; missing where the table has no key."""
    time_column: str | None = None
    """When a row happened; may lie behind a join (`order.order_ts`)."""
    columns: dict[
        str, Annotated[ColumnEntry, BeforeValidator(as_described, json_schema_input_type=str | ColumnEntry | None)]
    ] = Field(default_factory=dict)
    """Each column: a description, or an entry."""
    joins: dict[str, JoinEntry] = Field(default_factory=dict)
    """Named ways to other tables."""
    metrics: dict[str, MetricEntry] = Field(default_factory=dict)
    """Named numbers."""
    segments: dict[str, SegmentEntry] = Field(default_factory=dict)
    """Named conditions."""
    access: dict[str, AccessEntry] | None = None
    """What each role sees. Missing: the owner only, unless verity.toml says `[access] default = "open"`."""
    aliases: Aliases = Field(default_factory=dict)
    """Other words for the table."""
    calendar: str | None = None
    """The calendar table that its fiscal periods follow."""
    periods: dict[Grain, str] = Field(default_factory=dict)
    """On a calendar table: for each grain the column that holds the first day of the period; `day` is its key."""
    week_start: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    """The first day of a week."""
    hierarchies: dict[str, Annotated[tuple[str, ...], Field(min_length=2)]] = Field(default_factory=dict)
    """Named levels from coarse to fine: `geo: [country, region, city]`."""
    rollups: dict[str, RollupEntry] = Field(default_factory=dict)
    """Pre-aggregations."""
    freshness: Annotated[
        FreshnessEntry | None, BeforeValidator(as_freshness, json_schema_input_type=str | FreshnessEntry | None)
    ] = None
    """How old its data may be (`24h`), and how a change is noticed where Verity does not load it."""
    business_notes: tuple[str, ...] = ()
    """What people should know. Shown, never executed."""
    changelog: tuple[ChangeEntry, ...] = ()
    """What changed, newest first."""
    hidden: bool = False
    """True: never offered; definitions may still use it."""
    meta: Meta = Field(default_factory=dict)
    """What other tools keep about it, by tool: shown, never executed."""
    draft: bool = False
    """True: proposed by `verity init`, not yet reviewed."""


@dataclass(frozen=True)
class Places:
    """Where the entries of one file stand: `lines` by path, counted from 1."""

    file: str
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)

    def place(self, path: tuple[str | int, ...] = ()) -> str:
        """`file:line` of an entry, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        line = self.lines.get(path)
        return f"{self.file}:{line}" if line else self.file


class Dictionary(Contract):
    """Every table of a project, and the digest of its content (SHA-256 hex of the canonical JSON)."""

    tables: dict[str, TableEntry] = Field(default_factory=dict)
    content_hash: str = ""
    _places: dict[str, Places] = PrivateAttr(default_factory=dict)

    def with_places(self, places: dict[str, Places]) -> Dictionary:
        """The same dictionary, knowing where its entries are written."""
        placed = self.model_copy()
        placed._places = dict(places)
        return placed

    def place(self, table: str, *path: str | int) -> str:
        """`file:line` of an entry, such as `place("orders", "metrics", "revenue")`; its path where no file is known."""
        known = self._places.get(table)
        return known.place(path) if known else ".".join(map(str, (table, *path)))


def written(entry: Entry) -> dict[str, Any]:
    """An entry as a JSON document without the keys that are at their default."""
    return entry.model_dump(mode="json", exclude_defaults=True)
