"""Looker's filter expressions of measures: `complete,pending`, `-cancelled`, `>10`, `yes`, `[1,5]`, `%x%`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from verity.interchange import sql

_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_COMPARED = re.compile(r"^(>=|<=|<>|!=|>|<|=)\s*(-?\d+(?:\.\d+)?)$")
_BETWEEN = re.compile(r"^([\[(])\s*(-?\d+(?:\.\d+)?)?\s*,\s*(-?\d+(?:\.\d+)?)?\s*([\])])$")
_RANGE = re.compile(r"^(-?\d+(?:\.\d+)?)\s+to\s+(-?\d+(?:\.\d+)?)$", re.IGNORECASE)
_SPAN = re.compile(r"^(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?$")
"""A day, a month or a year."""
_SIDE = re.compile(r"^(before|after)\s+(.*)$", re.IGNORECASE)
_FROM_TO = re.compile(r"^(.*\S)\s+to\s+(\S.*)$", re.IGNORECASE)


def condition(column: str, kind: str, text: str) -> str:
    """A filter expression over a column of a LookML type. Raises `Untranslatable`."""
    plain = text.strip()
    if kind == "yesno":
        if plain.lower() not in ("yes", "no"):
            raise sql.Untranslatable(f"'{text}' is neither yes nor no")
        return column if plain.lower() == "yes" else f"({column} IS NULL OR NOT {column})"
    if plain.upper() in ("NULL", "-NULL", "NOT NULL"):
        return f"{column} IS {'NOT ' if plain.upper() != 'NULL' else ''}NULL"
    if kind == "time":
        return _moment(column, plain)
    return _number(column, plain) if kind == "number" else _words(column, plain)


def _words(column: str, text: str) -> str:
    wanted, unwanted = list[str](), list[str]()
    for word in (part.strip() for part in text.split(",")):
        (unwanted if word.startswith("-") else wanted).append(word.removeprefix("-"))
    if any(not word or word.upper() == "EMPTY" or "^" in word or "{" in word for word in (*wanted, *unwanted)):
        raise sql.Untranslatable(f"'{text}' is a filter expression that Verity does not read")
    found = []
    if wanted:
        found.append(_any(column, wanted))
    if unwanted:
        found.append(f"({column} IS NULL OR NOT ({_any(column, unwanted)}))")
    return " AND ".join(found)


def _any(column: str, words: list[str]) -> str:
    plain = [word for word in words if "%" not in word]
    found = [f"{column} IN ({', '.join(sql.literal(word) for word in plain)})"] if len(plain) > 1 else []
    found += [f"{column} = {sql.literal(plain[0])}"] if len(plain) == 1 else []
    found += [f"{column} LIKE {sql.literal(word)}" for word in words if "%" in word]
    return found[0] if len(found) == 1 else "(" + " OR ".join(found) + ")"


def _number(column: str, text: str) -> str:
    if all(_NUMBER.match(part.strip()) for part in text.split(",")):
        numbers = [part.strip() for part in text.split(",")]
        return f"{column} = {numbers[0]}" if len(numbers) == 1 else f"{column} IN ({', '.join(numbers)})"
    if text.upper().startswith("NOT ") and _NUMBER.match(text[4:].strip()):
        return f"({column} IS NULL OR {column} <> {text[4:].strip()})"
    if match := _COMPARED.match(text):
        return f"{column} {match.group(1).replace('!=', '<>')} {match.group(2)}"
    if match := _RANGE.match(text):
        return f"{column} BETWEEN {match.group(1)} AND {match.group(2)}"
    if match := _BETWEEN.match(text):
        left, low, high, right = match.groups()
        found = [f"{column} {'>=' if left == '[' else '>'} {low}"] if low else []
        found += [f"{column} {'<=' if right == ']' else '<'} {high}"] if high else []
        if found:
            return " AND ".join(found)
    raise sql.Untranslatable(f"'{text}' is a filter expression that Verity does not read")


def _moment(column: str, text: str) -> str:
    """A day, month or year, what is before or after it, or a range, whose end is left out."""
    if match := _SIDE.match(text):
        return f"{column} {'<' if match.group(1).lower() == 'before' else '>='} {_day(_span(text, match.group(2))[0])}"
    if match := _FROM_TO.match(text):
        since, until = (_span(text, part)[0] for part in match.groups())
    else:
        since, until = _span(text, text)
    return f"{column} >= {_day(since)} AND {column} < {_day(until)}"


def _span(whole: str, text: str) -> tuple[date, date]:
    """The first day of what is written, and the first one after it."""
    match = _SPAN.match(text.strip())
    if match is None:
        raise sql.Untranslatable(f"'{whole}' is no day, month or year; it may move with the day of the question")
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        if day is not None:
            return first, first + timedelta(days=1)
        if month is None:
            return first, date(first.year + 1, 1, 1)
        return first, date(first.year + month // 12, month % 12 + 1, 1)
    except (ValueError, OverflowError):
        raise sql.Untranslatable(f"'{whole}' holds no day of the calendar") from None


def _day(value: date) -> str:
    return f"CAST('{value.isoformat()}' AS DATE)"
