"""Make what was read sound: a member that Verity could not use is taken out again, with what is made of it, and its
source marked as lost, so that what is written always loads and checks."""

from __future__ import annotations

import re

from verity.data.catalog import build_catalog
from verity.data.dictionary import make_dictionary
from verity.data.model import TableEntry
from verity.exceptions import ImportInvalid, InternalError
from verity.interchange.drafting import Drafts, Imported, TableDraft
from verity.interchange.patches import KINDS
from verity.semantic.model import Model, load_model
from verity.semantic.rollups.check import check_rollups

_STAND_IN = re.compile(r"LOST_IN_THE_IMPORT_(\d+)")


def finished(drafts: Drafts) -> Imported:
    """Sound tables and the report. Raises `ImportInvalid` where the names or forms cannot be the dictionary's."""
    for draft in drafts.tables.values():
        for name, join in list(draft.joins.items()):
            if join["table"] not in drafts.tables:
                reason = f"Verity cannot use it: nothing called '{join['table']}' was imported"
                _drop(draft, "joins", name, reason)
    tables = _sound(drafts)
    metrics = sum(len(table.metrics) for table in tables.values())
    report = drafts.ledger.report(drafts.tool, tables=len(tables), metrics=metrics, notes=drafts.notes)
    return Imported(tables, report)


def _sound(drafts: Drafts) -> dict[str, TableEntry]:
    """The tables without the members that Verity could not use; each round takes out at least one."""
    told = _stand_ins(drafts)
    left = sum(len(getattr(draft, kind)) for draft in drafts.tables.values() for kind in KINDS) + 1
    for _ in range(left):
        tables = drafts.entries()
        model = load_model(build_catalog(make_dictionary(tables)))
        problems = model.problems
        if not problems:
            return drafts.entries() if _drop_rollups(drafts, model) else tables
        for member, error in problems.items():
            reason = str(error.message)
            found = _STAND_IN.search(reason)
            _drop_member(drafts, member, reason, told[int(found.group(1))] if found is not None else None)
    raise InternalError("an import that never becomes sound", remedy="Please report this model.")


def _stand_ins(drafts: Drafts) -> list[tuple[str, str]]:
    """Put a column that cannot be used where one was lost, so that all that is made of it is found."""
    told: list[tuple[str, str]] = []
    for table, draft in drafts.tables.items():
        for name in sorted(draft.lost - set(draft.columns) - set(draft.patch.get("columns", {}))):
            draft.columns[name] = {"sql": f"lost_in_the_import_{len(told)}(1)"}
            told.append((table, name))
    return told


def _drop_rollups(drafts: Drafts, model: Model) -> bool:
    """Take out rollups and probes that `verity check` would refuse; whether there were any."""
    findings = check_rollups(model)
    for finding in findings:
        table, _, name = str(finding.member).partition(".")
        draft, key = drafts.tables[table], "rollups" if name else "freshness"
        for holder in (draft.entry, draft.patch):
            if name:
                holder.get("rollups", {}).pop(name, None)
            elif key in holder:
                del holder[key]
        origin = draft.origins.get((key, name), draft.cursor)
        origin.lost(f"Verity cannot use it: {finding.message}", finding.remedy)
    return bool(findings)


def _drop_member(drafts: Drafts, member: str, reason: str, lost: tuple[str, str] | None) -> None:
    """Take out a member that cannot be used. `lost` is the table and name of a stand-in that it is made of."""
    table, _, name = member.partition(".")
    draft = drafts.tables[table]
    said = f"{reason.partition(' ')[0]}s"  # the reason begins with the kind: column 'orders.x' cannot be used
    kinds = (said, *KINDS) if said in KINDS else KINDS
    kind = next((k for k in kinds if name in getattr(draft, k) or name in draft.patch.get(k, {})), None)
    if kind is None:
        raise ImportInvalid(
            f"'{member}' cannot be used: {reason}", place=draft.cursor.place, remedy="Please report this model."
        )
    if lost is None:
        _drop(draft, kind, name, f"Verity cannot use it: {reason}")
    elif (table, name, kind) == (*lost, "columns"):  # the stand-in, which was told when it was lost
        draft.columns.pop(name, None)
        draft.forget("columns", name)
    else:
        _drop(draft, kind, name, f"it is made of '{lost[1]}' of '{lost[0]}', which could not be imported")


def _drop(draft: TableDraft, kind: str, name: str, reason: str) -> None:
    getattr(draft, kind).pop(name, None)
    draft.patch.get(kind, {}).pop(name, None)
    draft.forget(kind, name)
    origin = draft.origins.get((kind, name), draft.cursor)
    origin.lost(reason, "Define it by hand in the dictionary.")
