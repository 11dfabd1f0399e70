"""Random numbers by (seed, table, chunk): a chunk's rows never depend on which thread drew another's.

Only the raw words of Philox are used, never numpy's distributions: the raw stream is promised to stay as it is, the
distributions are not, and the same seed has to give the same rows with any numpy.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_TWO_TO_MINUS_53 = 2.0**-53


class Table(IntEnum):
    """One independent family of streams a table."""

    PRODUCTS = 1
    CUSTOMERS = 2
    VENDORS = 3
    EXPENSES = 4
    TRANSACTIONS = 5
    DIRT = 6


class Stream:
    """Uniform numbers of one chunk of one table."""

    def __init__(self, seed: int, table: Table, chunk: int = 0) -> None:
        key = np.array([seed, (int(table) << 32) | chunk], dtype=np.uint64)
        self._words = np.random.Philox(key=key)

    def uniform(self, n: int) -> Floats:
        """`n` numbers in [0, 1), each a multiple of 2**-53."""
        words = np.asarray(self._words.random_raw(n), dtype=np.uint64)
        return (words >> np.uint64(11)).astype(np.float64) * _TWO_TO_MINUS_53

    def below(self, limit: int | Ints, n: int) -> Ints:
        """`n` whole numbers in [0, limit); `limit` may differ by row."""
        return (self.uniform(n) * limit).astype(np.int64)

    def choose(self, weights: Floats, n: int) -> Ints:
        """`n` indexes, each drawn with its weight."""
        return pick(weights, self.uniform(n))

    def order(self, n: int) -> Ints:
        """A permutation of 0..n-1."""
        return np.argsort(self.uniform(n), kind="stable").astype(np.int64)


def pick(weights: Floats, at: Floats) -> Ints:
    """The index whose share of `weights` covers each position of `at` (in [0, 1))."""
    steps = np.cumsum(weights)
    found: Ints = np.searchsorted(steps, at * steps[-1], side="right").astype(np.int64)
    return np.minimum(found, len(weights) - 1)
