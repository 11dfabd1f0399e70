"""Cube access policies as access of roles. What cannot be said exactly denies the role: an import never widens."""

from __future__ import annotations

import re
from typing import Any

from verity.data.mentions import mentions
from verity.interchange import sql
from verity.interchange.cube.dimensions import meant
from verity.interchange.cube.names import Cube, Names, draft_of
from verity.interchange.cursor import Cursor

OPERATORS = {
    "equals": "equals", "notEquals": "not_equals", "gt": "gt", "gte": "gte", "lt": "lt", "lte": "lte",
}  # fmt: skip
ATTRIBUTE = re.compile(r"^\$?\{\s*(?:userAttributes|user_attributes|securityContext|security_context)\.([\w.]+?)\s*\}$")
DENIED = "Until `access` says more by hand, the role is denied."


def read_access(names: Names, cube: Cube) -> None:
    """Every policy of a cube, by role. A cube with policies is closed to every role that none of them opens."""
    draft = draft_of(names.drafts, cube)
    holder = cube.nearest("access_policy", "accessPolicy")
    if holder is None:
        return
    key = "access_policy" if "access_policy" in holder else "accessPolicy"
    access: dict[str, Any] = draft.entry.setdefault("access", {})
    for policy in holder.blocks(key):
        roles = [role for word in ("role", "group", "roles", "groups") for role in policy.names(word)]
        if not roles:
            policy.lost("it names no role", DENIED)
        for role in roles:
            try:
                if _allows_nothing(policy):
                    level = policy.block("row_level")  # a role that `access` leaves out sees nothing
                    if level is not None:
                        level.imported("allow_all")
                    continue
                if role == "*":
                    raise sql.Untranslatable("'*' means everybody, and access in Verity is by role")
                if role in access:
                    raise sql.Untranslatable(f"the role '{role}' has a policy already, and one is kept")
                access[role] = _entry(names, cube, policy)
            except sql.Untranslatable as reason:
                policy.lost(str(reason), DENIED)


def _entry(names: Names, cube: Cube, policy: Cursor) -> dict[str, Any]:
    if "conditions" in policy:
        raise sql.Untranslatable("its conditions are only known when a query runs")
    if "member_masking" in policy:
        raise sql.Untranslatable("it masks members; masks are by column in Verity (`columns_masked`)")
    entry: dict[str, Any] = {"rows": _rows(names, cube, policy.block("row_level"))}
    hidden = _hidden(names, cube, policy.block("member_level"))
    if hidden:
        entry["columns_hidden"] = hidden
    return entry


def _allows_nothing(policy: Cursor) -> bool:
    level = policy.peek("row_level")
    return isinstance(level, dict) and level.get("allow_all") is False and "filters" not in level


def _rows(names: Names, cube: Cube, level: Cursor | None) -> str | list[dict[str, Any]]:
    if level is None:
        return "all"
    if "allow_all" in level:
        if level.flag("allow_all"):
            return "all"
        raise sql.Untranslatable("it allows no row and filters rows")
    rules = [_rule(names, cube, found) for found in level.blocks("filters")]
    if not rules:
        raise sql.Untranslatable("it filters rows by nothing that is known")
    return rules


def _rule(names: Names, cube: Cube, found: Cursor) -> dict[str, Any]:
    if "or" in found or "and" in found:
        raise sql.Untranslatable("rules in Verity all hold; it combines them by and/or")
    member, operator = found.required("member"), found.required("operator")
    named = meant(names, cube, member)
    if named.path or named.name not in draft_of(names.drafts, cube).columns:
        raise sql.Untranslatable(f"rules read columns of the table itself, and '{member}' is none")
    if operator not in OPERATORS:
        raise sql.Untranslatable(f"the operator '{operator}' is none of a row rule")
    values = found.names("values")
    attributes = [match.group(1) for value in values if (match := ATTRIBUTE.match(value))]
    rule: dict[str, Any] = {"column": named.name, "op": OPERATORS[operator]}
    if attributes:
        if len(values) > 1:
            raise sql.Untranslatable("a rule compares with one attribute or with values, not with both")
        return {**rule, "attribute": attributes[0].rpartition(".")[2]}
    if not values or any("{" in value for value in values):
        raise sql.Untranslatable("its values are only known when a query runs")
    raw = found.at("values")
    return {**rule, "values": list(raw.value) if raw is not None and isinstance(raw.value, list) else list(values)}


def _hidden(names: Names, cube: Cube, level: Cursor | None) -> list[str]:
    """Columns that do not exist for the role. Raises `Untranslatable` where a measure would have to vanish."""
    if level is None:
        return []
    dimensions, measures = cube.section("dimensions"), cube.section("measures")
    everything = {*dimensions, *measures, *cube.section("segments")}
    included = set(level.names("includes")) if "includes" in level else {"*"}
    excluded = set(level.names("excludes"))
    kept = (everything if "*" in included else included) - (everything if "*" in excluded else excluded)
    draft = draft_of(names.drafts, cube)
    columns = [name for name in draft.columns if name in dimensions and name not in kept]
    hidden = dict.fromkeys(columns)
    for name in columns:
        text = draft.columns[name].get("sql")
        hidden.update(
            dict.fromkeys(chain[0] for chain in mentions(text or "") if len(chain) == 1 and chain[0] in draft.used)
        )
    left = [name for name in measures if name not in kept and not _vanishes(draft.metrics.get(name), set(hidden))]
    if left:
        raise sql.Untranslatable(f"it withholds measures ({', '.join(left[:5])}), and Verity withholds columns")
    return list(hidden)


def _vanishes(metric: dict[str, Any] | None, hidden: set[str]) -> bool:
    """Whether a metric reads a hidden column, so that it is absent for the role too."""
    if metric is None:
        return True
    text = f"{metric.get('sql') or ''} {metric.get('filter') or ''}"
    return any(chain[0] in hidden for chain in mentions(text))
