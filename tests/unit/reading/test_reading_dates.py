"""Date phrases and the exact half-open ranges that they mean."""

from __future__ import annotations

from datetime import date

import pytest

from verity.contracts.question import Language
from verity.reading.dates.periods import Period
from verity.reading.dates.phrases import DateReading, dates_at
from verity.reading.normalise import tokens_of
from verity.reading.restate import period_words

TODAY = date(2018, 9, 17)  # a Monday

ENGLISH = [
    ("in 2018", "2018-01-01", "2019-01-01"),
    ("2018", "2018-01-01", "2019-01-01"),
    ("during the year 2018", "2018-01-01", "2019-01-01"),
    ("March 2018", "2018-03-01", "2018-04-01"),
    ("in march of 2018", "2018-03-01", "2018-04-01"),
    ("in Mar 2018", "2018-03-01", "2018-04-01"),
    ("in December 2017", "2017-12-01", "2018-01-01"),
    ("in February 2016", "2016-02-01", "2016-03-01"),
    ("in March", "2018-03-01", "2018-04-01"),
    ("in September", "2018-09-01", "2018-10-01"),
    ("in October", "2017-10-01", "2017-11-01"),
    ("in may", "2018-05-01", "2018-06-01"),
    ("on February 29, 2016", "2016-02-29", "2016-03-01"),
    ("on 31 December 2017", "2017-12-31", "2018-01-01"),
    ("on March 5th, 2018", "2018-03-05", "2018-03-06"),
    ("on the 5th of March 2018", "2018-03-05", "2018-03-06"),
    ("on March 5", "2018-03-05", "2018-03-06"),
    ("on December 24", "2017-12-24", "2017-12-25"),
    ("2018-02-28", "2018-02-28", "2018-03-01"),
    ("in 2018-02", "2018-02-01", "2018-03-01"),
    ("Q1 2018", "2018-01-01", "2018-04-01"),
    ("in Q4 of 2017", "2017-10-01", "2018-01-01"),
    ("2018 Q2", "2018-04-01", "2018-07-01"),
    ("in Q3", "2018-07-01", "2018-10-01"),
    ("in Q4", "2017-10-01", "2018-01-01"),
    ("in the first quarter of 2018", "2018-01-01", "2018-04-01"),
    ("in the 4th quarter of 2017", "2017-10-01", "2018-01-01"),
    ("in the second half of 2017", "2017-07-01", "2018-01-01"),
    ("H1 2018", "2018-01-01", "2018-07-01"),
    ("in the first quarter of last year", "2017-01-01", "2017-04-01"),
    ("in March last year", "2017-03-01", "2017-04-01"),
    ("today", "2018-09-17", "2018-09-18"),
    ("yesterday", "2018-09-16", "2018-09-17"),
    ("this week", "2018-09-17", "2018-09-24"),
    ("last week", "2018-09-10", "2018-09-17"),
    ("this month", "2018-09-01", "2018-10-01"),
    ("last month", "2018-08-01", "2018-09-01"),
    ("in the last month", "2018-08-01", "2018-09-01"),
    ("this quarter", "2018-07-01", "2018-10-01"),
    ("last quarter", "2018-04-01", "2018-07-01"),
    ("this year", "2018-01-01", "2019-01-01"),
    ("last year", "2017-01-01", "2018-01-01"),
    ("previous year", "2017-01-01", "2018-01-01"),
    ("last 7 days", "2018-09-10", "2018-09-17"),
    ("in the past 30 days", "2018-08-18", "2018-09-17"),
    ("last 2 weeks", "2018-09-03", "2018-09-17"),
    ("over the last three months", "2018-06-01", "2018-09-01"),
    ("last 12 months", "2017-09-01", "2018-09-01"),
    ("last 2 quarters", "2018-01-01", "2018-07-01"),
    ("last two years", "2016-01-01", "2018-01-01"),
    ("year to date", "2018-01-01", "2018-09-18"),
    ("ytd", "2018-01-01", "2018-09-18"),
    ("so far this month", "2018-09-01", "2018-09-18"),
    ("between 2016 and 2017", "2016-01-01", "2018-01-01"),
    ("between January and March 2018", "2018-01-01", "2018-04-01"),
    ("from November to February 2018", "2017-11-01", "2018-03-01"),
    ("from November 2016 to February 2017", "2016-11-01", "2017-03-01"),
    ("from March 5, 2018 to March 10, 2018", "2018-03-05", "2018-03-11"),
    ("between 2018-01-01 and 2018-01-31", "2018-01-01", "2018-02-01"),
    ("2016-2018", "2016-01-01", "2019-01-01"),
    ("in 2016 and 2017", "2016-01-01", "2018-01-01"),
    ("in March and April 2018", "2018-03-01", "2018-05-01"),
    ("in March and April 2016", "2016-03-01", "2016-05-01"),
    ("in Q4 2017 and Q1 2018", "2017-10-01", "2018-04-01"),
    ("since 2017", "2017-01-01", None),
    ("since March 5, 2018", "2018-03-05", None),
    ("from 2017 onwards", "2017-01-01", None),
    ("after 2016", "2017-01-01", None),
    ("after March 5, 2018", "2018-03-06", None),
    ("before 2018", None, "2018-01-01"),
    ("before March 2018", None, "2018-03-01"),
    ("until March 2018", None, "2018-04-01"),
    ("up to 2017", None, "2018-01-01"),
]

SPANISH = [
    ("en 2018", "2018-01-01", "2019-01-01"),
    ("en el año 2018", "2018-01-01", "2019-01-01"),
    ("del 2018", "2018-01-01", "2019-01-01"),
    ("en enero de 2018", "2018-01-01", "2018-02-01"),
    ("marzo del 2018", "2018-03-01", "2018-04-01"),
    ("en setiembre de 2017", "2017-09-01", "2017-10-01"),
    ("en marzo", "2018-03-01", "2018-04-01"),
    ("en octubre", "2017-10-01", "2017-11-01"),
    ("en marzo del año pasado", "2017-03-01", "2017-04-01"),
    ("el 5 de marzo de 2018", "2018-03-05", "2018-03-06"),
    ("el 29 de febrero de 2016", "2016-02-29", "2016-03-01"),
    ("el 31 de diciembre de 2017", "2017-12-31", "2018-01-01"),
    ("2018-02-28", "2018-02-28", "2018-03-01"),
    ("en el primer trimestre de 2018", "2018-01-01", "2018-04-01"),
    ("en el cuarto trimestre del 2017", "2017-10-01", "2018-01-01"),
    ("T1 2018", "2018-01-01", "2018-04-01"),
    ("1T 2018", "2018-01-01", "2018-04-01"),
    ("en el segundo semestre de 2017", "2017-07-01", "2018-01-01"),
    ("hoy", "2018-09-17", "2018-09-18"),
    ("ayer", "2018-09-16", "2018-09-17"),
    ("esta semana", "2018-09-17", "2018-09-24"),
    ("la semana pasada", "2018-09-10", "2018-09-17"),
    ("este mes", "2018-09-01", "2018-10-01"),
    ("el mes pasado", "2018-08-01", "2018-09-01"),
    ("el pasado mes", "2018-08-01", "2018-09-01"),
    ("este trimestre", "2018-07-01", "2018-10-01"),
    ("el trimestre pasado", "2018-04-01", "2018-07-01"),
    ("este año", "2018-01-01", "2019-01-01"),
    ("el año pasado", "2017-01-01", "2018-01-01"),
    ("el año anterior", "2017-01-01", "2018-01-01"),
    ("los últimos 7 días", "2018-09-10", "2018-09-17"),
    ("en los últimos 3 meses", "2018-06-01", "2018-09-01"),
    ("durante los últimos doce meses", "2017-09-01", "2018-09-01"),
    ("el último mes", "2018-08-01", "2018-09-01"),
    ("en lo que va del año", "2018-01-01", "2018-09-18"),
    ("entre 2016 y 2017", "2016-01-01", "2018-01-01"),
    ("entre enero y marzo de 2018", "2018-01-01", "2018-04-01"),
    ("de noviembre a febrero de 2018", "2017-11-01", "2018-03-01"),
    ("desde marzo de 2018 hasta mayo de 2018", "2018-03-01", "2018-06-01"),
    ("del 1 de marzo de 2018 al 5 de marzo de 2018", "2018-03-01", "2018-03-06"),
    ("en 2016 y 2017", "2016-01-01", "2018-01-01"),
    ("desde 2017", "2017-01-01", None),
    ("a partir de marzo de 2018", "2018-03-01", None),
    ("después de 2016", "2017-01-01", None),
    ("antes de 2018", None, "2018-01-01"),
    ("hasta marzo de 2018", None, "2018-04-01"),
]


def whole(text: str, language: Language, today: date = TODAY) -> DateReading | None:
    """The reading of the whole phrase; two different ones would be a fault."""
    tokens = tokens_of(text)
    readings = [r for r in dates_at(tokens, 0, today, language) if r.end == len(tokens)]
    assert len({r.period for r in readings}) <= 1, readings
    return readings[0] if readings else None


CASES = [("en", *row) for row in ENGLISH] + [("es", *row) for row in SPANISH]


@pytest.mark.parametrize(("language", "text", "since", "until"), CASES)
def test_a_date_phrase_means_an_exact_range(
    language: Language, text: str, since: str | None, until: str | None
) -> None:
    reading = whole(text, language)
    assert reading is not None
    assert (str(reading.period.since), str(reading.period.until)) == (str(since), str(until))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "February 30 2018"), ("en", "April 31, 2018"), ("en", "2018-13-01"), ("en", "2018-02-30"),
        ("en", "between 2018 and 2017"), ("en", "Q5 2018"), ("en", "may"), ("en", "march"), ("en", "5/3/2018"),
        ("en", "0 days"), ("en", "last 0 days"), ("en", "in 1776"), ("en", "fifth quarter of 2018"),
        ("en", "in December 2017 and 2018"), ("en", "in 2016 and 2018"), ("en", "in December and January 2018"),
        ("es", "30 de febrero de 2018"), ("es", "marzo"), ("es", "entre 2018 y 2017"), ("es", "T5 2018"),
    ],
)  # fmt: skip
def test_an_impossible_or_bare_date_has_no_reading(language: Language, text: str) -> None:
    assert whole(text, language) is None


@pytest.mark.parametrize(
    ("today", "text", "since", "until"),
    [
        (date(2020, 2, 29), "last year", "2019-01-01", "2020-01-01"),
        (date(2020, 2, 29), "last month", "2020-01-01", "2020-02-01"),
        (date(2020, 3, 31), "last month", "2020-02-01", "2020-03-01"),
        (date(2019, 1, 1), "yesterday", "2018-12-31", "2019-01-01"),
        (date(2019, 1, 1), "last week", "2018-12-24", "2018-12-31"),
        (date(2019, 1, 1), "this week", "2018-12-31", "2019-01-07"),
        (date(2019, 1, 1), "last quarter", "2018-10-01", "2019-01-01"),
        (date(2019, 1, 1), "in December", "2018-12-01", "2019-01-01"),
        (date(2019, 1, 1), "in January", "2019-01-01", "2019-02-01"),
        (date(2019, 1, 1), "year to date", "2019-01-01", "2019-01-02"),
        (date(2017, 12, 31), "this quarter", "2017-10-01", "2018-01-01"),
        (date(2017, 12, 31), "last 1 days", "2017-12-30", "2017-12-31"),
    ],
)
def test_relative_dates_at_the_edges_of_the_calendar(today: date, text: str, since: str, until: str) -> None:
    reading = whole(text, "en", today)
    assert reading is not None
    assert (str(reading.period.since), str(reading.period.until)) == (since, until)


@pytest.mark.parametrize(("language", "text", "since", "until"), CASES)
def test_a_period_in_words_reads_back_to_the_same_range(
    language: Language, text: str, since: str | None, until: str | None
) -> None:
    period = Period(date.fromisoformat(since) if since else None, date.fromisoformat(until) if until else None, "range")
    again = whole(period_words(period, language), language)
    assert again is not None
    assert (again.period.since, again.period.until) == (period.since, period.until)


def test_how_a_period_was_understood_is_kept_for_the_assumptions() -> None:
    said = {"in 2018": "plain", "in March": "inferred", "last 3 months": "complete", "ytd": "to_date"}
    for text, how in said.items():
        reading = whole(text, "en")
        assert reading is not None
        assert reading.how == how
