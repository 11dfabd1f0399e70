"""The ways to read each part of a frame: members among those the words may stand for, and what stands against each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from verity.contracts.metric import (
    TIME,
    Condition,
    FilterNode,
    FilterValue,
    GroupBy,
    Operator,
    TimeRange,
)
from verity.reading.aggregates import simple_aggregate
from verity.reading.checks import comparable, grain_allowed, unit_fits
from verity.reading.frame import ByRef, DateRef, FilterRef, Frame, HavingRef, MetricRef, ValueRef
from verity.reading.meaning import Meaning, Nearness
from verity.reading.naming import counts_of_the_same, nearest_side, time_member
from verity.reading.vocabulary import Vocabulary

PATHS_FOLLOWED = 4


@dataclass(frozen=True)
class Problem:
    """Why a choice cannot run. `asks`: it could, but only a person can say whether it is meant."""

    code: str
    words: tuple[str, ...] = ()
    asks: bool = False


@dataclass(frozen=True)
class Assumed:
    """Something that was read into the words, for the list of assumptions. `member` is shown by its label."""

    kind: str
    words: str
    member: str = ""
    value: str = ""


@dataclass(frozen=True)
class Choice:
    """One way to read one part: what it adds to the query, and the nearness of the words."""

    member: str = ""
    by: tuple[GroupBy, ...] = ()
    filters: tuple[FilterNode, ...] = ()
    range: TimeRange | None = None
    near: tuple[Nearness, ...] = ()
    assumed: tuple[Assumed, ...] = ()
    problems: tuple[Problem, ...] = ()
    by_entity: bool = False
    """A metric read from the bare noun of an entity: only where no metric has those words, unless a count was asked."""


# -- metrics ----------------------------------------------------------------------------------------------------------


def metric_choices(ref: MetricRef, vocabulary: Vocabulary, within: frozenset[str] = frozenset()) -> list[Choice]:
    """The metrics that the words may stand for; only those `within` the tables that a qualifier named."""
    found = []
    for meaning in ref.choices:
        for member, problems in _metrics_of(meaning, ref, vocabulary):
            if within and member.partition(".")[0] not in within:
                continue
            near, assumed = (meaning.nearness,), _near(meaning, ref.words, member)
            by_entity = meaning.kind == "entity" and ref.unit != "count"
            found.append(Choice(member, near=near, assumed=assumed, problems=problems, by_entity=by_entity))
    return found or [Choice(problems=(Problem("no-metric", (ref.words,)),))]


def _metrics_of(meaning: Meaning, ref: MetricRef, vocabulary: Vocabulary) -> Iterator[tuple[str, tuple[Problem, ...]]]:
    if meaning.kind == "metric":
        fits = unit_fits(vocabulary.metrics[meaning.member].entry, ref.unit)
        yield meaning.member, () if fits else (Problem("unit-mismatch", (ref.words,)),)
        yield from (
            (member, ()) for member in counts_of_the_same(vocabulary.catalog, vocabulary.counts, meaning.member) if fits
        )
    elif meaning.kind == "entity":
        counts = vocabulary.counts.get(meaning.member, ())
        for member in counts:
            yield member, (Problem("unit-mismatch", (ref.words,)),) if ref.unit == "amount" else ()
        if ref.unit == "total":  # 'total payments' may be their number or their sum
            for member, metric in vocabulary.metrics.items():
                said = simple_aggregate(metric.entry)
                if metric.table == meaning.member and said and said.function == "SUM":
                    yield member, ()
    else:
        for member, metric in vocabulary.metrics.items():
            said = simple_aggregate(metric.entry)
            if said and f"{metric.table}.{said.column}" == meaning.member:
                problem = "aggregate-missing" if unit_fits(metric.entry, ref.unit) else "unit-mismatch"
                yield member, (Problem(problem, (ref.words,), asks=problem == "aggregate-missing"),)


# -- dimensions -------------------------------------------------------------------------------------------------------


def _paths(meaning: Meaning, names: tuple[str, ...], vocabulary: Vocabulary) -> Iterator[str]:
    """The member names of a column as seen from the first metric's table."""
    table, _, column = meaning.member.partition(".")
    root = names[0].partition(".")[0] if names else table
    catalog = vocabulary.catalog
    paths = catalog.paths(root, table) or catalog.paths(root, table, fan_out=True)
    if meaning.detail:
        paths = tuple(path for path in paths if meaning.detail in path)
    for path in paths[:PATHS_FOLLOWED]:
        yield ".".join((root, *path, column))


def _reached(meanings: Sequence[Meaning], names: tuple[str, ...], vocabulary: Vocabulary) -> list[tuple[Meaning, str]]:
    """Each column with each way to it. A key behind a join is read from the column that joins to it: the `order_id` of
    an item and of its order are one."""
    found: dict[str, Meaning] = {}
    for meaning in meanings:
        for member in _paths(meaning, names, vocabulary):
            found.setdefault(nearest_side(member, vocabulary.catalog), meaning)
    return [(meaning, member) for member, meaning in found.items()]


def by_choices(ref: ByRef, names: tuple[str, ...], vocabulary: Vocabulary) -> list[Choice]:
    """The dimensions that the words may stand for, each with each way to it, as seen from the metrics `names`."""
    if not ref.choices:
        return [Choice(by=(GroupBy(dimension=TIME, grain=ref.grain),))]
    meant = _qualified(ref.choices, ref.of_entity)
    keys = {key: meaning for meaning in meant if meaning.kind == "entity" and (key := _key_of(meaning, vocabulary))}
    columns = [meaning for meaning in meant if meaning.kind != "entity"]
    several = len({meaning.member.partition(".")[2] for meaning in (*columns, *keys)}) > 1
    found: list[Choice] = []
    for column, member in _reached((*columns, *keys), names, vocabulary):
        assumed = _near(column, ref.words)
        if column in keys:
            assumed = (Assumed("key_of", ref.words, column.member),)
        elif several and not assumed:
            assumed = (Assumed("form", ref.words, column.member),)
        asked = (Problem("each-or-average", (ref.words,), asks=True),) if ref.per and column in keys else ()
        found += [
            replace(choice, near=(column.nearness,), assumed=assumed, problems=choice.problems + asked)
            for choice in _grained(member, column, ref, names, vocabulary)
        ]
    return found or [Choice(problems=(Problem("not-reachable", (ref.words,)),))]


def _grained(
    member: str, column: Meaning, ref: ByRef, names: tuple[str, ...], vocabulary: Vocabulary
) -> Iterator[Choice]:
    is_time = vocabulary.column(column.member).kind == "time"
    own = is_time and all(time_member(vocabulary.catalog, name) == member for name in names)
    dimension = TIME if own else member
    if is_time and ref.grain is None:
        for grain in ("month", "year", "day"):
            asked = Problem("grain-missing", (ref.words,), asks=True)
            yield Choice(by=(GroupBy(dimension=dimension, grain=grain),), problems=(asked,))
        return
    fits = is_time or ref.grain is None
    problems = () if fits and grain_allowed(vocabulary.column(column.member), ref.grain) else (
        Problem("wrong-type", (ref.words,)),
    )  # fmt: skip
    yield Choice(by=(GroupBy(dimension=dimension, grain=ref.grain),), problems=problems)


def _qualified(choices: Sequence[Meaning], of_entity: tuple[str, ...]) -> list[Meaning]:
    """`state of the customer`: only the columns of that entity's table."""
    return [meaning for meaning in choices if not of_entity or meaning.table in of_entity]


def _key_of(meaning: Meaning, vocabulary: Vocabulary) -> Meaning | None:
    """`by seller` groups by the key of sellers: its label column where the dictionary names one."""
    table = vocabulary.catalog.tables[meaning.member]
    if len(table.primary_key) != 1 or table.primary_key[0] not in table.columns:
        return None
    key = table.columns[table.primary_key[0]]
    shown = key.entry.label_column if key.entry and key.entry.label_column in table.columns else key.name
    return Meaning("column", f"{table.name}.{shown}", nearness=Nearness.SHORTENED)


# -- filters ----------------------------------------------------------------------------------------------------------


def filter_choices(ref: FilterRef, frame: Frame, names: tuple[str, ...], vocabulary: Vocabulary) -> list[Choice]:
    """The conditions that the words may stand for."""
    if ref.comparator is not None:
        found = list(_compared_choices(ref, names, vocabulary))
        return found or [Choice(problems=(Problem("not-reachable", (ref.words,)),))]
    asks = ref.adjacent and frame.date is not None and not frame.date.columns
    role = (Problem("date-role", (ref.words, frame.date.words), asks=True),) if asks and frame.date else ()
    named = _qualified(ref.columns, ref.of_entity)
    columns = named or _qualified(_columns_of_values(ref.values), ref.of_entity)
    if not columns:
        return [Choice(problems=(Problem("value-not-in-column", tuple(value.words for value in ref.values)),))]
    found, faults = [], []
    for column, member in _reached(columns, names, vocabulary):
        values = [_value_in(column, value) for value in ref.values]
        if not all(values):
            missing = tuple(ref.values[i].words for i, value in enumerate(values) if not value)
            faults.append(Choice(near=(column.nearness,), problems=(Problem("value-not-in-column", missing),)))
            continue
        found += _valued(member, column, [v for v in values if v], ref, role, vocabulary, inferred=not named)
    return found or faults or [Choice(problems=(Problem("not-reachable", (ref.words,)),))]


def _columns_of_values(values: Sequence[ValueRef]) -> list[Meaning]:
    """The columns in which every one of the values occurs."""
    held = [{meaning.member for meaning in value.choices} for value in values]
    shared = sorted(set.intersection(*held)) if held else []
    return [Meaning("column", member) for member in shared]


def _value_in(column: Meaning, value: ValueRef) -> tuple[Meaning, ...]:
    return tuple(meaning for meaning in value.choices if meaning.member == column.member)


def _valued(
    member: str,
    column: Meaning,
    values: Sequence[tuple[Meaning, ...]],
    ref: FilterRef,
    problems: tuple[Problem, ...],
    vocabulary: Vocabulary,
    *,
    inferred: bool,
) -> Iterator[Choice]:
    for chosen in product(*values):
        typed = tuple(_typed(meaning.detail, column, vocabulary) for meaning in chosen)
        op: Operator = ("not_equals" if ref.negated else "equals") if len(typed) == 1 else (
            "not_in" if ref.negated else "in"
        )  # fmt: skip
        assumed = [
            each
            for meaning, v in zip(chosen, ref.values, strict=True)
            for each in _near(meaning, v.words, column.member)
        ]
        assumed += [] if inferred else _near(column, ref.words)
        for meaning, value in zip(chosen, ref.values, strict=True):
            if inferred or meaning.case_only:
                assumed.append(Assumed("value_column", value.words, column.member, meaning.detail))
        near = tuple(meaning.nearness for meaning in chosen) + ((column.nearness,) if not inferred else ())
        condition = Condition(member=member, op=op, values=typed)
        yield Choice(filters=(condition,), near=near, assumed=tuple(assumed), problems=problems)


def _typed(value: str, column: Meaning, vocabulary: Vocabulary) -> FilterValue:
    type_ = (vocabulary.column(column.member).type or "").partition("(")[0]
    if type_ == "boolean" and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if type_ == "bigint" and value.lstrip("-").isdigit():
        return int(value)
    return value


def _compared_choices(ref: FilterRef, names: tuple[str, ...], vocabulary: Vocabulary) -> Iterator[Choice]:
    numbers: tuple[FilterValue, ...] = ref.numbers
    op: Operator = "in" if len(numbers) > 1 else ref.comparator or "equals"
    for meaning, member in _reached(_qualified(ref.columns, ref.of_entity), names, vocabulary):
        fits = comparable(vocabulary.column(meaning.member))
        problems = () if fits else (Problem("wrong-type", (ref.words,)),)
        node = Condition(member=member, op=op, values=numbers)
        yield Choice(filters=(node,), near=(meaning.nearness,), assumed=_near(meaning, ref.words), problems=problems)


def having_choices(ref: HavingRef, names: tuple[str, ...], vocabulary: Vocabulary) -> list[Choice]:
    """A condition on a metric that is asked for. On any other (`customers with more than 3 orders`) it would mean a
    number for each of them, which a condition on groups is not."""
    found = []
    for choice in metric_choices(ref.metric, vocabulary):
        node = Condition(member=choice.member, op=ref.comparator, values=(ref.number,)) if choice.member else None
        foreign = (Problem("condition-on-metric", (ref.metric.words,)),) if choice.member not in names else ()
        found.append(replace(choice, member="", filters=(node,) if node else (), problems=choice.problems + foreign))
    return found


def segment_choices(meanings: tuple[Meaning, ...]) -> list[Choice]:
    """The segments that the words may stand for."""
    return [Choice(member=meaning.member, near=(meaning.nearness,)) for meaning in meanings]


def date_choices(ref: DateRef, names: tuple[str, ...], vocabulary: Vocabulary) -> list[Choice]:
    """The period, of the metrics' own time column or of the one that was named."""
    period = ref.reading.period
    assumed = () if ref.reading.how == "plain" else (Assumed(f"period:{ref.reading.how}", ref.words),)
    if not ref.columns:
        return [Choice(range=TimeRange(since=period.since, until=period.until), assumed=assumed)]
    found = []
    for meaning in ref.columns:
        if vocabulary.column(meaning.member).kind != "time":
            found.append(Choice(near=(meaning.nearness,), problems=(Problem("wrong-type", (ref.words,)),)))
            continue
        for member in _paths(meaning, names, vocabulary):
            own = all(time_member(vocabulary.catalog, name) == member for name in names)
            span = TimeRange(dimension=None if own else member, since=period.since, until=period.until)
            found.append(Choice(range=span, near=(meaning.nearness,), assumed=assumed + _near(meaning, ref.words)))
    return found or [Choice(problems=(Problem("not-reachable", (ref.words,)),))]


def tables_of(within: Sequence[Meaning], vocabulary: Vocabulary) -> frozenset[str]:
    """The tables that a qualifier names: by their entity or the metric that counts it; another metric names none."""
    counts = {member for members in vocabulary.counts.values() for member in members}
    tables = {m.table for m in within if m.kind == "entity" or m.member in counts}
    return frozenset(tables) or frozenset({"?"} if within else ())


def _near(meaning: Meaning, words: str, shown: str = "") -> tuple[Assumed, ...]:
    """A typo, another form or a shortened name is always shown."""
    if meaning.nearness is Nearness.TYPO:
        return (Assumed("typo", words, shown or meaning.member, meaning.detail if meaning.kind == "value" else ""),)
    if meaning.nearness >= Nearness.SHORTENED:
        return (Assumed("form", words, shown or meaning.member),)
    return ()
