"""The document form of a metric: one entry for every kind, and which keys each kind takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from verity.contracts.metric import Grain, SpanText, read_span
from verity.data.entry import Entry
from verity.data.mentions import metric_names
from verity.data.shapes import Aliases, Meta, Names, Version

MetricKind = Literal[
    "simple", "ratio", "derived", "cumulative", "offset", "semi_additive", "percentile", "conversion", "retention",
    "share", "rank",
]  # fmt: skip

_OWN_KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "simple": (("sql",), ()),
    "ratio": (("numerator", "denominator"), ()),
    "derived": (("sql",), ()),
    "cumulative": (("metric",), ("window", "to_date")),
    "offset": (("metric", "offset"), ("show",)),
    "semi_additive": (("sql",), ("over", "take", "per")),
    "percentile": (("sql", "percentile"), ("method",)),
    "conversion": (("base", "event", "entity", "within"), ("show",)),
    "retention": (("base", "event", "entity", "after"), ("show",)),
    "share": (("metric",), ("within",)),
    "rank": (("metric",), ("within", "direction")),
}
"""For each kind the keys that it needs and the ones that it may have, of the keys that say what a metric is."""
_KIND_KEYS = frozenset(key for needed, possible in _OWN_KEYS.values() for key in (*needed, *possible))


class BenchmarkEntry(Entry):
    """A metric that everybody may compare with: it reads rows that the asker may not see, in groups large enough."""

    min_group: int = Field(ge=2)
    """The fewest rows that a group must have; a smaller one is empty."""


_LATE_CHECKED = frozenset({"simple", "ratio", "derived"})
"""Kinds whose missing keys the semantic layer reports: the rest of the file keeps working."""


class MetricEntry(Entry):
    """A metric. `sql` is one aggregate expression over the table's own columns (joins reached as `join.column`).

    `type` says of what kind it is, and so which keys it takes; a divisor of zero gives NULL.
    """

    description: str = ""
    """What it measures, in a sentence."""
    type: MetricKind = "simple"
    """simple: an aggregate (`sql`). ratio: `numerator` / `denominator`. derived: arithmetic over metrics (`sql`).
    cumulative: `metric` summed up over a `window`, `to_date` or all time. offset: `metric` an `offset` earlier.
    semi_additive: `sql` at one instant (`over`, `take`) of each period. percentile: `sql` at `percentile`.
    conversion, retention: rows of `base` followed by `event`. share: `metric` of its total. rank: its place."""
    sql: str | None = None
    """simple, semi_additive: one aggregate expression. percentile: one expression over a row. derived: arithmetic over
    metrics in braces, `{revenue} - {orders.cost}`."""
    metric: str | None = None
    """cumulative, offset, share, rank: the metric that it is made of."""
    window: SpanText | None = None
    """cumulative: how far back each value reaches, its own period included: `3 months`, `13 fiscal_weeks`."""
    to_date: Grain | None = None
    """cumulative: each value reaches back to the start of this period: `year`, `fiscal_year`."""
    offset: SpanText | None = None
    """offset: how far back: `1 year`."""
    show: Literal["value", "delta", "growth", "rate", "count"] | None = None
    """offset: `value` (default), `delta` or `growth` against it. conversion, retention: `rate` (default) or `count`."""
    over: str | None = None
    """semi_additive: the time column that it may not be summed over; the metric's own where missing."""
    take: Literal["last", "first", "average", "min", "max"] | None = None
    """semi_additive: which instant of a period counts; `last` where missing."""
    per: Names = ()
    """semi_additive: the last row of each of these (an account), not of the whole table."""
    percentile: Annotated[float, Field(gt=0, lt=1)] | None = None
    """percentile: between 0 and 1; 0.5 is the median."""
    method: Literal["continuous", "discrete"] | None = None
    """percentile: `continuous` interpolates (default), `discrete` takes a value that occurs."""
    base: str | None = None
    """conversion, retention: the simple metric whose rows are the first events."""
    event: str | None = None
    """conversion, retention: the simple metric whose rows are the later events."""
    entity: str | dict[Literal["base", "event"], str] | None = None
    """conversion, retention: the column that names who acts; `{base: ..., event: ...}` where the names differ."""
    within: Names = ()
    """share, rank: the dimensions whose groups are the whole; none: the whole result. conversion: a span, `7 days`."""
    after: SpanText | None = None
    """retention: how many calendar periods later: `1 month`."""
    direction: Literal["desc", "asc"] | None = None
    """rank: `desc` (default): the largest is 1."""
    fill: Literal["null", "zero", "previous"] | None = None
    """What a period without rows shows where gaps are filled; `null` where missing."""
    benchmark: BenchmarkEntry | None = None
    """Over all rows, whatever rows the asker may see; small groups stay empty."""
    numerator: str | None = None
    """ratio: the metric above the line."""
    denominator: str | None = None
    """ratio: the metric below the line."""
    filter: str | None = None
    """A condition that every counted row meets."""
    requires: Names = ()
    """Columns that it needs."""
    requires_filters: Names = ()
    """Members that a question about it must filter by."""
    not_by: Names = ()
    """Dimensions by which it has no meaning."""
    only_by: Names = ()
    """The only dimensions by which it has meaning."""
    aliases: Aliases = Field(default_factory=dict)
    """Other words for it: a list in any language, or `{en: [...], es: [...]}`."""
    negative_aliases: Aliases = Field(default_factory=dict)
    """Words that name something else: a question with one of them never means this metric."""
    implied_terms: Aliases = Field(default_factory=dict)
    """Words that say nothing new beside it, as 'delivered' where only delivered orders count."""
    contradicts_terms: Aliases = Field(default_factory=dict)
    """Words that contradict its definition, so that the question is refused."""
    verb_forms: Aliases = Field(default_factory=dict)
    """Verbs that ask for it: sell, vender."""
    unit: str | None = None
    """What it is counted in: PHP, kg, %."""
    scale: int | None = None
    """Decimal digits of the result."""
    format: str | None = None
    """How it is shown."""
    good: Literal["up", "down"] | None = None
    """Which way is good news."""
    time_column: str | None = None
    """Its own time column, where it is not the table's; may lie behind a join (`order.order_ts`)."""
    smallest_grain: Grain | None = None
    """The smallest time grain at which it has meaning."""
    version: Version | None = None
    """Its own version; the table's where missing."""
    verified_by: str | None = None
    """Who vouches for it."""
    approximate: bool = False
    """True: told approximately. Floating sums stay floating and may differ in the last digits; APPROX_COUNT_DISTINCT
    may be used, and is answered with its error."""
    hidden: bool = False
    """True: never offered; other metrics may use it."""
    meta: Meta = Field(default_factory=dict)
    """What other tools keep about it, by tool: shown, never executed."""
    draft: bool = False
    """True: proposed by `verity init`, not yet reviewed."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The metrics that it is made of, as written, each once; empty for one that reads rows itself."""
        if self.type == "derived":
            return metric_names(self.sql or "")
        named = (self.numerator, self.denominator, self.metric, self.base, self.event)
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def shown_format(self) -> str | None:
        """How it is shown: as declared, else as a percentage where it is a share of something."""
        rate = self.type in ("conversion", "retention") and self.show != "count"
        return self.format or ("percent" if rate or self.type == "share" or self.show == "growth" else None)

    @property
    def own_sql(self) -> tuple[str, ...]:
        """Its SQL over the columns of its own table."""
        texts = (self.sql if self.type != "derived" else None, self.filter)
        return tuple(text for text in texts if text)

    @property
    def own_columns(self) -> tuple[str, ...]:
        """The columns of its own table that it names outside SQL: `column` or `join.column`."""
        named = (self.time_column, self.over, self.entity_of("base"))
        return (*self.requires, *self.per, *(name for name in named if name))

    @property
    def definition(self) -> str:
        """What it is, in one line, its filter apart: its SQL, or what is done to the metrics that it is made of."""
        of = f"{{{self.metric}}}"
        lines: dict[str, Callable[[], str]] = {
            "ratio": lambda: f"{{{self.numerator}}} / {{{self.denominator}}}",
            "cumulative": lambda: f"{of} {self._reach()}",
            "offset": lambda: f"{of} {self.offset} before{'' if self.show in (None, 'value') else f', {self.show}'}",
            "semi_additive": lambda: (
                f"{self.sql} at the {self.take or 'last'} {self.over or 'time'} of each period"
                + (f" for each {', '.join(self.per)}" if self.per else "")
            ),
            "percentile": lambda: f"percentile {self.percentile} of {self.sql}",
            "conversion": lambda: f"{{{self.base}}} followed by {{{self.event}}} within {', '.join(self.within)}",
            "retention": lambda: f"{{{self.base}}} followed by {{{self.event}}} after {self.after}",
            "share": lambda: f"{of} as a share of {'each ' + ', '.join(self.within) if self.within else 'the whole'}",
            "rank": lambda: f"place by {of}" + (f" within {', '.join(self.within)}" if self.within else ""),
        }
        return lines.get(self.type, lambda: self.sql or "")()

    def _reach(self) -> str:
        if self.window:
            return f"over {self.window}"
        return f"since the start of the {self.to_date}" if self.to_date else "of all time so far"

    def entity_of(self, side: Literal["base", "event"]) -> str | None:
        """conversion, retention: the column that names who acts, in the table of `base` or of `event`."""
        return self.entity.get(side) if isinstance(self.entity, dict) else self.entity

    @model_validator(mode="after")
    def _has_the_keys_of_its_kind(self) -> Self:
        needed, possible = _OWN_KEYS[self.type]
        given = {key for key in _KIND_KEYS if getattr(self, key) not in (None, ())}
        if strange := sorted(given - {*needed, *possible}):
            raise ValueError(f"a {self.type} metric takes no '{strange[0]}'")
        if self.type not in _LATE_CHECKED and (missing := [key for key in needed if key not in given]):
            raise ValueError(f"a {self.type} metric needs '{missing[0]}'")
        return self

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.window and self.to_date:
            raise ValueError("a cumulative metric has a 'window' or 'to_date', not both")
        allowed = ("rate", "count") if self.type in ("conversion", "retention") else ("value", "delta", "growth")
        if self.show is not None and self.show not in allowed:
            raise ValueError(f"a {self.type} metric shows one of {', '.join(allowed)}, not '{self.show}'")
        if self.type == "conversion":
            if len(self.within) != 1:
                raise ValueError("'within' of a conversion is one span of time: '7 days'")
            read_span(self.within[0])
        return self
