"""What one principal may see, resolved from the tables' `access`. Deny by default; only the owner passes it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
class ColumnMask:
    """How the cells of a column are shown. `salt`: what `hash` is keyed by; None where the project has no key."""

    kind: str
    salt: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class TableAccess:
    """What a principal sees of one table.

    `any_of` None: every row. Otherwise a row is seen when all rules of one of the groups hold; no group, no row.
    `hidden`: columns that do not exist for this principal. `masked`: columns that exist only as their mask shows them.
    """

    allowed: bool
    any_of: tuple[tuple[ResolvedRule, ...], ...] | None = None
    hidden: frozenset[str] = frozenset()
    masked: tuple[tuple[str, ColumnMask], ...] = ()

    @property
    def open(self) -> bool:
        """True where nothing is held back."""
        return self.allowed and self.any_of is None and not self.hidden and not self.masked


EVERYTHING = TableAccess(allowed=True)
NOTHING = TableAccess(allowed=False)


def access_for(
    dictionary: Dictionary,
    principal: Principal,
    default: Literal["deny", "open"] = "deny",
    *,
    mask_key: str | None = None,
) -> Mapping[str, TableAccess]:
    """The principal's access to every table of the dictionary.

    The owner (and `system`, which answers nobody) sees everything. Anyone else sees a table through their roles: rows
    are the union over roles; a column is shown where every granting role shows it, or one that grants every row does.
    A table without `access` follows `default`; one whose `access` names none of the roles is denied either way.
    `mask_key` is the project's secret, by which masks of the kind `hash` are keyed.
    """
    if principal.kind in ("owner", "system"):
        return dict.fromkeys(dictionary.tables, EVERYTHING)
    return {name: _table_access(entry, principal, default, mask_key) for name, entry in dictionary.tables.items()}


def policy_hash(accesses: Mapping[str, TableAccess]) -> str:
    """SHA-256 hex of what is seen. Equal for two principals exactly if they see the same rows and columns by the same
    rules; a table that is denied leaves it as it is, and so does a new table for one who sees everything."""
    if all(access.open for access in accesses.values()):
        document: object = "everything"
    else:
        document = {name: _canonical(access) for name, access in accesses.items() if access.allowed}
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _table_access(
    entry: TableEntry, principal: Principal, default: Literal["deny", "open"], mask_key: str | None
) -> TableAccess:
    if entry.access is None:
        return EVERYTHING if default == "open" else NOTHING
    granted = [entry.access[role] for role in dict.fromkeys(principal.roles) if role in entry.access]
    if not granted:
        return NOTHING
    hidden = _hidden(granted)
    return TableAccess(
        allowed=True,
        any_of=_any_of(granted, principal.attributes),
        hidden=hidden,
        masked=tuple(
            (name, ColumnMask(kind, _salt(mask_key, entry.table, name) if kind == "hash" else None))
            for name, kind in sorted(_masked(granted).items())
            if name not in hidden
        ),
    )


_LEAST_FIRST = ("null", "redact", "hash", "year")
"""Masks that tell less, first; after them the characters shown, fewest first."""


def _masked(granted: Iterable[AccessEntry]) -> Mapping[str, str]:
    """The mask of each column, as `_hidden` decides between roles; of several masks the one that tells least."""
    masks = [(grant.rows == "all", grant) for grant in granted]
    whole = [grant for all_rows, grant in masks if all_rows]
    named = {name for _, grant in masks for name in grant.columns_masked}
    if not whole:
        return {name: min(_kinds(name, (grant for _, grant in masks)), key=_telling) for name in named}
    showing = {name: [g for g in whole if name not in g.columns_hidden] for name in named}
    return {
        name: min(_kinds(name, roles), key=_telling)
        for name, roles in showing.items()
        if roles and all(name in role.columns_masked for role in roles)
    }


def _kinds(name: str, roles: Iterable[AccessEntry]) -> list[str]:
    return [role.columns_masked[name] for role in roles if name in role.columns_masked]


def _telling(kind: str) -> tuple[int, str]:
    if kind in _LEAST_FIRST:
        return _LEAST_FIRST.index(kind), kind
    return len(_LEAST_FIRST) + int(kind.rpartition("_")[2]), kind


def _salt(key: str | None, table: str, column: str) -> str | None:
    """A key of its own for each column: equal values of two columns have unlike hashes."""
    if key is None:
        return None
    return hmac.new(key.encode(), f"{table}.{column}".encode(), hashlib.sha256).hexdigest()


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
    document: dict[str, object] = {"rows": rows, "hidden": sorted(access.hidden)}
    if access.masked:
        document["masked"] = [
            [name, mask.kind, hashlib.sha256((mask.salt or "").encode()).hexdigest()] for name, mask in access.masked
        ]
    return document
