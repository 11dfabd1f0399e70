"""Refuse what the dictionary says has no meaning: `not_by`, `only_by`, `requires_filters`, too fine a grain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verity.contracts.metric import GRAINS
from verity.exceptions import NotMeaningful, QueryInvalid
from verity.semantic import types
from verity.semantic.metrics import Metric
from verity.semantic.work import Asked, Both, Either, Leaf, Node, Work


def check_meaning(work: Work) -> None:
    """Raise `NotMeaningful` naming the metric and what it may not be asked by, or lacks."""
    for dimension in work.dimensions:
        _check_grain(dimension)
    for metric in (*work.metrics, *work.compared):
        for part in _with_parts(work, metric):
            _check_metric(work, part)


def _with_parts(work: Work, metric: Metric) -> Iterator[Metric]:
    yield metric
    for part in metric.parts:
        yield from _with_parts(work, work.model.metric(part))


def _check_metric(work: Work, metric: Metric) -> None:
    entry = metric.entry
    for dimension in work.dimensions:
        if _is_any(dimension, entry.not_by):
            raise NotMeaningful(
                f"'{metric.member}' has no meaning by '{dimension.member}'", remedy="Leave that dimension out."
            )
        if entry.only_by and not _is_any(dimension, entry.only_by):
            raise NotMeaningful(
                f"'{metric.member}' has a meaning only by {', '.join(entry.only_by)}, not by '{dimension.member}'",
                remedy="Leave that dimension out.",
            )
        finest = entry.smallest_grain
        if finest and dimension.grain and GRAINS.index(dimension.grain) < GRAINS.index(finest):
            raise NotMeaningful(
                f"'{metric.member}' has no meaning finer than by {finest}", remedy=f"Ask by {finest} or coarser."
            )
    conditions = list(_certain(work.where))
    for needed in entry.requires_filters:
        if not any(_is_any(condition, (needed,)) for condition in conditions):
            raise NotMeaningful(
                f"'{metric.member}' has a meaning only with a filter on '{needed}'",
                remedy=f"Add a filter on '{needed}'.",
            )


def _certain(nodes: Iterable[Node]) -> Iterator[Asked]:
    """The columns that every row is filtered by: those of the top level, not those of one branch of an OR."""
    for node in nodes:
        if isinstance(node, Leaf) and isinstance(node.on, Asked):
            yield node.on
        elif isinstance(node, Both):
            yield from _certain(node.parts)
        elif isinstance(node, Either):
            branches = [{asked.member: asked for asked in _certain([part])} for part in node.parts]
            yield from (asked for name, asked in branches[0].items() if all(name in other for other in branches))


def _is_any(dimension: Asked, names: tuple[str, ...]) -> bool:
    member = dimension.member
    return any(name == member or member.endswith(f".{name}") for name in names)


def _check_grain(dimension: Asked) -> None:
    if dimension.at is None or dimension.grain is None:
        return
    of = types.logical(dimension.at.column.type)
    if of is not None and types.family(of) not in types.TEMPORAL:
        raise QueryInvalid(
            f"'{dimension.member}' is {of}, and only dates and times have a grain", remedy="Leave the grain out."
        )
