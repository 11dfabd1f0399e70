"""Expressions with other column names: behind a join, or metric names in braces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from tests.proof.expressions import Col, Expr


def prefixed(expr: Expr, join: str) -> Expr:
    """Every column read through a join."""
    return renamed(expr, lambda col: Col(col.name, (join, *col.joins)))


def braced(formula: Expr) -> str:
    """A derived metric's SQL: its columns are metrics."""
    return renamed(formula, lambda col: Col("{" + col.name + "}")).sql()


def renamed(node: Any, rename: Callable[[Col], Expr]) -> Any:
    """A copy of an expression or aggregate with other columns."""
    if isinstance(node, Col):
        return rename(node)
    if isinstance(node, tuple):
        return tuple(renamed(part, rename) for part in node)
    if not is_dataclass(node) or isinstance(node, type):
        return node
    return replace(node, **{f.name: renamed(getattr(node, f.name), rename) for f in fields(node)})
