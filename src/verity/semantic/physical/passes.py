"""The passes over a finished statement, in order."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from verity.semantic.physical.bridges import keys_before_names
from verity.semantic.physical.chosen import chosen_in_one_pass
from verity.semantic.physical.conditions import conditions_before_joins
from verity.semantic.physical.counted import filters_before_groups
from verity.semantic.physical.numbered import PERCENTILES, texts_as_numbers
from verity.semantic.physical.periods import periods_as_numbers
from verity.semantic.physical.shared import shared_reads
from verity.semantic.physical.stages import stages
from verity.semantic.physical.tables import Reading, Statement, looked_through
from verity.semantic.work import Work

Pass = Callable[[Statement, Reading], bool]
PASSES: tuple[tuple[Pass, tuple[type[exp.Expr], ...]], ...] = (
    (chosen_in_one_pass, (exp.Window,)),  # the last value of each period without a second look
    (filters_before_groups, (exp.Filter,)),  # rows that no aggregate counts are not read
    (shared_reads, (exp.Union,)),  # what is read twice alike is read once
    (keys_before_names, (exp.Distinct,)),  # distinct pairs over a bridge by key
    (stages, ()),  # by what is stored, names and periods after
    (conditions_before_joins, (exp.Filter, exp.Case)),  # on a small table's text, once for each of its rows
    (texts_as_numbers, PERCENTILES),  # percentiles by a number that stands for a text
    (periods_as_numbers, (exp.In,)),  # a period that nothing reads is grouped by its number
)
"""Each pass, and what a statement has, any of it, that the pass can change; nothing named: any may."""


def physical(work: Work, statement: exp.Expr) -> bool:
    """Make of the statement, in place, one that has the same rows and is answered faster; False where none is."""
    reading, whole = Reading(work), looked_through(statement)
    if not any(map(reading.is_large, whole.selects)):
        return False
    changed = False
    for run, needs in PASSES:
        if (not needs or not whole.has.isdisjoint(needs)) and run(whole, reading):
            changed = True
            whole = looked_through(statement)
    return changed
