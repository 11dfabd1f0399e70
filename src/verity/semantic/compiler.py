"""Compile a MetricQuery: the rules, in order, and the statement that they make.

    sql, parameters = compile_query(model, query, accesses=accesses, dialect="duckdb").sql, ...

Each rule is one file of `rules/`. The AST is built in place and printed once; nothing is parsed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlglot import exp

from verity.contracts.metric import MetricQuery
from verity.contracts.question import MetricEvidence
from verity.contracts.table import Column
from verity.data.access import TableAccess
from verity.exceptions import InternalError
from verity.semantic.dialects import collation_of, printed, shown
from verity.semantic.explain import evidence_of, plan_of
from verity.semantic.frames.plan import plan_frames
from verity.semantic.model import Model
from verity.semantic.physical.passes import physical
from verity.semantic.plan import Plan
from verity.semantic.rewrites import rewrite
from verity.semantic.rules.combine import combine
from verity.semantic.rules.frames import write_frames
from verity.semantic.rules.groups import form_scans
from verity.semantic.rules.labels import label_columns
from verity.semantic.rules.meaning import check_meaning
from verity.semantic.rules.members import resolve_members
from verity.semantic.rules.order import order_rows
from verity.semantic.rules.paths import find_paths
from verity.semantic.rules.scans import write_scans
from verity.semantic.rules.supported import refuse_unsupported
from verity.semantic.rules.totals import add_totals
from verity.semantic.work import Fact, Value, Work

RULES: tuple[Callable[[Work], None], ...] = (
    refuse_unsupported,  # nothing is ignored
    resolve_members,  # names become members that the principal may see
    check_meaning,  # what the dictionary says is meaningless is refused
    plan_frames,  # what else is read: earlier periods, longer ones, fewer dimensions
    form_scans,  # each metric at its own root; one root, one scan
    find_paths,  # joins from each root to every dimension and filter; ambiguity is an error
    write_scans,  # policies inside, de-duplication, semi-joins
    write_frames,  # the same for what else is read
    label_columns,  # names and types belong to the plan
    combine,  # UNION ALL of aggregated groups; derived metrics last; conditions on metrics
    order_rows,  # a total order
)


LEVEL_RULES = RULES[RULES.index(plan_frames) : RULES.index(order_rows)]
"""What a total's level goes through: its members are resolved, and it has no order of its own."""


PHYSICAL = frozenset({"duckdb"})
"""The dialects whose engine was measured to gain from another statement than the plan's."""


@dataclass(slots=True)
class Planned:
    """The statement as the plan says it; None where another one runs, until somebody looks at it."""

    statement: exp.Select | None


@dataclass(frozen=True)
class Compiled:
    """A query ready to run. `sql` holds `$1`, `$2`... for `parameters`; `columns` name and type the result in order."""

    query: MetricQuery
    sql: str
    parameters: tuple[Value, ...]
    columns: tuple[Column, ...]
    dialect: str
    work: Work
    runs: exp.Expr
    """The statement whose text `sql` is."""
    planned: Planned
    """Shared by all that is compiled from one shape."""

    @property
    def statement(self) -> exp.Select:
        """The statement as the plan says it: what is shown, recorded and held against rollups. To be read only.

        Where another one runs it is made anew, once a shape: copying it beforehand took a third of compiling.
        """
        if self.planned.statement is None:
            work = self.work
            made = _planned(Work(
                work.model, self.query, work.accesses, work.collation, today=work.today, proven=work.proven
            ))  # fmt: skip
            rewrite(made, self.dialect)
            self.planned.statement = made
        return self.planned.statement

    @cached_property
    def display(self) -> str:
        """The SQL for people: indented, with the values in it. Never executed."""
        return shown(self.statement, self.parameters, self.dialect)

    @cached_property
    def metrics(self) -> tuple[MetricEvidence, ...]:
        """Which definitions were used, with their versions."""
        return evidence_of(self.work)

    @cached_property
    def plan(self) -> Plan:
        """The logical plan, for the record and for `--explain`."""
        return plan_of(self.work)


def compile_query(
    model: Model,
    query: MetricQuery,
    *,
    accesses: Mapping[str, TableAccess],
    dialect: str,
    today: date | None = None,
    proven: frozenset[Fact] = frozenset(),
) -> Compiled:
    """Compile for one principal. `model` is of the principal's narrowed catalog, `accesses` are theirs.

    `today` is the caller's, for the mark of a period that is not over; nothing here reads a clock. `proven` is what
    was seen to hold in the data that will be read: joins, declared `integrity: full`, whose every row finds its
    partner, and columns in which no two rows are alike.
    Raises a `QueryError` with a code for everything that cannot be answered as asked.
    """
    work = Work(model, query, accesses, collation_of(dialect), today=today, proven=proven)
    statement = _planned(work)
    is_plan = dialect not in PHYSICAL or not physical(work, statement)
    sql = printed(statement, dialect)
    planned = Planned(statement if is_plan else None)
    return Compiled(query, sql, tuple(work.parameters), tuple(work.columns), dialect, work, statement, planned)


def _planned(work: Work) -> exp.Select:
    """The statement that the rules make."""
    for rule in RULES:
        rule(work)
    add_totals(work, _compile_level)
    if work.statement is None:
        raise InternalError("the compiler made no statement")
    return work.statement


def _compile_level(work: Work) -> None:
    labels = work.labels
    for rule in LEVEL_RULES:
        if rule is combine:
            work.labels = labels  # those of the details
        rule(work)
