"""Looker's filter expressions of measures: `complete,pending`, `-cancelled`, `>10`, `yes`, `[1,5]`, `%x%`."""

from __future__ import annotations

import re

from verity.interchange import sql

_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_COMPARED = re.compile(r"^(>=|<=|<>|!=|>|<|=)\s*(-?\d+(?:\.\d+)?)$")
_BETWEEN = re.compile(r"^([\[(])\s*(-?\d+(?:\.\d+)?)?\s*,\s*(-?\d+(?:\.\d+)?)?\s*([\])])$")
_RANGE = re.compile(r"^(-?\d+(?:\.\d+)?)\s+to\s+(-?\d+(?:\.\d+)?)$", re.IGNORECASE)
_DAY = re.compile(r"^(?:(before|after)\s+)?(\d{4}-\d{2}-\d{2})$", re.IGNORECASE)


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
    match = _DAY.match(text)
    if match is None:
        raise sql.Untranslatable(f"'{text}' is a time that moves with the day of the question")
    word, day = (match.group(1) or "").lower(), match.group(2)
    if word:
        return f"{column} {'<' if word == 'before' else '>='} CAST('{day}' AS DATE)"
    return f"CAST({column} AS DATE) = CAST('{day}' AS DATE)"
