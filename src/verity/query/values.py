"""The distinct values of dimension columns, which the reading of questions matches words with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from verity.contracts.metric import Condition, GroupBy, MetricQuery
from verity.data.catalog import Catalog
from verity.data.members import CatalogColumn
from verity.exceptions import QueryError
from verity.semantic.types import family, logical

MOST_VALUES = 100_000
"""Values of one column; a column with more is marked truncated."""

Read = Callable[[MetricQuery], pa.Table]


@dataclass(frozen=True, slots=True)
class MemberValues:
    """The values of one dimension as text, in code point order, and whether there were more."""

    member: str
    values: tuple[str, ...]
    truncated: bool = False


def read_values(catalog: Catalog, read: Read) -> tuple[MemberValues, ...]:
    """The values of every dimension column on offer. A column that cannot be read has none."""
    return tuple(found for member in _members(catalog) if (found := _values(member, read)) is not None)


def _members(catalog: Catalog) -> Iterator[str]:
    for dimension in catalog.dimensions():
        if _is_valued(dimension.column):
            yield dimension.member


def _is_valued(column: CatalogColumn) -> bool:
    personal = column.entry is not None and bool(column.entry.pii)
    return column.kind == "dimension" and family(logical(column.type)) in ("text", "boolean") and not personal


def _values(member: str, read: Read) -> MemberValues | None:
    query = MetricQuery(
        by=(GroupBy(dimension=member),),
        filters=(Condition(member=member, op="is_not_null"),),
        limit=MOST_VALUES + 1,
    )
    try:
        table = read(query)
    except QueryError:  # a column whose definition is wrong: `verity check` says so
        return None
    texts = [_text(value) for value in table.column(0).to_pylist()]
    return MemberValues(member, tuple(texts[:MOST_VALUES]), truncated=len(texts) > MOST_VALUES)


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
