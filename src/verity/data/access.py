"""What one principal may see, resolved from the tables' `access`. Deny by default; only the owner passes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from verity.contracts.identity import AttributeValue, Principal
from verity.data.model import AccessEntry, Dictionary, RowRule, TableEntry

RuleOperator = Literal["equals", "not_equals", "in", "not_in", "gt", "gte", "lt", "lte"]
RuleValue = str | int | bool


@dataclass(frozen=True, slots=True)
class ResolvedRule:
    """One predicate with the principal's own values in it. Reads a physical or derived column of the table, which may
    be one that the principal is not shown."""

    column: str
    op: RuleOperator
    values: tuple[RuleValue, ...]


@dataclass(frozen=True, slots=True)
class TableAccess:
    """What a principal sees of one table.

    `any_of` None: every row. Otherwise a row is seen when all rules of one of the groups hold; no group, no row.
    `hidden`: columns that do not exist for this principal.
    """

    allowed: bool
    any_of: tuple[tuple[ResolvedRule, ...], ...] | None = None
    hidden: frozenset[str] = frozenset()

    @property
    def open(self) -> bool:
        """True where nothing is held back."""
        return self.allowed and self.any_of is None and not self.hidden


EVERYTHING = TableAccess(allowed=True)
NOTHING = TableAccess(allowed=False)


def access_for(
    dictionary: Dictionary, principal: Principal, default: Literal["deny", "open"] = "deny"
) -> Mapping[str, TableAccess]:
    """The principal's access to every table of the dictionary.

    The owner (and `system`, which answers nobody) sees everything. Anyone else sees a table through their roles: rows
    are the union over roles; a column is shown where every granting role shows it, or one that grants every row does.
    A table without `access` follows `default`; one whose `access` names none of the roles is denied either way.
    """
    if principal.kind in ("owner", "system"):
        return dict.fromkeys(dictionary.tables, EVERYTHING)
    return {name: _table_access(entry, principal, default) for name, entry in dictionary.tables.items()}


def policy_hash(accesses: Mapping[str, TableAccess]) -> str:
    """SHA-256 hex of what is seen. Equal for two principals exactly if they see the same rows and columns by the same
    rules; a table that is denied leaves it as it is, and so does a new table for one who sees everything."""
    if all(access.open for access in accesses.values()):
        document: object = "everything"
    else:
        document = {name: _canonical(access) for name, access in accesses.items() if access.allowed}
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _table_access(entry: TableEntry, principal: Principal, default: Literal["deny", "open"]) -> TableAccess:
    if entry.access is None:
        return EVERYTHING if default == "open" else NOTHING
    granted = [entry.access[role] for role in dict.fromkeys(principal.roles) if role in entry.access]
    if not granted:
        return NOTHING
    return TableAccess(allowed=True, any_of=_any_of(granted, principal.attributes), hidden=_hidden(granted))


def _hidden(granted: Iterable[AccessEntry]) -> frozenset[str]:
    """A column is shown where every granting role shows it, or one that grants every row does: no cell is seen that no
    single role allows."""
    hidden = [(grant.rows == "all", frozenset(grant.columns_hidden)) for grant in granted]
    of_all_rows = [columns for whole, columns in hidden if whole]
    if of_all_rows:
        return frozenset.intersection(*of_all_rows)
    return frozenset.union(*(columns for _, columns in hidden))


def _any_of(
    granted: Iterable[AccessEntry], attributes: Mapping[str, AttributeValue]
) -> tuple[tuple[ResolvedRule, ...], ...] | None:
    groups: list[tuple[ResolvedRule, ...]] = []
    for grant in granted:
        if grant.rows == "all":
            return None
        resolved = [_resolve(rule, attributes) for rule in grant.rows]
        if None not in resolved:
            groups.append(tuple(rule for rule in resolved if rule is not None))
    return tuple(dict.fromkeys(groups))


def _resolve(rule: RowRule, attributes: Mapping[str, AttributeValue]) -> ResolvedRule | None:
    """The rule with its values; None where it matches no row, because the attribute is missing or does not fit."""
    if rule.attribute is None:
        return ResolvedRule(rule.column, rule.op, rule.values)
    given = attributes.get(rule.attribute)
    if given is None:
        return None
    values: tuple[RuleValue, ...] = tuple(given) if isinstance(given, list | tuple) else (given,)
    if not values or (rule.op in ("gt", "gte", "lt", "lte") and len(values) != 1):
        return None
    return ResolvedRule(rule.column, rule.op, values)


def _canonical(access: TableAccess) -> object:
    rows: object = "all"
    if access.any_of is not None:
        rows = sorted(sorted(json.dumps([rule.column, rule.op, rule.values]) for rule in g) for g in access.any_of)
    return {"rows": rows, "hidden": sorted(access.hidden)}
