"""Sketches: about how many distinct values there are, told from a state that can be kept and put together again.

HyperLogLog in plain SQL. The lowest bits of a value's hash choose one of 2,048 registers; its rank is one more than the
zeros that the rest of the hash ends with; a register holds the highest rank seen. Kept is, for each rank, which
registers reached it, as one string of bits (a plane): the planes of two sets of rows, put together by OR, are those of
both sets, whatever they share. The estimate is Ertl's improved one, which needs no tables and no cases for few or very
many values. Philippe Flajolet et al., HyperLogLog, 2007; Otmar Ertl, New cardinality estimation algorithms for
HyperLogLog sketches, 2017 (arXiv:1702.01284), algorithm 6.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from verity.semantic import types
from verity.semantic.fragments import all_of, counted_about
from verity.semantic.types import SOURCE, Type, cast, cast_integer

_BITS = 11
REGISTERS = 1 << _BITS
PLANES = 24
"""The highest rank that is told from the next: enough for 10 billion values (2,048 * 2^23)."""
ERROR = 1.04 / math.sqrt(REGISTERS)
"""The relative standard error: two estimates of three lie within it, all but one in 16,000 within four times it."""
DIALECTS = ("duckdb", "postgres")
"""Those that a state is written for."""
FUNCTIONS = frozenset(
    {"BITSTRING_AGG", "HASH", "HASHTEXTEXTENDED", "HASH_RECORD_EXTENDED", "ROW", "SET_BIT", "BIT_COUNT"}
)
"""The engines' functions that states and estimates are written in. None reads anything but its arguments."""

_SCALE = REGISTERS * REGISTERS / (2 * math.log(2))
_SIGMA, _TAU = 17, 4
"""Terms of the two series: the rest is below 1e-5 of the estimate, for up to 10 billion values."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """One approximate distinct count of a rollup, its FILTER included, and the columns of its planes."""

    node: exp.Expr
    columns: tuple[str, ...]


def planes(aggregate: exp.Expr, dialect: str) -> tuple[exp.Expr, ...]:
    """The aggregates that make the state of an APPROX_COUNT_DISTINCT, from the first rank to the last."""
    value, of, conditions = _parted(aggregate)
    hashed = _HASHES[dialect](value, of)
    bit = _BIT_AGGREGATES[dialect](cast_integer(_masked(hashed, REGISTERS - 1)))
    present = exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))
    made = []
    for zeros in range(PLANES):
        told = [*conditions, present]
        if zeros:
            rest = exp.Paren(this=_masked(hashed, ((1 << zeros) - 1) << _BITS))
            told.append(exp.EQ(this=rest, expression=exp.Literal.number(0)))
        where = exp.Where(this=all_of([condition.copy() for condition in told]))
        made.append(exp.Filter(this=bit.copy(), expression=where))
    return tuple(made)


def merged(plane: exp.Expr, condition: exp.Expr | None) -> exp.Expr:
    """One plane of all rows, or of those that fulfil a condition."""
    made: exp.Expr = exp.BitwiseOrAgg(this=plane)
    return made if condition is None else exp.Filter(this=made, expression=exp.Where(this=condition.copy()))


def estimate(state: Sequence[exp.Expr]) -> exp.Expr:
    """About how many distinct values a state stands for: a whole DOUBLE, 0 where it is empty.

    With n(k) registers of rank k or more, of m: m^2 / 2 ln 2 over n(1)/2 - n(2)/4 - n(3)/8 ... + the two series.
    """
    first = exp.Anonymous(this="BIT_COUNT", expressions=[state[0]])
    reached = [cast(first, "double"), *map(_reached, state[1:])]
    last = len(reached) - 1
    sum_: exp.Expr = exp.Mul(this=reached[0], expression=_number(0.5))
    for rank, count in enumerate(reached[1:], start=2):
        weight = _number(2.0 ** -min(rank, last))
        sum_ = exp.Sub(this=sum_, expression=exp.Mul(this=count, expression=weight))
    for series in (_sigma(_share_below(reached[0])), _tau(_share_below(reached[-1]), 2.0**-last)):
        for term in series:
            sum_ = exp.Add(this=sum_, expression=term)
    told = exp.Round(this=exp.Div(this=_number(_SCALE), expression=exp.Paren(this=sum_)))
    any_ = exp.GT(this=first.copy(), expression=exp.Literal.number(0))  # NULL where the state is empty
    return exp.Case(ifs=[exp.If(this=any_, true=told)], default=_number(0.0))


def _reached(plane: exp.Expr) -> exp.Expr:
    counted = exp.Anonymous(this="BIT_COUNT", expressions=[plane])
    return cast(exp.Coalesce(this=counted, expressions=[exp.Literal.number(0)]), "double")


def _share_below(reached: exp.Expr) -> exp.Expr:
    """The share of registers below a rank."""
    share = exp.Div(this=reached.copy(), expression=_number(float(REGISTERS)))
    return exp.Paren(this=exp.Sub(this=_number(1.0), expression=share))


def _sigma(share: exp.Expr) -> list[exp.Expr]:
    """m * (x + x^2 + 2 x^4 + 4 x^8 ...), of the share of registers that saw nothing. What is too small to count is held
    above the smallest DOUBLE, where PostgreSQL raises an error."""
    terms: list[exp.Expr] = [exp.Mul(this=_number(float(REGISTERS)), expression=share.copy())]
    for k in range(1, _SIGMA + 1):
        least = exp.Greatest(this=share.copy(), expressions=[_number(2.0 ** (-200 / 2**k))], ignore_nulls=True)
        power = exp.Pow(this=least, expression=_number(2.0**k))
        terms.append(exp.Mul(this=_number(REGISTERS * 2.0 ** (k - 1)), expression=power))
    return terms


def _tau(share: exp.Expr, weight: float) -> list[exp.Expr]:
    """weight * m / 3 * (1 - x - (1 - x^(1/2))^2 / 2 - (1 - x^(1/4))^2 / 4 ...), of those below the last rank."""
    scale = REGISTERS * weight / 3
    terms: list[exp.Expr] = [
        exp.Mul(this=_number(scale), expression=exp.Paren(this=exp.Sub(this=_number(1.0), expression=share.copy())))
    ]
    for k in range(1, _TAU + 1):
        root = exp.Pow(this=share.copy(), expression=_number(2.0**-k))
        missing = exp.Paren(this=exp.Sub(this=_number(1.0), expression=root))
        square = exp.Mul(this=missing, expression=missing.copy())
        terms.append(exp.Mul(this=_number(-scale * 2.0**-k), expression=exp.Paren(this=square)))
    return terms


def _parted(aggregate: exp.Expr) -> tuple[exp.Expr, Type, list[exp.Expr]]:
    """What is counted, its type, and the condition of the FILTER."""
    filtered = isinstance(aggregate, exp.Filter)
    call = aggregate.this if filtered else aggregate
    value = counted_about(call)
    assert value is not None  # noqa: S101 - only approximate counts are sketched
    return value, call.args.get(SOURCE), [aggregate.expression.this] if filtered else []


def _duckdb_hash(value: exp.Expr, of: Type) -> exp.Expr:
    """Of the value in one physical type, since whole numbers and texts are stored in several."""
    kind = types.family(of)
    if kind == "decimal":
        value = cast(value.copy(), types.decimal(types.scale(of)))
    elif kind in ("bigint", "boolean", "date", "double"):
        value = cast(value.copy(), kind)
    else:
        value = cast(value.copy(), "text")
    return exp.Anonymous(this="HASH", expressions=[value])


def _postgres_hash(value: exp.Expr, of: Type) -> exp.Expr:
    """By the type's own hash, which knows what is equal; of whole numbers and times it has 32 bits only, so their text
    is hashed, that of times being their seconds, which no setting of a session changes."""
    kind = types.family(of)
    if kind in ("timestamp", "timestamptz"):
        value = exp.Extract(this=exp.Var(this="EPOCH"), expression=value.copy())
    elif kind != "bigint":
        row = exp.Anonymous(this="ROW", expressions=[value.copy()])
        return exp.Anonymous(this="HASH_RECORD_EXTENDED", expressions=[row, exp.Literal.number(0)])
    text = cast(value.copy(), "text")
    return exp.Anonymous(this="HASHTEXTEXTENDED", expressions=[text, exp.Literal.number(0)])


def _duckdb_bits(register: exp.Expr) -> exp.Expr:
    bounds = [exp.Literal.number(0), exp.Literal.number(REGISTERS - 1)]
    return exp.Anonymous(this="BITSTRING_AGG", expressions=[register, *bounds])


def _postgres_bits(register: exp.Expr) -> exp.Expr:
    width = exp.DataTypeParam(this=exp.Literal.number(REGISTERS))
    none = exp.Repeat(this=exp.Literal.string("0"), times=exp.Literal.number(REGISTERS))
    empty = exp.Cast(this=none, to=exp.DataType(this=exp.DType.BIT, expressions=[width]))
    one = exp.Anonymous(this="SET_BIT", expressions=[empty, register, exp.Literal.number(1)])
    return exp.BitwiseOrAgg(this=one)


_HASHES = {"duckdb": _duckdb_hash, "postgres": _postgres_hash}
_BIT_AGGREGATES = {"duckdb": _duckdb_bits, "postgres": _postgres_bits}


def _masked(hashed: exp.Expr, mask: int) -> exp.Expr:
    return exp.BitwiseAnd(this=hashed.copy(), expression=exp.Literal.number(mask))


def _number(value: float) -> exp.Expr:
    return exp.Neg(this=_number(-value)) if value < 0 else exp.Literal.number(repr(value))
