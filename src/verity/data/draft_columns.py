"""What a column is for: its kind, type, unit, values and whether it is personal, from its name and its figures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from verity.contracts.dataset import ColumnProfile
from verity.data.draft_entities import Entity
from verity.data.draft_phrases import Phrase, read_phrase
from verity.data.draft_vocabulary import (
    CODES,
    COORDINATES,
    COUNTS,
    CURRENCIES,
    FLAGS,
    FREE_TEXT,
    LEVELS,
    MONEY,
    PER_UNIT,
    PERCENT,
    PERIODS,
    PERSONS,
    PII_NAMES,
    SIZES,
    UNITS,
)
from verity.data.draft_words import is_code_like, is_strong_id, singular, words_of
from verity.data.lexicon import fold, load_lexicon, plural_es
from verity.data.model import ColumnEntry, ValueEntry

Kind = Literal["dimension", "measure", "id", "time", "text"]
Adding = Literal["sum", "average", "none"]

_MOST_VALUES = 50
_FEW = 30
_IDENTIFIER = re.compile(r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$")


@dataclass(frozen=True)
class Described:
    """A column understood: what the metrics are made from. `understood` is False where neither name nor values told."""

    profile: ColumnProfile
    words: tuple[str, ...]
    phrase: Phrase
    kind: Kind
    type: str
    unit: str | None
    adding: Adding
    pii: str | None
    understood: bool
    notes: tuple[str, ...] = ()


def describe_column(column: ColumnProfile, entity: Entity, entities: frozenset[str], *, keyed: bool) -> Described:
    """Understand one column. `keyed`: it is part of the key or of a join."""
    words = words_of(column.name)
    phrase = read_phrase(words, entities)
    folded = {fold(word) for word in words}
    kind, adding, understood = _use(column, words, folded, phrase, keyed)
    money = kind == "measure" and _is_money(column, words, folded)
    unit = _unit(folded, words, money) if kind == "measure" else None
    if kind == "measure" and len(words) > 1 and (words[-1] in UNITS or words[-1] in CURRENCIES):
        phrase = read_phrase(words[:-1], entities)  # people say the weight, not the weight in g
    kind_of_type, notes = _type(column, money)
    pii = _pii(column, words, folded, entity) if kind != "measure" else None
    return Described(column, tuple(words), phrase, kind, kind_of_type, unit, adding, pii, understood, notes)


def column_entry(described: Described, aliases: dict[str, tuple[str, ...]]) -> ColumnEntry:
    """The dictionary's entry for a column."""
    column = described.profile
    return ColumnEntry(
        description=_sentence(described.phrase.own),
        type=described.type,
        kind=described.kind,
        unit=described.unit,
        aliases=aliases,
        values=_values(described),
        match="exact_case" if described.kind == "id" and column.type == "text" else None,
        pii=described.pii,
        draft=True,
    )


def _use(
    column: ColumnProfile, words: list[str], folded: set[str], phrase: Phrase, keyed: bool
) -> tuple[Kind, Adding, bool]:
    """Kind, whether it may be added up, and whether we know what it is."""
    if column.type in ("date", "timestamp", "timestamptz"):
        return "time", "none", True
    if column.type == "boolean" or words[0] in FLAGS:
        return "dimension", "none", True
    if column.type in ("json", "binary") or column.type.startswith("other"):
        return "text", "none", True
    numbered = keyed and column.type == "bigint"
    if is_strong_id(words) or (is_code_like(words) and (numbered or column.distinct > _MOST_VALUES)):
        return "id", "none", True
    if column.type in ("text", "time"):
        return _use_of_text(column, folded), "none", phrase.known or column.distinct <= _MOST_VALUES
    return _use_of_number(column, words, folded, phrase, keyed)


def _use_of_text(column: ColumnProfile, folded: set[str]) -> Kind:
    length = column.mean_length or 0
    filled = column.rows - column.nulls
    if {"uuid", "hex32"} & set(column.patterns):
        return "id"
    if column.distinct <= _MOST_VALUES and length <= 60:
        return "dimension"
    if length > 60 or folded & FREE_TEXT:
        return "text"
    if folded & {"description", "descripcion", "descricao", "desc"} and column.distinct * 5 > filled:
        return "text"
    return "dimension"


def _use_of_number(
    column: ColumnProfile, words: list[str], folded: set[str], phrase: Phrase, keyed: bool
) -> tuple[Kind, Adding, bool]:
    whole = column.type == "bigint"
    few = column.distinct <= _FEW
    if folded & COORDINATES or folded & CODES or is_code_like(words):
        return "dimension", "none", True
    if whole and (folded & PERIODS) and not (folded & COUNTS) and not set(words[-1:]) & set(UNITS):
        return "dimension", "none", True
    if folded & LEVELS:
        return ("dimension" if few and whole else "measure"), "average", True
    if folded & PER_UNIT or PERCENT & folded:
        return "measure", "average", True
    if folded & SIZES:
        return "measure", "average", True
    if keyed:
        return "id", "none", True
    if folded & {"value", "total", "valor"} and not _is_money(column, words, folded):
        return "measure", "average", True  # a reading, a level: adding it up need not mean anything
    additive = folded & (MONEY | COUNTS | {"value", "total", "valor", "weight", "peso", "stock", "points"})
    if additive or set(words[-1:]) & (set(UNITS) | CURRENCIES):
        return "measure", "sum", True
    if _counts_things(words):
        return "measure", "sum", True
    if whole and set(_integers(column)) <= {0, 1}:
        return "dimension", "none", True
    if whole and column.distinct <= 12:
        return "dimension", "none", phrase.known
    return "measure", "average", phrase.known


def _counts_things(words: list[str]) -> bool:
    """A plural that the lexicon knows counts things: passengers, installments."""
    last = words[-1]
    return fold(singular(last)) != fold(last) and read_phrase([last]).known


def _integers(column: ColumnProfile) -> Iterable[object]:
    return (count.value for count in column.top)


def _is_money(column: ColumnProfile, words: list[str], folded: set[str]) -> bool:
    if folded & CURRENCIES:
        return True
    if folded & (PERCENT | LEVELS | COUNTS):
        return False
    if _counts_things(words) and fold(singular(words[-1])) not in MONEY:
        return False  # payment installments are counted, not paid
    if folded & MONEY:
        return True
    decimal = column.type == "double" or column.type.startswith("decimal")
    return bool(folded & {"value", "total", "valor"}) and decimal and (column.fractional_digits or 0) <= 2


def _unit(folded: set[str], words: list[str], money: bool) -> str | None:
    currency = folded & CURRENCIES
    if currency:
        return currency.pop().upper()
    if folded & PERCENT:
        return "percent"
    if words[-1] in UNITS:
        return UNITS[words[-1]]
    if money:
        return "money"
    return "count" if folded & COUNTS or _counts_things(words) else None


def _type(column: ColumnProfile, money: bool) -> tuple[str, tuple[str, ...]]:
    """Money in floating point becomes DECIMAL where its digits allow, so that sums are exact."""
    if not money or column.type != "double":
        return column.type, ()
    digits = column.fractional_digits
    if digits is None or digits <= 4:
        return f"decimal(18,{max(2, digits or 0)})", ()
    return column.type, (f"'{column.name}' looks like money but has {digits} decimal digits; it stays floating point",)


def _pii(column: ColumnProfile, words: list[str], folded: set[str], entity: Entity) -> str | None:
    for shape in ("email", "phone"):
        if shape in column.patterns:
            return shape
    if is_strong_id(words) and not folded & {"ssn", "passport", "nif", "cpf", "dni"}:
        return None
    for kind, names in PII_NAMES:
        if folded & names:
            return kind
    joined = " ".join(words)
    if any(mark in joined for mark in ("first name", "last name", "full name", "middle name")):
        return "name"
    if "birth" in folded or ("nacimiento" in folded):
        return "birth date"
    if "address" in folded or "direccion" in folded:
        return "address" if column.type == "text" else None
    if folded & {"name", "nombre", "nome"}:
        who = {fold(word) for word in (*words, *entity.words)} - {"name", "nombre", "nome"}
        alone = folded <= {"name", "nombre", "nome"} | {fold(word) for word in entity.words} | PERSONS
        return "name" if who & PERSONS and alone else None
    return None


def _values(described: Described) -> tuple[ValueEntry, ...]:
    column = described.profile
    if described.kind != "dimension" or described.pii or not 0 < column.distinct <= _MOST_VALUES:
        return ()
    if column.type not in ("text", "boolean", "bigint") or len(column.top) < column.distinct:
        return ()
    if column.type == "bigint" or max((len(str(count.value)) for count in column.top), default=0) > 60:
        return ()
    found = (_value(count.value) for count in sorted(column.top, key=lambda c: str(c.value)))
    return tuple(entry for entry in found if entry is not None)


def _value(value: object) -> ValueEntry | None:
    if isinstance(value, bool) or not isinstance(value, str):
        return ValueEntry(value=value) if isinstance(value, bool) else None
    if not value.strip():
        return None
    words = words_of(value)
    if not _IDENTIFIER.match(value) or not words:
        return ValueEntry(value=value)
    phrase = read_phrase(words)
    aliases: dict[str, tuple[str, ...]] = {}
    english = tuple(text for text in phrase.en if text != value)
    if english and phrase.known:
        aliases["en"] = english[:3]
    spanish = (*(text for text in phrase.es if text != value), *_agreeing(words))[:4]
    if spanish:
        aliases["es"] = tuple(dict.fromkeys(spanish))
    return ValueEntry(value=value, aliases=aliases)


def _agreeing(words: list[str]) -> tuple[str, ...]:
    """A participle agrees with what it is said of: `pedidos entregados`, `órdenes entregadas`. One that is a noun too
    (`pedido`) stays as it is."""
    lexicon = load_lexicon()
    term = lexicon.english.get(fold(" ".join(words)))
    if term is None or term.es_feminine in ("", term.es[0]) or lexicon.foreign.get(fold(term.es[0])) is not term:
        return ()
    return (term.es_feminine, plural_es(term.es[0]), plural_es(term.es_feminine))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
