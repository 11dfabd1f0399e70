"""A MetricQuery from names and options, as Python and the command line give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from pydantic import ValidationError

from verity.contracts.metric import FilterNode, GroupBy, MetricQuery, OrderBy, QueryOptions, TimeRange
from verity.exceptions import UsageError

Words = str | Iterable[str]


def query_of(
    metrics: tuple[str | MetricQuery, ...],
    *,
    by: Words,
    where: tuple[FilterNode, ...],
    read_by: Callable[[str], tuple[GroupBy, ...]],
    since: date | str | None,
    until: date | str | None,
    time: str | None,
    compare: str | None,
    order: Words,
    limit: int | None,
    more: QueryOptions,
) -> MetricQuery:
    """The query that the options describe; a whole one is taken as it is. Raises `UsageError` naming the option."""
    names = [name for name in metrics if isinstance(name, str)]
    whole = [query for query in metrics if isinstance(query, MetricQuery)]
    options = (names, by, where, since, until, time, compare, order, limit, more)
    if whole:
        if len(whole) > 1 or any(options):
            raise UsageError("a whole MetricQuery was given beside other options", remedy="Give one or the other.")
        return whole[0]
    text = ",".join(words(by))
    try:
        return MetricQuery(
            metrics=words(names),
            by=read_by(text) if text else (),
            filters=where,
            time_range=_range(since, until, time),
            compare=compare,
            order=tuple(OrderBy(member=name.lstrip("-"), desc=name.startswith("-")) for name in words(order)),
            limit=limit,
            **more,
        )
    except ValidationError as error:
        raise usage_error(error) from None


def words(given: Words) -> tuple[str, ...]:
    """Names with commas between them, or several, each without blanks around it."""
    parts = [given] if isinstance(given, str) else given
    return tuple(name.strip() for part in parts for name in part.split(",") if name.strip())


def usage_error(error: ValidationError) -> UsageError:
    """What is wrong with the first option that does not fit, in words."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    reason = str(first.get("ctx", {}).get("error", first["msg"]))
    return UsageError(f"{where}: {reason}", remedy="See `verity query --help` for the form of each option.")


def _range(since: date | str | None, until: date | str | None, time: str | None) -> TimeRange | None:
    if since is None and until is None:
        if time is not None:
            raise UsageError(f"time: '{time}' has no range", remedy="Give 'since' or 'until' too, or leave 'time' out.")
        return None
    first, last = moment(since, "since"), moment(until, "until")
    if first is not None and last is not None and _ends_before(first, last):
        raise UsageError(f"until: {last} lies before since: {first}", remedy="Swap them; 'until' is the later one.")
    return TimeRange(dimension=time, since=first, until=last)


def _ends_before(since: date | datetime, until: date | datetime) -> bool:
    """Whether a range ends before it begins; between a wall clock and an instant only the zone could tell."""
    first, last = (
        given if isinstance(given, datetime) else datetime(given.year, given.month, given.day)
        for given in (since, until)
    )
    return (first.tzinfo is None) == (last.tzinfo is None) and last < first


def moment(given: date | str | None, option: str) -> date | datetime | None:
    """A day or a moment, from ISO 8601 text where it is text. Raises `UsageError` naming the option."""
    if given is None or isinstance(given, date):
        return given
    try:
        return date.fromisoformat(given) if len(given) <= len("2024-01-31") else datetime.fromisoformat(given)
    except ValueError:
        raise UsageError(
            f"'{given}' is no day or moment for {option}", remedy="Write 2024-01-31 or 2024-01-31T08:00."
        ) from None
