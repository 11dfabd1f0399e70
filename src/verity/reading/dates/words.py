"""The words of dates in both languages, folded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from verity.reading.lexicon import lexicon

Language = Literal["en", "es"]
Unit = Literal["day", "week", "month", "quarter", "half", "year"]


@dataclass(frozen=True)
class DateWords:
    """One language. Phrases are tuples of folded words; `short_months` need a year or a day beside them."""

    months: dict[str, int]
    units: dict[str, Unit]
    ordinals: dict[str, int]
    ordinal_endings: frozenset[str]
    quarter_letters: str
    half_letters: str
    linking: frozenset[str]
    """Words between the parts of a date: `March of 2018`, `5 de marzo de 2018`."""
    articles: frozenset[str]
    at: tuple[tuple[str, ...], ...]
    """In a period: `in`, `during the`, `en el`."""
    between: tuple[tuple[tuple[str, ...], tuple[tuple[str, ...], ...]], ...]
    """Opening of a range and the words that may part its ends."""
    since: tuple[tuple[str, ...], ...]
    in_or_since: tuple[tuple[str, ...], ...]
    """`from 2017` is of that year to some and from then on to others."""
    before: tuple[tuple[str, ...], ...]
    after: tuple[tuple[str, ...], ...]
    until: tuple[tuple[str, ...], ...]
    onwards: tuple[tuple[str, ...], ...]
    current: frozenset[str]
    previous: frozenset[str]
    """Said of one unit: `last month`, `mes pasado`."""
    rolling: frozenset[str]
    """Said of several: `last 3 months`, `últimos 3 meses`."""
    to_date: tuple[tuple[tuple[str, ...], Unit], ...]
    days_back: dict[str, int]
    year_word: frozenset[str]
    both: frozenset[str]


def _months(language: Language, more: dict[str, int]) -> dict[str, int]:
    return {**{name.lower(): number for number, name in enumerate(lexicon(language).months, 1)}, **more}


def _phrases(*texts: str) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((tuple(text.split()) for text in texts), key=len, reverse=True))


ENGLISH = DateWords(
    months=_months("en", {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
                                "sept": 9, "oct": 10, "nov": 11, "dec": 12}),
    units={"day": "day", "days": "day", "week": "week", "weeks": "week", "month": "month", "months": "month",
           "quarter": "quarter", "quarters": "quarter", "year": "year", "years": "year", "half": "half"},
    ordinals={"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4},
    ordinal_endings=frozenset({"st", "nd", "rd", "th"}),
    quarter_letters="q", half_letters="h",
    linking=frozenset({"of", ",", "in"}), articles=frozenset({"the"}),
    at=_phrases("in", "during", "for", "of", "on", "within", "throughout", "over", "in the", "during the",
                "for the", "of the", "on the", "within the", "throughout the", "over the", "the"),
    between=((("between",), _phrases("and")), (("from",), _phrases("to", "until", "through", "till", "up to")),
             (("in",), _phrases("to", "through"))),
    since=_phrases("since", "starting in", "starting from", "starting", "from the start of",
                   "since the start of", "since the beginning of"),
    in_or_since=_phrases("from", "from the"),
    before=_phrases("before", "prior to"), after=_phrases("after"),
    until=_phrases("until", "till", "up to", "through", "until the end of", "up to the end of", "through the end of"),
    onwards=_phrases("onwards", "onward", "on", "and later", "and after"),
    current=frozenset({"this", "current"}), previous=frozenset({"last", "previous"}),
    rolling=frozenset({"last", "past", "previous"}),
    to_date=(
        (("year", "to", "date"), "year"), (("ytd",), "year"), (("so", "far", "this", "year"), "year"),
        (("this", "year", "so", "far"), "year"), (("month", "to", "date"), "month"), (("mtd",), "month"),
        (("so", "far", "this", "month"), "month"), (("this", "month", "so", "far"), "month"),
        (("quarter", "to", "date"), "quarter"), (("qtd",), "quarter"), (("so", "far", "this", "quarter"), "quarter"),
        (("this", "quarter", "so", "far"), "quarter"),
    ),
    days_back={"today": 0, "yesterday": 1},
    year_word=frozenset({"year"}), both=frozenset({"and"}),
)  # fmt: skip

SPANISH = DateWords(
    months=_months("es", {"setiembre": 9, "ene": 1, "feb": 2, "abr": 4, "ago": 8, "sept": 9, "oct": 10,
                                "nov": 11, "dic": 12}),
    units={"dia": "day", "dias": "day", "semana": "week", "semanas": "week", "mes": "month", "meses": "month",
           "trimestre": "quarter", "trimestres": "quarter", "semestre": "half", "semestres": "half",
           "ano": "year", "anos": "year"},
    ordinals={"primer": 1, "primero": 1, "primera": 1, "segundo": 2, "segunda": 2, "tercer": 3, "tercero": 3,
              "cuarto": 4},
    ordinal_endings=frozenset({"er", "ro", "do", "to", "o", "º", "°"}),
    quarter_letters="tq", half_letters="s",
    linking=frozenset({"de", "del", ","}), articles=frozenset({"el", "la", "los", "las"}),
    at=_phrases("en", "durante", "de", "del", "en el", "en la", "en los", "en las", "durante el", "durante la",
                "durante los", "durante las", "de la", "de los", "de las", "el", "la", "los", "las", "para",
                "para el", "para la", "para los", "para las", "a lo largo de", "a lo largo del"),
    between=((("entre",), _phrases("y", "e")), (("de",), _phrases("a", "al", "hasta")),
             (("del",), _phrases("a", "al", "hasta")), (("desde",), _phrases("a", "hasta", "al", "hasta el")),
             (("desde", "el"), _phrases("al", "hasta", "hasta el")), (("entre", "el"), _phrases("y", "y el"))),
    since=_phrases("desde", "a partir de", "a partir del", "desde el", "desde la", "desde el inicio de",
                   "desde el comienzo de"),
    in_or_since=(),
    before=_phrases("antes de", "antes del", "previo a"), after=_phrases("despues de", "despues del"),
    until=_phrases("hasta", "hasta el", "hasta fines de", "hasta el final de", "hasta finales de"),
    onwards=_phrases("en adelante"),
    current=frozenset({"este", "esta", "actual", "presente"}), previous=frozenset({"pasado", "pasada", "anterior"}),
    rolling=frozenset({"ultimo", "ultima", "ultimos", "ultimas", "pasados", "pasadas"}),
    to_date=(
        (("ano", "hasta", "la", "fecha"), "year"), (("este", "ano", "hasta", "la", "fecha"), "year"),
        (("en", "lo", "que", "va", "de", "ano"), "year"), (("en", "lo", "que", "va", "del", "ano"), "year"),
        (("mes", "hasta", "la", "fecha"), "month"), (("este", "mes", "hasta", "la", "fecha"), "month"),
        (("en", "lo", "que", "va", "de", "mes"), "month"), (("en", "lo", "que", "va", "del", "mes"), "month"),
        (("en", "lo", "que", "va", "del", "trimestre"), "quarter"),
        (("en", "lo", "que", "va", "de", "trimestre"), "quarter"),
        (("trimestre", "hasta", "la", "fecha"), "quarter"),
    ),
    days_back={"hoy": 0, "ayer": 1, "anteayer": 2},
    year_word=frozenset({"ano"}), both=frozenset({"y"}),
)  # fmt: skip

DATE_WORDS: dict[Language, DateWords] = {"en": ENGLISH, "es": SPANISH}
