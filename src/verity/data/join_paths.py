"""Find the ways from one table to another over named joins. Cycles end, and the work is bounded."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

Path = tuple[str, ...]

MOST_CHOICES = 10
"""Paths reported at most: more choices help nobody to choose."""
MOST_STEPS = 5_000
"""Partial paths followed at most in one search, about 10 ms."""


class Hop(NamedTuple):
    """One join that may be taken."""

    join: str
    target: str


Graph = Mapping[str, tuple[Hop, ...]]
"""The hops that leave each table."""


def find_paths(graph: Graph, root: str, target: str, most: int = MOST_CHOICES) -> tuple[Path, ...]:
    """Every simple path (no table twice) from root to target, shortest first, `most` at most.

    A table reaches itself by the empty path alone; a self-join is asked for by name. Breadth first, and only through
    tables that can still reach the target, so that thousands of unrelated tables cost nothing.
    """
    if root == target:
        return ((),)
    leading = _tables_that_reach(graph, target, root)
    if root not in leading:
        return ()
    found: list[Path] = []
    waiting: deque[tuple[str, Path, frozenset[str]]] = deque([(root, (), frozenset({root}))])
    for _ in range(MOST_STEPS):
        if not waiting or len(found) >= most:
            break
        table, path, seen = waiting.popleft()
        for hop in graph.get(table, ()):
            if hop.target == target:
                found.append((*path, hop.join))
            elif hop.target in leading and hop.target not in seen:
                waiting.append((hop.target, (*path, hop.join), seen | {hop.target}))
    return tuple(found[:most])


def reachable(graph: Graph, root: str) -> frozenset[str]:
    """Every table that some path leads to, the root included."""
    return _spread(root, lambda table: (hop.target for hop in graph.get(table, ())))


def ambiguous_targets(graph: Graph, root: str, most_steps: int = 500) -> dict[str, tuple[Path, ...]]:
    """The tables that two or more paths lead to from the root, with the paths (bounded, shortest first)."""
    paths: dict[str, list[Path]] = {}
    waiting: deque[tuple[str, Path, frozenset[str]]] = deque([(root, (), frozenset({root}))])
    for _ in range(most_steps):
        if not waiting:
            break
        table, path, seen = waiting.popleft()
        for hop in graph.get(table, ()):
            if hop.target not in seen:
                paths.setdefault(hop.target, []).append((*path, hop.join))
                waiting.append((hop.target, (*path, hop.join), seen | {hop.target}))
    return {target: tuple(found[:MOST_CHOICES]) for target, found in paths.items() if len(found) > 1}


def _tables_that_reach(graph: Graph, target: str, root: str) -> frozenset[str]:
    """The tables on some walk from root to target."""
    forward = reachable(graph, root)
    backward: dict[str, list[str]] = {}
    for table in forward:
        for hop in graph.get(table, ()):
            backward.setdefault(hop.target, []).append(table)
    return forward & _spread(target, lambda table: backward.get(table, ()))


def _spread(start: str, following: Callable[[str], Iterable[str]]) -> frozenset[str]:
    seen = {start}
    waiting = [start]
    while waiting:
        for table in following(waiting.pop()):
            if table not in seen:
                seen.add(table)
                waiting.append(table)
    return frozenset(seen)
