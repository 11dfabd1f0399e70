"""The lines of a check's verdict."""

from __future__ import annotations

from collections.abc import Sequence

from verity.contracts.run import StageLine
from verity.data.finding import Finding
from verity.exceptions import DictionaryError, VerityError


def ok(name: str, message: str, *, rows: int | None = None) -> StageLine:
    """Something that holds."""
    return StageLine(name=name, status="ok", message=message, rows=rows)


def warned(name: str, code: str, message: str, remedy: str, *, rows: int | None = None) -> StageLine:
    """Something to look at."""
    return StageLine(name=name, status="warn", code=code, message=message, remedy=remedy, rows=rows)


def failed(name: str, code: str, message: str, remedy: str) -> StageLine:
    """Something that makes numbers wrong or refused."""
    return StageLine(name=name, status="failed", code=code, message=message, remedy=remedy)


def number_of(count: int, one: str, several: str) -> str:
    """`1 row has`, `2 rows have`."""
    return f"{count:,} {one if count == 1 else several}"


def of_finding(finding: Finding, name: str) -> StageLine:
    """A remark about a member, or where it is about none, about the part called `name`."""
    message = f"{finding.place}: {finding.message}" if finding.place else finding.message
    make = failed if finding.level == "error" else warned
    return make(finding.member or name, finding.code, message, finding.remedy)


def of_findings(name: str, findings: Sequence[Finding], holds: str) -> tuple[StageLine, ...]:
    """The remarks, or that there are none."""
    return tuple(of_finding(finding, name) for finding in findings) or (ok(name, holds),)


def of_error(name: str, error: VerityError) -> StageLine:
    """An error as a line."""
    place = f"{error.place}: " if isinstance(error, DictionaryError) and error.place else ""
    return failed(name, error.code, f"{place}{error.message.removeprefix(place)}", error.remedy)
