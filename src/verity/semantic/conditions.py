"""One comparison as SQL: values read by the member's type and bound as parameters, with the NULL rules of the contract.

`equals`, `in`, the inequalities and the `contains` family never match NULL; their `not_` forms keep NULL rows.
A bare date compared with a timestamp means the whole day.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from sqlglot import exp

from verity.contracts.metric import Operator
from verity.exceptions import FilterInvalid
from verity.semantic import types
from verity.semantic.clock import instant, on_wall
from verity.semantic.fragments import CODE_POINT, all_of, any_of
from verity.semantic.types import Type
from verity.semantic.work import Value

Bind = Callable[[Value, str], exp.Expr]


@dataclass(frozen=True, slots=True)
class Heard:
    """One comparison that was written: all that decides it but the compared expression."""

    of: Type
    op: Operator
    values: tuple[Value, ...]
    member: str
    zone: str | None
    strict: bool = True


heard: ContextVar[list[Heard] | None] = ContextVar("heard", default=None)
"""Where comparisons are noted while a shape is compiled (`shapes.py`); None: nowhere."""

_COMPARES: dict[str, type[exp.Expr]] = {"gt": exp.GT, "gte": exp.GTE, "lt": exp.LT, "lte": exp.LTE}
_OPPOSITE: dict[Operator, Operator] = {"not_equals": "equals", "not_in": "in", "not_contains": "contains"}
_PATTERNS = {"contains": "%{}%", "starts_with": "{}%", "ends_with": "%{}"}
_ESCAPE = "!"
_INSTANTS = frozenset({"timestamp", "timestamptz"})


def check_arity(member: str, op: Operator, values: tuple[Value, ...]) -> None:
    """Raise `FilterInvalid` where an operator has too few or too many values."""
    count = len(values)
    if op in ("is_null", "is_not_null"):
        if count:
            raise FilterInvalid(f"'{op}' of '{member}' takes no value", remedy="Leave the values out.")
    elif op in ("in", "not_in"):
        if not count:
            raise FilterInvalid(f"'{op}' of '{member}' has no values", remedy="Give at least one value.")
    elif count != 1:
        raise FilterInvalid(f"'{op}' of '{member}' takes one value, not {count}", remedy="Use 'in' for several values.")


def comparison(
    make: Callable[[], exp.Expr],
    of: Type,
    op: Operator,
    values: tuple[Value, ...],
    bind: Bind,
    member: str,
    zone: str | None = None,
    *,
    strict: bool = True,
) -> exp.Expr:
    """The condition; `make` gives a fresh copy of the compared expression each time.

    `zone` is the query's: bare dates and times mean its wall clock (None: UTC). Not `strict`: values that the member
    cannot hold make a condition that is neither true nor false, instead of `FilterInvalid`.
    """
    listening = heard.get()
    if listening is not None:
        listening.append(Heard(of, op, values, member, zone, strict))
    try:
        return _comparison(make, of, op, values, bind, member, zone)
    except FilterInvalid:
        if strict:
            raise
        return types.cast(exp.Null(), "boolean")


def _comparison(
    make: Callable[[], exp.Expr],
    of: Type,
    op: Operator,
    values: tuple[Value, ...],
    bind: Bind,
    member: str,
    zone: str | None,
) -> exp.Expr:
    check_arity(member, op, values)
    if op == "is_null":
        return exp.Is(this=make(), expression=exp.Null())
    if op == "is_not_null":
        return exp.Not(this=exp.Is(this=make(), expression=exp.Null()))
    opposite = _OPPOSITE.get(op)
    if opposite is not None:
        same = _comparison(make, of, opposite, values, bind, member, zone)
        return any_of([exp.Is(this=make(), expression=exp.Null()), exp.Not(this=exp.Paren(this=same))])
    if op in _PATTERNS:
        return _like(make, of, op, values[0], bind, member)
    read = [_read(value, of, member) for value in values]
    if zone is not None and of in _INSTANTS:
        return _on_instants(make, of, op, read, bind, zone)
    return _compared(make, of, op, read, bind)


def _on_instants(
    make: Callable[[], exp.Expr], of: Type, op: Operator, values: list[Value], bind: Bind, zone: str
) -> exp.Expr:
    """Bare times of the zone's wall clock, each made an instant, so that no row is converted."""
    return any_of([_on_instant(make, of, op, value, bind, zone) for value in values])


def _on_instant(make: Callable[[], exp.Expr], of: Type, op: Operator, value: Value, bind: Bind, zone: str) -> exp.Expr:
    """One of them. In the hours that a clock leaves out or repeats, the rows' own wall clock is compared instead."""
    if not isinstance(value, date) or (isinstance(value, datetime) and value.tzinfo):
        return _compared(make, of, op, [value], bind)
    if not isinstance(value, datetime):
        following = value + timedelta(days=1)
        if op in ("equals", "in"):
            ends: list[tuple[Operator, date]] = [("gte", value), ("lt", following)]
            return all_of([_on_instant(make, of, end, day, bind, zone) for end, day in ends])
        if op in ("gt", "lte"):
            op, value = ("gte" if op == "gt" else "lt"), following
        value = datetime.combine(value, time(0))
    moment = instant(value, zone)
    if moment is None:
        return _compared(lambda: on_wall(make(), of, zone), "timestamp", op, [value], bind)
    return _compared(make, of, op, [moment], bind)


def _compared(make: Callable[[], exp.Expr], of: Type, op: Operator, read: list[Value], bind: Bind) -> exp.Expr:
    if op in _COMPARES:
        return _inequality(make, of, op, read[0], bind)
    return _equality(make, of, read, bind)


def _equality(make: Callable[[], exp.Expr], of: Type, values: list[Value], bind: Bind) -> exp.Expr:
    if of == "date":  # a date is a midnight: no other time of day is ever equal to one
        values = [v.date() if isinstance(v, datetime) and v.time() == time(0) else v for v in values]
        values = [v for v in values if not isinstance(v, datetime)]
        if not values:
            return exp.Boolean(this=False)
    whole_days = [v for v in values if _is_day(v, of)]
    exact = [bind(_instant(v, of), _parameter_type(v, of)) for v in values if not _is_day(v, of)]
    parts: list[exp.Expr] = []
    if len(exact) == 1:
        parts.append(exp.EQ(this=make(), expression=exact[0]))
    elif exact:
        parts.append(exp.In(this=make(), expressions=exact))
    for day in whole_days:
        low, high = _inequality(make, of, "gte", day, bind), _inequality(make, of, "lte", day, bind)
        parts.append(all_of([low, high]))
    return any_of(parts)


def _inequality(make: Callable[[], exp.Expr], of: Type, op: str, value: Value, bind: Bind) -> exp.Expr:
    if _is_day(value, of) and op in ("gt", "lte") and isinstance(value, date):
        op, value = ("gte" if op == "gt" else "lt"), value + timedelta(days=1)
    if of == "date" and isinstance(value, datetime):
        op, value = _on_dates(op, value)
    compared = make()
    if types.family(of) == "text":
        compared = exp.Collate(this=compared, expression=exp.Identifier(this=CODE_POINT, quoted=True))
    return _COMPARES[op](this=compared, expression=bind(_instant(value, of), _parameter_type(value, of)))


def _on_dates(op: str, instant: datetime) -> tuple[str, Value]:
    """A date is the first instant of its day: dates from noon on begin with the next day."""
    midnight = instant.time() == time(0)
    day = instant.date()
    if op in ("gte", "lt"):
        return op, day if midnight else day + timedelta(days=1)
    return op, day


def _like(make: Callable[[], exp.Expr], of: Type, op: str, value: Value, bind: Bind, member: str) -> exp.Expr:
    if types.family(of) not in ("text", "other"):
        raise FilterInvalid(
            f"'{op}' compares text, and '{member}' is {of}", remedy="Use equals, in, gt, gte, lt or lte."
        )
    text = str(value)
    for special in (_ESCAPE, "%", "_"):
        text = text.replace(special, _ESCAPE + special)
    like = exp.Like(this=make(), expression=bind(_PATTERNS[op].format(text), "text"))
    return exp.Escape(this=like, expression=exp.Literal.string(_ESCAPE))


def _read(value: Value, of: Type, member: str) -> Value:
    """The value as the member's type has it. Raises `FilterInvalid` where it is none."""
    kind = types.family(of)
    try:
        if kind == "boolean":
            return _truth(value)
        if kind in types.NUMERIC:
            return _number(value, _LARGEST if kind != "double" else _LARGEST_DOUBLE)
        if kind in types.TEMPORAL:
            return _moment(value)
    except (ValueError, InvalidOperation):
        raise FilterInvalid(
            f"{value!r} is no value of '{member}', which is {of}", remedy=_EXPECTED.get(kind, "Give a number.")
        ) from None
    if kind == "text":
        return ("true" if value else "false") if isinstance(value, bool) else str(value)
    return value


_EXPECTED = {
    "boolean": "Give true or false.",
    "date": "Give a date: 2024-01-31.",
    "timestamp": "Give a date or a time: 2024-01-31 or 2024-01-31T08:00:00.",
    "timestamptz": "Give a date or a time: 2024-01-31 or 2024-01-31T08:00:00+00:00.",
}


def _truth(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).strip().lower() in ("true", "false"):
        return str(value).strip().lower() == "true"
    raise ValueError


_LARGEST = Decimal(10) ** types.WIDTH
_LARGEST_DOUBLE = Decimal("1e308")


def _number(value: Value, largest: Decimal) -> Value:
    if isinstance(value, bool) or value is None:
        raise ValueError
    number = Decimal(value) if isinstance(value, int) else Decimal(str(value).strip())
    if not number.is_finite() or abs(number) >= largest:
        raise ValueError
    if isinstance(value, int):
        return value
    return int(number) if number == number.to_integral_value() and abs(number) < 2**62 else number


def _moment(value: Value) -> Value:
    if isinstance(value, datetime | date):
        return value
    if not isinstance(value, str):
        raise ValueError
    text = value.strip()
    return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)


def _is_day(value: Value, of: Type) -> bool:
    return of in ("timestamp", "timestamptz") and isinstance(value, date) and not isinstance(value, datetime)


def _instant(value: Value, of: Type) -> Value:
    """A time as it is bound: wall clock for timestamps, ISO text with an offset for instants."""
    if of not in ("timestamp", "timestamptz") or not isinstance(value, date):
        return value
    moment = value if isinstance(value, datetime) else datetime.combine(value, time(0))
    if of == "timestamp":
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _parameter_type(value: Value, of: Type) -> str:
    """What a bound value is cast to: the column's type for times, its own for numbers, so that nothing is rounded."""
    kind = types.family(of)
    if kind in types.TEMPORAL or kind in ("boolean", "text"):
        return kind
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "bigint" if abs(value) < 2**63 else types.decimal(0)
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        digits = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        return "double" if digits > types.MEAN_SCALE or kind == "double" else types.decimal(digits)
    return "double" if isinstance(value, float) else "text"
