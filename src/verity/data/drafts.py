"""Draft a data dictionary from profiles: keys, joins, times, kinds, units, entities, first metrics and aliases.

Pure: profiles in, table entries and a report out, the same for the same profiles, every entry marked `draft: true`.
What the figures do not prove is not asserted but reported; `DRAFT.md` is that report for a person to go through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from verity.contracts.dataset import Inclusion, TableProfile
from verity.data.draft_columns import Described, column_entry, describe_column
from verity.data.draft_entities import Entity, read_entities
from verity.data.draft_joins import FoundJoin, choose_joins
from verity.data.draft_keys import KeyChoice, choose_key
from verity.data.draft_metrics import Reference, column_phrases, counted_words, draft_metrics, is_reserved
from verity.data.draft_report import DraftReport, write_report
from verity.data.draft_times import TimeChoice, choose_times
from verity.data.draft_yaml import to_yaml
from verity.data.lexicon import fold
from verity.data.metric_entry import MetricEntry
from verity.data.model import JoinEntry, TableEntry

__all__ = ["Draft", "DraftReport", "draft", "to_yaml"]


@dataclass(frozen=True)
class Draft:
    """A drafted dictionary. `profiles` are the given ones with the types that the draft decided (money as DECIMAL)."""

    tables: tuple[TableEntry, ...]
    report: DraftReport
    profiles: tuple[TableProfile, ...]


NamedJoin = tuple[str, FoundJoin]


def draft(tables: Sequence[TableProfile], inclusions: Iterable[Inclusion] = (), notes: Sequence[str] = ()) -> Draft:
    """Draft one entry a table. `notes` of the profile go into the report as they are."""
    entities = read_entities([table.name for table in tables])
    keys = {table.name: choose_key(table, entities[table.name].words) for table in tables}
    found, doubts = choose_joins(tables, inclusions)
    joins = {table.name: _named(table, found[table.name], entities) for table in tables}
    times = choose_times(tables, joins, {name: key.columns for name, key in keys.items()}, entities)
    columns = {table.name: _columns(table, keys[table.name], joins[table.name], entities) for table in tables}
    references = _shared({t.name: _references(columns[t.name], joins[t.name], entities, keys[t.name]) for t in tables})
    entries = tuple(_entry(t, entities, keys, joins, times, columns, references[t.name]) for t in tables)
    report = write_report(tables, entries, entities, keys, joins, times, columns, doubts, notes)
    return Draft(entries, report, tuple(_typed(table, columns[table.name]) for table in tables))


def _entry(
    table: TableProfile, entities: Mapping[str, Entity], keys: Mapping[str, KeyChoice],
    all_joins: Mapping[str, Sequence[NamedJoin]], times: Mapping[str, TimeChoice],
    described: Mapping[str, Sequence[Described]], references: Sequence[Reference],
) -> TableEntry:  # fmt: skip
    name = table.name
    entity, key, joins, columns = entities[name], keys[name], all_joins[name], described[name]
    metrics = draft_metrics(
        entity, columns,
        head_is_its_own=_head_is_its_own(table.name, entities),
        references=references, key=key.columns,
    )  # fmt: skip
    aliases = _column_aliases(columns, entity, metrics)
    return TableEntry(
        table=table.name,
        description=_description(entity),
        grain=_grain(entity, key),
        entity={"en": entity.en, "es": entity.es[0]} if entity.es else entity.en,
        primary_key=key.columns,
        time_column=times[name].column,
        columns={c.profile.name: column_entry(c, words) for c, words in zip(columns, aliases, strict=True)},
        joins={name: _join_entry(join, name, entities) for name, join in joins},
        metrics=metrics,
        aliases=_table_aliases(table.name, entities),
        business_notes=_notes(key, joins),
        draft=True,
    )  # fmt: skip


def _named(table: TableProfile, joins: Sequence[FoundJoin], entities: Mapping[str, Entity]) -> list[NamedJoin]:
    """Joins by role: the entity in the singular (plural where SQL keeps that word), or what the column's name says."""
    taken = {fold(column.name) for column in table.columns}
    named: list[NamedJoin] = []
    for join in joins:
        target = entities[join.target]
        role = "_".join(join.role) or target.slug
        plural = "_".join((target.plural_en if target.language == "en" else target.plurals_es[0]).split())
        choices = [
            role,
            plural if role == target.slug else f"{role}_{target.slug}",
            f"{role}_by_{join.columns[0][0].lower()}",
        ]
        name = next((c for c in choices if fold(c) not in taken and not is_reserved(c)), choices[-1])
        taken.add(fold(name))
        named.append((name, join))
    return named


def _join_entry(join: FoundJoin, name: str, entities: Mapping[str, Entity]) -> JoinEntry:
    same = len(join.columns) == 1 and join.columns[0][0] == join.columns[0][1]
    share = None if join.matched is None else round(join.matched, 4)
    if join.matched is not None and join.matched < 1.0 and share == 1.0:
        share = 0.9999  # not every row: never shown as all
    said = f"The {entities[join.target].en} of each {entities[join.table].en}"
    return JoinEntry(
        table=join.target, type="one_to_one" if join.one_to_one else "many_to_one",
        on=join.columns[0][0] if same else dict(join.columns), matched=share,
        description=said if name in (entities[join.target].slug,) or same else f"{said}, as {name.replace('_', ' ')}",
        draft=True,
    )  # fmt: skip


def _columns(
    table: TableProfile, key: KeyChoice, joins: Sequence[NamedJoin], entities: Mapping[str, Entity]
) -> list[Described]:
    known = frozenset(fold(entity.en) for entity in entities.values() if entity.named)
    used = {*key.columns, *(own for _, join in joins for own, _ in join.columns)}
    return [describe_column(column, entities[table.name], known, keyed=column.name in used) for column in table.columns]


def _references(
    columns: Sequence[Described], joins: Sequence[NamedJoin], entities: Mapping[str, Entity], key: KeyChoice
) -> list[Reference]:
    """Id-like columns that stand for another thing: joined ones with that thing's entity, others by their own name."""
    targets = {own: join.target for _, join in joins for own, _ in join.columns}
    named = {entity.words: entity for entity in entities.values() if entity.named}
    return [
        Reference(
            column,
            entities[targets[column.profile.name]]
            if column.profile.name in targets
            else named.get(counted_words(column)),
        )
        for column in columns
        if column.kind == "id" and (column.profile.name in targets or column.profile.name not in key.columns)
    ]


def _shared(references: Mapping[str, list[Reference]]) -> dict[str, list[Reference]]:
    """Mark references whose thing several named tables refer to."""
    counts = Counter(words for found in references.values() for words in {counted_words(r.column) for r in found})
    return {
        table: [replace(r, is_shared=r.target is not None and counts[counted_words(r.column)] > 1) for r in found]
        for table, found in references.items()
    }


def _column_aliases(
    columns: Sequence[Described], entity: Entity, metrics: Mapping[str, MetricEntry]
) -> list[dict[str, tuple[str, ...]]]:
    """Readable words of each column; a short form that two columns share belongs to neither, one of a metric to it."""
    phrases = [column_phrases(column, entity) for column in columns]
    spoken = {fold(text) for metric in metrics.values() for texts in metric.aliases.values() for text in texts}
    aliases = []
    for place, (column, both) in enumerate(zip(columns, phrases, strict=True)):
        found: dict[str, tuple[str, ...]] = {}
        for language, at in (("en", 0), ("es", 1)):
            others = {fold(text) for number, pair in enumerate(phrases) if number != place for text in pair[at]}
            kept = tuple(text for text in both[at] if fold(text) not in others | spoken and text != column.profile.name)
            if kept:
                found[language] = kept[:8]
        aliases.append(found)
    return aliases


def _table_aliases(name: str, entities: Mapping[str, Entity]) -> dict[str, tuple[str, ...]]:
    entity = entities[name]
    if not entity.named:
        titles = tuple(dict.fromkeys(title for title in (entity.title, entity.short_title) if title))
        unnamed = {"en": titles, "es": tuple(title for title in (entity.title_es,) if title)}
        return {language: texts for language, texts in unnamed.items() if texts}
    english = [entity.plural_en]
    if entity.language == "en" and len(entity.words) > 1 and _head_is_its_own(name, entities):
        english.append(entity.plural_en.split()[-1])
    found = {"en": tuple(dict.fromkeys(english)), "es": entity.plurals_es}
    return {language: texts for language, texts in found.items() if texts}


def _head_is_its_own(name: str, entities: Mapping[str, Entity]) -> bool:
    head = entities[name].words[-1:]
    return all(head[0] not in other.words for key, other in entities.items() if key != name) if head else False


def _description(entity: Entity) -> str:
    text = entity.plural_en if entity.named else f"Rows of {entity.title}"
    return text[:1].upper() + text[1:]


def _grain(entity: Entity, key: KeyChoice) -> str:
    if key.columns:
        return f"one row per {entity.en} ({', '.join(key.columns)})"
    return (
        f"one row per {entity.en}; no key tells rows apart"
        if entity.named
        else "one row per line of the source; no key tells rows apart"
    )


def _notes(key: KeyChoice, joins: Sequence[NamedJoin]) -> tuple[str, ...]:
    notes = [] if key.columns else [f"No primary key: {key.why}."]
    notes.extend(
        f"Only {join.matched:.1%} of rows find their partner through '{name}'; the others have none."
        for name, join in joins
        if join.matched is not None and join.matched < 0.995
    )
    return tuple(notes)


def _typed(table: TableProfile, columns: Sequence[Described]) -> TableProfile:
    types = {column.profile.name: column.type for column in columns}
    retyped = tuple(c.model_copy(update={"type": types[c.name]}) for c in table.columns)
    return table.model_copy(update={"columns": retyped})
