"""Date phrases at a place of the question: `in March 2018`, `los últimos 3 meses`, `between 2017 and 2018`.

About forty productions. Each gives the tokens it consumed, an exact half-open range, and how it was understood:
`plain` (as said), `inferred` (a month or quarter without its year: the latest one that has begun), `complete` (the last
N complete units, the running one left out), `to_date` (from the start of the unit to today, today included).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Literal

from verity.contracts.question import Language
from verity.reading.dates.periods import (
    Period,
    PeriodGrain,
    add_months,
    complete_before,
    containing,
    day_of,
    part_of,
    year_of,
)
from verity.reading.dates.words import DATE_WORDS, DateWords
from verity.reading.lexicon import lexicon
from verity.reading.normalise import Token

YEARS = range(1900, 2101)
MOST_UNITS = 1000

_PeriodOfYear = Callable[[int], Period]
_Part = Literal["quarter", "half"]

How = Literal["plain", "inferred", "complete", "to_date"]


@dataclass(frozen=True)
class DateReading:
    """A period that the tokens up to `end` (exclusive) say, and how it was understood. `bare`: no preposition."""

    end: int
    period: Period
    how: How = "plain"
    count: int = 1
    unit: PeriodGrain = "range"
    bare: bool = True


def dates_at(tokens: Sequence[Token], start: int, today: date, language: Language) -> tuple[DateReading, ...]:
    """Every date phrase that starts at token `start`, longest first; none that is impossible or empty."""
    phrases = _Phrases(tokens, today, language)
    found: dict[tuple[int, Period], DateReading] = {}
    for reading in phrases.all_at(start):
        period = reading.period
        if period.since is not None and period.until is not None and period.since >= period.until:
            continue
        found.setdefault((reading.end, period), reading)
    return tuple(sorted(found.values(), key=lambda r: -r.end))


@dataclass(frozen=True)
class _Named:
    """A named period. `open_year` : its year was not said and has been inferred."""

    end: int
    period: Period
    open_year: bool = False
    how: How = "plain"
    count: int = 1
    needs_preposition: bool = False


class _Phrases:
    def __init__(self, tokens: Sequence[Token], today: date, language: Language) -> None:
        self.keys = [token.key for token in tokens]
        self.tokens = tokens
        self.today = today
        self.words: DateWords = DATE_WORDS[language]
        self.numbers = lexicon(language).numbers

    def all_at(self, start: int) -> Iterator[DateReading]:
        """The readings of one place: ranges, half-open ones, periods with a preposition, bare periods."""
        yield from self._ranges(start)
        yield from self._half_open(start)
        for begin in self._after_any(start, self.words.at):
            yield from self._listed(begin, bare=False)
        yield from self._listed(start, bare=True)

    # -- whole phrases ------------------------------------------------------------------------------------------

    def _listed(self, start: int, *, bare: bool) -> Iterator[DateReading]:
        """One period, or periods that touch: `2017 and 2018`."""
        for named in self._named(start):
            if bare and named.needs_preposition:
                continue
            yield self._reading(named, bare=bare)
            if self._key(named.end) in self.words.both and named.how == "plain":
                yield from (self._reading(both, bare=bare) for both in self._touching(named))

    def _touching(self, first: _Named) -> Iterator[_Named]:
        """`2017 and 2018`, `March and April 2018`: units of one size, one after the other, and nothing between them."""
        for second in self._named(first.end + 1):
            since, until = first.period.since, first.period.until
            if first.open_year and since and until and second.period.since:
                years = second.period.since.year - since.year
                since, until = add_months(since, 12 * years), add_months(until, 12 * years)
            alike = first.period.grain == second.period.grain not in ("day", "range")
            if alike and not second.open_year and until is not None and until == second.period.since:
                yield replace(second, period=Period(since, second.period.until, "range"))

    def _ranges(self, start: int) -> Iterator[DateReading]:
        for opening, partings in self.words.between:
            for begin in self._after_any(start, (opening,)):
                for first in self._named(begin):
                    for middle in self._after_any(first.end, partings):
                        yield from (self._range(first, last) for last in self._named(middle))
        for first in self._named(start):  # 2016-2018
            is_dash = first.end < len(self.keys) and self.keys[first.end] in "-–—"
            if is_dash and first.period.grain == "year":
                yield from (self._range(first, last) for last in self._named(first.end + 1))

    def _range(self, first: _Named, last: _Named) -> DateReading:
        since, until = first.period.since, last.period.until
        inferred = first.open_year or last.open_year
        if first.open_year and since and last.period.since:
            since = _same_or_year_before(since, last.period.since)
            inferred = last.open_year or since.year != last.period.since.year
        return DateReading(last.end, Period(since, until, "range"), "inferred" if inferred else "plain", bare=False)

    def _half_open(self, start: int) -> Iterator[DateReading]:
        for begin in self._after_any(start, self.words.since):
            for named in self._named(begin):
                yield self._reading(named, Period(named.period.since, None, "range"))
        for begin in self._after_any(start, (("from",), ("de",), ("desde",))):
            for named in self._named(begin):
                for end in self._after_any(named.end, self.words.onwards):
                    yield self._reading(replace(named, end=end), Period(named.period.since, None, "range"))
        for begin in self._after_any(start, self.words.in_or_since):  # two readings: only a person can tell
            for named in self._named(begin):
                yield self._reading(named)
                yield self._reading(named, Period(named.period.since, None, "range"))
        for begin in self._after_any(start, self.words.before):
            for named in self._named(begin):
                yield self._reading(named, Period(None, named.period.since, "range"))
        for begin in self._after_any(start, self.words.after):
            for named in self._named(begin):
                yield self._reading(named, Period(named.period.until, None, "range"))
        for begin in self._after_any(start, self.words.until):
            for named in self._named(begin):
                yield self._reading(named, Period(None, named.period.until, "range"), how="inferred")

    def _reading(
        self, named: _Named, period: Period | None = None, *, bare: bool = False, how: How | None = None
    ) -> DateReading:
        understood: How = how or ("inferred" if named.open_year else named.how)
        return DateReading(named.end, period or named.period, understood, named.count, named.period.grain, bare=bare)

    # -- named periods ------------------------------------------------------------------------------------------

    def _named(self, start: int) -> Iterator[_Named]:
        if start >= len(self.keys):
            return
        yield from self._every_named(start)

    def _every_named(self, start: int) -> Iterator[_Named]:
        if self.keys[start] in self.words.articles and start + 1 < len(self.keys):
            yield from self._every_named(start + 1)
        yield from self._iso(start)
        yield from self._year(start)
        yield from self._month_or_day(start)
        yield from self._part_of_year(start)
        yield from self._relative(start)

    def _iso(self, start: int) -> Iterator[_Named]:
        token = self.tokens[start]
        if token.kind != "date":
            return
        numbers = [int(part) for part in token.key.split("-")]
        if numbers[0] not in YEARS:
            return
        if len(numbers) == 2 and 1 <= numbers[1] <= 12:
            yield _Named(start + 1, part_of(numbers[0], "month", numbers[1]))
        if len(numbers) == 3 and (day := _day(*numbers)):
            yield _Named(start + 1, day_of(day))

    def _year(self, start: int) -> Iterator[_Named]:
        year = self._year_at(start)
        if year is not None:
            yield _Named(start + 1, year_of(year))
        if self.keys[start] in self.words.year_word and (year := self._year_at(start + 1)) is not None:
            yield _Named(start + 2, year_of(year))

    def _month_or_day(self, start: int) -> Iterator[_Named]:
        """`March`, `March 2018`, `March 5, 2018`, `5 de marzo de 2018`."""
        month = self.words.months.get(self.keys[start])
        if month is not None:
            yield from self._with_year(start + 1, partial(_month, number=month))
            if day_end := self._day_number(start + 1):
                yield from self._dated(day_end[1], month, day_end[0])
        if day_end := self._day_number(start):
            number, end = day_end
            end += int(self._key(end) in self.words.linking)
            month_after = self.words.months.get(self._key(end))
            if month_after is not None:
                yield from self._dated(end + 1, month_after, number)

    def _dated(self, end: int, month: int, number: int) -> Iterator[_Named]:
        for after, year in self._years_from(end):
            if day := _day(year, month, number):
                yield _Named(after, day_of(day))
        for year in (self.today.year, self.today.year - 1):
            day = _day(year, month, number)
            if day and day <= self.today:
                yield _Named(end, day_of(day), open_year=True)
                return

    def _part_of_year(self, start: int) -> Iterator[_Named]:
        yield from self._parts(start, "quarter", self.words.quarter_letters, 4)
        yield from self._parts(start, "half", self.words.half_letters, 2)

    def _parts(self, start: int, grain: _Part, letters: str, most: int) -> Iterator[_Named]:
        """`Q1`, `first quarter`, `1T 2018`, `2018 Q1`."""
        coded = _coded(self._key(start), letters, most)
        if coded:
            yield from self._with_year(start + 1, partial(part_of, grain=grain, number=coded))
        spelt = self._ordinal(start)
        if spelt and 1 <= spelt[0] <= most and self.words.units.get(self._key(spelt[1])) == grain:
            yield from self._with_year(spelt[1] + 1, partial(part_of, grain=grain, number=spelt[0]))
        number, after = self.tokens[start].number, self._key(start + 1)
        if isinstance(number, int) and 1 <= number <= most and len(after) == 1 and after in letters:
            yield from self._with_year(start + 2, partial(part_of, grain=grain, number=number))
        year, coded_after = self._year_at(start), _coded(after, letters, most)
        if year is not None and coded_after:
            yield _Named(start + 2, part_of(year, grain, coded_after))

    def _with_year(self, end: int, period_of: _PeriodOfYear) -> Iterator[_Named]:
        """The part of a said year, and (with a preposition only) of the latest year in which it has begun."""
        said = [(after, year) for after, year in self._years_from(end)]
        for after, year in said:
            yield _Named(after, period_of(year))
        for words, years_back in (((), None), *self._year_words()):
            after = end + len(words)
            if tuple(self.keys[end:after]) != words:
                continue
            if years_back is not None:
                yield _Named(after, period_of(self.today.year - years_back))
            elif not said:
                period = period_of(self.today.year)
                begun = period.since is not None and period.since <= self.today
                latest = period if begun else period_of(self.today.year - 1)
                yield _Named(end, latest, open_year=True, needs_preposition=True)

    def _year_words(self) -> tuple[tuple[tuple[str, ...], int], ...]:
        if "year" in self.words.year_word:
            return (
                (("last", "year"), 1),
                (("of", "last", "year"), 1),
                (("this", "year"), 0),
                (("of", "this", "year"), 0),
            )
        return (
            (("del", "ano", "pasado"), 1), (("del", "pasado", "ano"), 1), (("de", "este", "ano"), 0),
            (("del", "ano", "actual"), 0),
        )  # fmt: skip

    def _relative(self, start: int) -> Iterator[_Named]:
        keys, words = self.keys, self.words
        if keys[start] in words.days_back:
            yield _Named(start + 1, day_of(self.today - timedelta(days=words.days_back[keys[start]])))
        for phrase, unit in words.to_date:
            if tuple(keys[start : start + len(phrase)]) == phrase:
                since = containing(unit, self.today).since
                until = self.today + timedelta(days=1)
                yield _Named(start + len(phrase), Period(since, until, "range"), how="to_date")
        unit_after = words.units.get(keys[start + 1]) if start + 1 < len(keys) else None
        if unit_after:
            yield from self._said_of_unit(start + 2, keys[start], unit_after)
        unit_here = words.units.get(keys[start])
        if (
            unit_here
            and start + 1 < len(keys)
            and keys[start + 1] in (words.current | words.previous) - {"last", "this"}
        ):
            yield from self._said_of_unit(start + 2, keys[start + 1], unit_here)
        yield from self._rolling(start)

    def _said_of_unit(self, end: int, word: str, unit: PeriodGrain) -> Iterator[_Named]:
        if word in self.words.current:
            yield _Named(end, containing(unit, self.today))
        elif word in self.words.previous:
            yield _Named(end, complete_before(unit, self.today, 1))
        elif word in self.words.rolling:
            yield _Named(end, complete_before(unit, self.today, 1), how="complete")

    def _rolling(self, start: int) -> Iterator[_Named]:
        """`last 3 months`, `past seven days`, `últimos 12 meses`, `3 últimos meses`."""
        for word, number in ((start, start + 1), (start + 1, start)):
            if start + 2 >= len(self.keys) or self.keys[word] not in self.words.rolling:
                continue
            count, unit = self._count(number), self.words.units.get(self.keys[start + 2])
            if count and unit:
                yield _Named(start + 3, complete_before(unit, self.today, count), how="complete", count=count)

    def _key(self, place: int) -> str:
        return self.keys[place] if place < len(self.keys) else ""

    # -- numbers --------------------------------------------------------------------------------------------------

    def _years_from(self, place: int) -> Iterator[tuple[int, int]]:
        """A year at `place`, or after linking words: `of 2018`, `, 2018`, `del año 2018`."""
        for skip in range(4):
            here = place + skip
            if (year := self._year_at(here)) is not None:
                yield here + 1, year
                return
            if here >= len(self.keys) or self.keys[here] not in self.words.linking | self.words.year_word:
                return

    def _year_at(self, place: int) -> int | None:
        if place >= len(self.tokens):
            return None
        token = self.tokens[place]
        said = token.kind == "number" and len(token.key) == 4 and token.key.isdecimal()
        return int(token.key) if said and int(token.key) in YEARS else None

    def _day_number(self, place: int) -> tuple[int, int] | None:
        if place >= len(self.tokens) or self.tokens[place].kind != "number" or len(self.keys[place]) > 2:
            return None
        number = int(self.tokens[place].number or 0)
        after = place + 1
        if self._key(after) in self.words.ordinal_endings and self.tokens[place].end == self.tokens[after].start:
            after += 1
        return (number, after) if 1 <= number <= 31 else None

    def _ordinal(self, place: int) -> tuple[int, int] | None:
        if self.keys[place] in self.words.ordinals:
            return self.words.ordinals[self.keys[place]], place + 1
        number, after = self.tokens[place].number, place + 1
        if isinstance(number, int) and after < len(self.keys) and self.keys[after] in self.words.ordinal_endings:
            return number, after + 1
        return None

    def _count(self, place: int) -> int | None:
        number = self.tokens[place].number
        if number is None:
            number = self.numbers.get(self.keys[place])
        return number if isinstance(number, int) and 1 <= number <= MOST_UNITS else None

    def _after_any(self, start: int, phrases: Sequence[tuple[str, ...]]) -> Iterator[int]:
        for phrase in phrases:
            if tuple(self.keys[start : start + len(phrase)]) == phrase:
                yield start + len(phrase)


def _month(year: int, number: int) -> Period:
    return part_of(year, "month", number)


def _coded(key: str, letters: str, most: int) -> int:
    """The number of `q1`, `t4`, `h2`; 0 where the word is no such code."""
    if len(key) != 2 or key[0] not in letters or not key[1].isdecimal():
        return 0
    return int(key[1]) if int(key[1]) <= most else 0


def _same_or_year_before(since: date, reference: date) -> date:
    """The first end of a range takes the year of its last: from November to February crosses the year's end."""
    year = reference.year if (since.month, since.day) <= (reference.month, reference.day) else reference.year - 1
    return _day(year, since.month, since.day) or since


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
