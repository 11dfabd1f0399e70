"""What a query by name gives in Python: rows that become Arrow, pandas or polars, and show themselves in a notebook."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from types import ModuleType
from typing import TYPE_CHECKING, Any

from verity.contracts.metric import MetricQuery
from verity.contracts.question import Evidence
from verity.contracts.table import Cell, Column, Table
from verity.core.number_format import format_cell
from verity.exceptions import PackageMissing

if TYPE_CHECKING:
    import pyarrow as pa

SHOWN = 20
"""Rows of a repr; the rest is counted."""
_NONE = "-"


@dataclass(frozen=True, repr=False)
class QueryAnswer:
    """Rows of a MetricQuery with what they rest on. `len(answer)` rows; iterating gives each row as a dict.

    `table` holds JSON cells (decimals and times as text); `arrow()`, `pandas()` and `polars()` hold typed values.
    """

    query: MetricQuery
    table: Table
    evidence: Evidence
    partial: str | None = None
    """The start of the last period of the plan, where the range or today cuts that period short."""

    @property
    def cut_period(self) -> str | None:
        """`partial`, where the rows show that period."""
        if self.partial is None:
            return None
        times = [i for i, column in enumerate(self.table.columns) if column.role == "time" and column.grain]
        shown = {str(row[i])[: len(self.partial)] for row in self.table.rows for i in times if row[i] is not None}
        return self.partial if self.partial in shown else None

    def __len__(self) -> int:
        return self.table.row_count

    def __iter__(self) -> Iterator[dict[str, Cell]]:
        names = [column.name for column in self.table.columns]
        return (dict(zip(names, row, strict=True)) for row in self.table.rows)

    def arrow(self) -> pa.Table:
        """The rows as an Arrow table: decimal128, date32, timestamp[us], int64, double, string, bool."""
        from verity.query.results import arrow_of

        return arrow_of(self.table)

    def pandas(self) -> Any:
        """The rows as a pandas DataFrame on Arrow types, so that decimals stay exact. Raises `PackageMissing`."""
        frames = _package("pandas")
        return self.arrow().to_pandas(types_mapper=frames.ArrowDtype)

    def polars(self) -> Any:
        """The rows as a polars DataFrame. Raises `PackageMissing`."""
        return _package("polars").from_arrow(self.arrow())

    def __repr__(self) -> str:
        heads = [column.name for column in self.table.columns]
        rows = [self._shown(row) for row in self.table.rows[:SHOWN]]
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        right = [column.role == "metric" for column in self.table.columns]
        lines = [_line(cells, widths, right) for cells in (heads, ["-" * width for width in widths], *rows)]
        return "\n".join([*lines, f"({self._counted()})"])

    def _repr_html_(self) -> str:
        heads = "".join(f"<th>{escape(column.name)}</th>" for column in self.table.columns)
        body = "".join(f"<tr>{self._html_cells(row)}</tr>" for row in self.table.rows[:SHOWN])
        notes = "; ".join(f"{m.name} {m.version}: {m.sql}" for m in self.evidence.metrics)
        caption = f"<caption>{escape(self._counted())}</caption>"
        return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table><p>{escape(notes)}</p>"

    def _html_cells(self, row: tuple[Cell, ...]) -> str:
        sides = ["right" if column.role == "metric" else "left" for column in self.table.columns]
        cells = zip(self._shown(row), sides, strict=True)
        return "".join(f'<td style="text-align: {side}">{escape(text)}</td>' for text, side in cells)

    def _shown(self, row: tuple[Cell, ...]) -> list[str]:
        return [_cell(value, column) for value, column in zip(row, self.table.columns, strict=True)]

    def _counted(self) -> str:
        count = self.table.row_count
        rows = f"{count:,} row{'' if count == 1 else 's'}"
        more = f", {count - SHOWN:,} not shown" if count > SHOWN else ""
        more += f", the period from {self.cut_period} on is not complete" if self.cut_period else ""
        more += "".join(f", {one.words().rstrip('.')}" for one in self.evidence.estimates if one.error != 0)
        return rows + more + (", cut at the row cap: more exist" if self.table.truncated else "")


def _cell(value: Cell, column: Column) -> str:
    return _NONE if value is None else format_cell(value, column, "en", with_unit=False)


def _line(cells: list[str], widths: list[int], right: list[bool]) -> str:
    sides = zip(cells, widths, right, strict=True)
    return "  ".join(c.rjust(width) if to_right else c.ljust(width) for c, width, to_right in sides).rstrip()


def _package(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise PackageMissing(name) from None
