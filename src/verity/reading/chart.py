"""A small memoised chart parser: rules as data, every derivation, each word used once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verity.reading.lattice import Edge, Lattice

MOST_DERIVATIONS = 400
"""Of one symbol at one place. A question that has more is refused as too complex, never cut short."""


class TooComplex(Exception):
    """More derivations than are followed."""


@dataclass(frozen=True)
class Rule:
    """`build` receives one value for each symbol: an Edge for a category (capitals), a built value for a symbol, None
    for an absent optional (`?`). It returns None to refuse the combination."""

    symbols: tuple[str, ...]
    build: Callable[..., Any]


@dataclass(frozen=True)
class Derivation:
    """A symbol over the tokens up to `end`: what it means, and the edges that it used."""

    end: int
    value: Any
    edges: tuple[Edge, ...]


def rule(symbols: str, build: Callable[..., Any]) -> Rule:
    """A rule from its symbols in one text: `PREP? DET? column IS? values`."""
    return Rule(tuple(symbols.split()), build)


class Chart:
    """The derivations of one lattice under one grammar, found on demand."""

    def __init__(self, lattice: Lattice, rules: Mapping[str, Sequence[Rule]]) -> None:
        self.rules = rules
        self._memo: dict[tuple[str, int], tuple[Derivation, ...]] = {}
        self._edges: dict[tuple[str, int], tuple[Derivation, ...]] = {}
        for start, edges in enumerate(lattice.edges):
            for edge in edges:
                key = (edge.category, start)
                self._edges[key] = (*self._edges.get(key, ()), Derivation(edge.end, edge, (edge,)))

    def derive(self, symbol: str, start: int) -> tuple[Derivation, ...]:
        """Every derivation of a symbol that starts at a token. Raises `TooComplex`."""
        if symbol.isupper():
            return self._edges.get((symbol, start), ())
        key = (symbol, start)
        if key not in self._memo:
            self._memo[key] = ()  # no rule is left-recursive; this only keeps a mistake from looping
            self._memo[key] = self._derive(symbol, start)
        return self._memo[key]

    def _derive(self, symbol: str, start: int) -> tuple[Derivation, ...]:
        found: dict[tuple[int, Any], Derivation] = {}
        for each in self.rules[symbol]:
            for end, values, edges in self._sequence(each.symbols, start):
                value = each.build(*values)
                if value is not None and end > start:
                    found.setdefault((end, value), Derivation(end, value, edges))
                    if len(found) > MOST_DERIVATIONS:
                        raise TooComplex
        return tuple(found.values())

    def _sequence(
        self, symbols: tuple[str, ...], start: int
    ) -> Iterator[tuple[int, tuple[Any, ...], tuple[Edge, ...]]]:
        if not symbols:
            yield start, (), ()
            return
        head, rest = symbols[0], symbols[1:]
        for first in self.derive(head.rstrip("?"), start):
            for end, values, edges in self._sequence(rest, first.end):
                yield end, (first.value, *values), (*first.edges, *edges)
        if head.endswith("?"):
            for end, values, edges in self._sequence(rest, start):
                yield end, (None, *values), edges
