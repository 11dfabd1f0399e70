"""Find the join path from each scan's root to every dimension, filter and segment. Ambiguity is an error.

Paths to one row come first. A dimension may else lie on the many side (the scan is then de-duplicated); a filter may
even lie across (one row, then many): it is a semi-join.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Literal

from verity.data.members import DimensionMember
from verity.exceptions import AmbiguousMember, NoJoinPath, NotSupported
from verity.semantic.join_graph import JoinGraph, Path
from verity.semantic.model import Place
from verity.semantic.work import Asked, Both, Either, Named, Node, Scan, Work

Use = Literal["dimension", "filter"]
_Finder = Callable[[str, str], list[Path]]


def find_paths(work: Work) -> None:
    """Place every dimension, condition and segment of each scan. Raises `NoJoinPath`, `AmbiguousMember`."""
    for scan in work.scans:
        scan.dimensions = [_place(work, scan, asked, "dimension") for asked in work.dimensions]
        scan.fan_out = frozenset(_fans(work.model.graph, scan))
        if _has_two_lists(work.model.graph, scan):
            raise NotSupported(
                f"'{_subject(scan)}' by {' and '.join(d.member for d in work.dimensions)} would pair the rows of "
                "several lists with each other",
                remedy="Ask by one of them at a time.",
            )
        for on in _placed(work.where):
            scan.places[on] = _place(work, scan, on, "filter")


def _has_two_lists(graph: JoinGraph, scan: Scan) -> bool:
    """Whether two dimensions lie in different lists: each hop to many must lie on the way to the next one."""
    lists = {
        place.path[: i + 1]
        for place in scan.dimensions
        for i, hop in enumerate(graph.walk(scan.root, place.path))
        if hop.to_many
    }
    ordered = sorted(lists, key=len)
    return any(longer[: len(shorter)] != shorter for shorter, longer in pairwise(ordered))


def _fans(graph: JoinGraph, scan: Scan) -> Iterator[Path]:
    for place in scan.dimensions:
        first = graph.first_to_many(scan.root, place.path)
        if first is not None:
            yield place.path[: first + 1]


def _placed(nodes: list[Node] | tuple[Node, ...]) -> Iterator[Asked | Named]:
    for node in nodes:
        if isinstance(node, Both | Either):
            yield from _placed(node.parts)
        elif isinstance(node, Named):
            yield node
        elif isinstance(node.on, Asked):
            yield node.on


def _place(work: Work, scan: Scan, on: Asked | Named, use: Use) -> Place:
    if isinstance(on, Named):
        return Place(_route(work, scan, on.table, (), on.table, on.member, use), "")
    if on.at is None:
        if scan.time is None:
            raise NoJoinPath(_subject(scan), on.member)
        return scan.time
    at: DimensionMember = on.at
    joins = work.model.graph.expanded(at.root, at.joins)
    return Place(_route(work, scan, at.root, joins, at.table, at.member, use), at.column.name)


def _route(work: Work, scan: Scan, root: str, joins: Path, table: str, member: str, use: Use) -> Path:
    """The one path from the scan's root that ends in the member's column, by joins of the same role."""
    key = (scan.root, root, joins, table, use)
    known = work.model.routes.get(key)
    if known is None:
        known = _search(work, scan, root, joins, table, member, use)
        work.model.routes[key] = known
    return known


def _search(work: Work, scan: Scan, root: str, joins: Path, table: str, member: str, use: Use) -> Path:
    graph = work.model.graph
    own = _from_here(graph, scan.root, root, joins)
    if own is not None:
        if use == "dimension" and not _is_countable(graph, scan.root, own):
            raise _pairing(scan, member)
        return own
    finders: tuple[_Finder, ...] = (graph.up, graph.down) + ((graph.across,) if use == "filter" else ())
    for find in finders:
        choices = _conformed(find, scan.root, root, joins, table)
        if use == "dimension":  # one row, then many: rows of two facts would be joined
            choices = [path for path in choices if _is_countable(graph, scan.root, path)]
        if len(choices) == 1:
            return choices[0]
        if (table,) in choices and not joins:
            return (table,)  # `branches.region` read from a table whose own join is called `branches`
        if choices:
            raise _ambiguous(scan, member, choices)
    raise NoJoinPath(_subject(scan), member)


def _from_here(graph: JoinGraph, start: str, root: str, joins: Path) -> Path | None:
    """The rest of the member's own way where it leads through the scan's root: `order.customer.region` of customers."""
    for i in range(len(joins) + 1):
        if graph.target(root, joins[:i]) == start:
            return joins[i:]
    return None


def _is_countable(graph: JoinGraph, root: str, path: Path) -> bool:
    """To one row, or to many at once and from there to one: never one row and then many, but over a declared bridge."""
    hops = list(graph.walk(root, path))
    return not any(later.to_many and not (earlier.to_many or later.bridge) for earlier, later in pairwise(hops))


def _pairing(scan: Scan, member: str) -> NotSupported:
    return NotSupported(
        f"'{_subject(scan)}' by '{member}' goes to one row and from there to many, which would pair two lists",
        remedy="Ask by a column on the way to one row, or filter by it.",
    )


def _conformed(find: _Finder, start: str, root: str, joins: Path, table: str) -> list[Path]:
    """Paths to the same column in the same role: through the dimension's own root, or ending in the same join names."""
    if not joins:
        return find(start, table)
    through = [(*path, *joins) for path in find(start, root)]
    ending = [path for path in find(start, table) if path[-len(joins) :] == joins]
    alike = list(dict.fromkeys((*through, *ending)))
    return alike or [path for path in find(start, table) if path[-1] == joins[-1]]


def _ambiguous(scan: Scan, member: str, choices: list[Path]) -> AmbiguousMember:
    column = member.rsplit(".", 1)[-1]
    error = AmbiguousMember(member, [".".join((scan.root, *path, column)) for path in choices])
    if any("(" in hop for path in choices for hop in path):
        error.remedy = f"Declare a named one_to_many join on '{scan.root}', and ask by that name."
    return error


def _subject(scan: Scan) -> str:
    return scan.metrics[0].member if scan.metrics else scan.root
