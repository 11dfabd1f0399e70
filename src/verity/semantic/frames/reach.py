"""Accumulations: a leaf over a rolling window, a period to date, or all time, up to the end of each period."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from verity.exceptions import NotSupported
from verity.semantic.work import Frame, Work

Read = tuple[exp.Select, dict[int, exp.Expr], dict[str, exp.Expr]]


def planned_reach(work: Work, frame: Frame) -> None:
    raise NotSupported("not yet", remedy="")


def reached(work: Work, frame: Frame) -> Iterator[Read]:
    raise NotSupported("not yet", remedy="")
