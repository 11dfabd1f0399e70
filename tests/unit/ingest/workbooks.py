"""The least that is an .xlsx: a zip of XML with inline strings."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
DATES = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>'


def write_workbook(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    """Write a workbook: sheets by name, rows of cells; dates are dated cells, None is an empty one."""
    listed = "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
    links = [_link(f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("[Content_Types].xml", TYPES)
        book.writestr("_rels/.rels", _links([_link("r1", "officeDocument", "xl/workbook.xml")]))
        book.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>'
        )
        book.writestr("xl/_rels/workbook.xml.rels", _links([*links, _link("rs", "styles", "styles.xml")]))
        book.writestr("xl/styles.xml", f'<styleSheet xmlns="{MAIN}">{DATES}</styleSheet>')
        for number, rows in enumerate(sheets.values(), 1):
            body = "".join(f"<row>{''.join(_cell(value) for value in row)}</row>" for row in rows)
            sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'
            book.writestr(f"xl/worksheets/sheet{number}.xml", sheet)


def _cell(value: object) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, dt.date):
        return f'<c s="1"><v>{(value - dt.date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def _link(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'


def _links(links: list[str]) -> str:
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(links)}</Relationships>'
