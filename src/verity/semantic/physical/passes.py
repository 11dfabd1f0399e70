"""The passes over a finished statement, in order."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from verity.semantic.physical.bridges import keys_before_names
from verity.semantic.physical.chosen import chosen_in_one_pass
from verity.semantic.physical.conditions import conditions_before_joins
from verity.semantic.physical.counted import filters_before_groups
from verity.semantic.physical.numbered import texts_as_numbers
from verity.semantic.physical.periods import periods_as_numbers
from verity.semantic.physical.shared import shared_reads
from verity.semantic.physical.stages import stages
from verity.semantic.physical.tables import Reading
from verity.semantic.work import Work

PASSES: tuple[Callable[[exp.Expr, Reading], bool], ...] = (
    chosen_in_one_pass,  # the last value of each period without a second look
    filters_before_groups,  # rows that no aggregate counts are not read
    shared_reads,  # what is read twice alike is read once
    keys_before_names,  # distinct pairs over a bridge by key
    stages,  # by what is stored, names and periods after
    conditions_before_joins,  # on a small table's text, once for each of its rows
    texts_as_numbers,  # percentiles by a number that stands for a text
    periods_as_numbers,  # a period that nothing reads is grouped by its number
)


def physical(work: Work, statement: exp.Expr) -> exp.Expr | None:
    """A copy of the statement that has the same rows and is answered faster; None where none is."""
    reading = Reading(work)
    if not any(reading.is_large(select) for select in statement.find_all(exp.Select)):
        return None
    made = statement.copy()
    changed = [run(made, reading) for run in PASSES]
    return made if any(changed) else None
