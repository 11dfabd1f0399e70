"""Sheets of Excel and OpenDocument workbooks as Arrow, through calamine (extra `excel`).

The first row with a cell is the header. A column is a number, date, timestamp, time or boolean where every cell is;
else it is text. A workbook is read whole: the format allows nothing else.
"""

from __future__ import annotations

import datetime as dt
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verity.exceptions import FileUnreadable, MissingExtra, SourceEmpty

if TYPE_CHECKING:
    import pyarrow as pa

_REMEDY = "Open it, save it as .xlsx, and try again; or export the sheet as CSV."


def sheets_of(path: Path) -> tuple[str, ...]:
    """Names of the sheets that hold cells, in their order.

    Raises `MissingExtra`, `FileUnreadable`, `SourceEmpty` for a workbook without cells.
    """
    workbook = _open(path)
    names = tuple(name for name in workbook.sheet_names if workbook.get_sheet_by_name(name).height)
    if not names:
        raise SourceEmpty(f"{path}: no sheet in it holds a cell", remedy="Put a header row and rows into it.")
    return names


def read_sheet(path: Path, sheet: str | None) -> pa.Table:
    """One sheet as an Arrow table (the first with cells where `sheet` is None). Raises as `sheets_of`, and
    `FileUnreadable` for a sheet that is not there or whose header names one column twice."""
    workbook = _open(path)
    name = sheet if sheet is not None else sheets_of(path)[0]
    if name not in workbook.sheet_names:
        known = ", ".join(workbook.sheet_names)
        raise FileUnreadable(path, f"no sheet '{name}'", remedy=f"Its sheets are {known}.")
    rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=True)
    return _table(path, name, rows)


def _open(path: Path) -> Any:  # calamine ships no types
    if find_spec("python_calamine") is None:
        raise MissingExtra("excel", "reading Excel files")
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as fault:
        raise FileUnreadable(path, f"not readable as a workbook ({fault})", remedy=_REMEDY) from None


def _table(path: Path, sheet: str, rows: list[list[Any]]) -> pa.Table:
    import pyarrow as pa

    header = [str(cell).strip() or f"column{place}" for place, cell in enumerate(rows[0], 1)] if rows else []
    twice = sorted({name for name in header if [h.lower() for h in header].count(name.lower()) > 1})
    if twice:
        raise FileUnreadable(
            path, f"sheet '{sheet}' has several columns named '{twice[0]}'", line=1, remedy="Rename one."
        )
    columns = [[_cell(row[place] if place < len(row) else "") for row in rows[1:]] for place in range(len(header))]
    return pa.table({name: _array(cells) for name, cells in zip(header, columns, strict=True)})


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value if value != "" else None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _array(cells: list[Any]) -> pa.Array:
    import pyarrow as pa

    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds <= {int, float} and float in kinds:
        return pa.array([None if cell is None else float(cell) for cell in cells], pa.float64())
    if kinds == {dt.date, dt.datetime}:
        moments = [dt.datetime.combine(c, dt.time()) if type(c) is dt.date else c for c in cells]
        return pa.array(moments, pa.timestamp("us"))
    for kind, arrow in ((int, pa.int64()), (bool, pa.bool_()), (dt.date, pa.date32()), (dt.time, pa.time64("us"))):
        if kinds == {kind}:
            return pa.array(cells, arrow)
    if kinds == {dt.datetime}:
        return pa.array(cells, pa.timestamp("us"))
    return pa.array([None if cell is None else str(cell) for cell in cells], pa.string())
