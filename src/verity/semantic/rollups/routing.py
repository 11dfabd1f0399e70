"""A whole statement, each of its scans from the cheapest rollup that answers it, with a reason for every other.

The raw statement stays as it is: what is hashed and shown as SQL never depends on which rollups exist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from verity.contracts.rollup import BuiltRollup, RollupVerdict
from verity.exceptions import RollupInvalid
from verity.semantic.dialects import printed
from verity.semantic.expressions import quoted
from verity.semantic.rollups.definition import Definition
from verity.semantic.rollups.filling import table_of
from verity.semantic.rollups.matching import ALIAS, Missed, Rewritten, like, rewritten
from verity.semantic.rollups.sketches import ERROR
from verity.semantic.work import Fact, Value

SKETCH_ROWS = 64
"""What a row with a sketch counts for in the choice: merging one takes as long as counting some 70 kept keys on DuckDB
(11 and 0.15 microseconds), some 20 on PostgreSQL (18 and 0.9)."""


@dataclass(frozen=True)
class Candidate:
    """A declared rollup, what is built of it, and why it cannot be used now, if it cannot.

    `tail` adds the rows that came after its watermark.
    """

    definition: Definition
    built: BuiltRollup | None
    problem: str = ""
    tail: exp.Select | None = None

    def source(self) -> exp.Expr:
        """What stands in FROM."""
        if self.built is None:
            raise Missed(self.problem or "it is not built")
        table = table_of(self.built.relation, ALIAS)
        if self.tail is None:
            return table
        columns: list[exp.Expr] = [quoted(name, ALIAS) for name in self.built.types]
        covered = exp.Select(expressions=columns, from_=exp.From(this=table))
        union = exp.Union(this=covered, expression=self.tail.copy(), distinct=False)
        named = exp.TableAlias(this=exp.Identifier(this=ALIAS, quoted=True))
        return exp.Subquery(this=union, alias=named)


@dataclass(frozen=True)
class Routed:
    """The statement to run in place of the raw one (None: the raw one), and a verdict on every candidate."""

    sql: str | None
    verdicts: tuple[RollupVerdict, ...]
    statement: exp.Select | None = None
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The members that each rollup, and the reason why it was not used, name."""

    @property
    def sketched(self) -> frozenset[str]:
        """The tables of which it tells counts from sketches."""
        return frozenset(v.rollup.partition(".")[0] for v in self.verdicts if v.error is not None)

    @property
    def used(self) -> tuple[str, ...]:
        """The rollups that the statement reads."""
        return tuple(verdict.rollup for verdict in self.verdicts if verdict.used)


def route(
    statement: exp.Select,
    parameters: Sequence[Value],
    candidates: Mapping[str, Sequence[Candidate]],
    dialect: str,
    proven: frozenset[Fact] = frozenset(),
) -> Routed:
    """Rewrite what can be. `candidates` are by the name of the table that a scan starts at; `proven` are the joins that
    the compiler made INNER."""
    router = _Router(parameters, candidates, proven)
    made = router.walked(statement)
    verdicts = tuple(router.verdicts.values())
    if not router.changed or not isinstance(made, exp.Select):
        return Routed(None, verdicts, None, router.members)
    return Routed(printed(made, dialect), verdicts, made, router.members)


def check_answers_itself(definition: Definition) -> None:
    """Raise `RollupInvalid` unless the rollup answers its own metrics by its own dimensions."""
    source = table_of((None, "main", "rollup"), ALIAS)
    try:
        rewritten(definition.asked, definition, (), {}, source)
    except Missed as missed:
        raise RollupInvalid(
            definition.member,
            f"it does not answer its own metrics: {missed.reason}",
            remedy="Add what is missing to its dimensions, or leave that metric out.",
        ) from None


class _Router:
    def __init__(
        self,
        parameters: Sequence[Value],
        candidates: Mapping[str, Sequence[Candidate]],
        proven: frozenset[Fact],
    ) -> None:
        self._proven = proven
        self._parameters = parameters
        self._candidates = candidates
        self.verdicts: dict[str, RollupVerdict] = {}
        self.members: dict[str, frozenset[str]] = {}
        self.changed = False

    def walked(self, node: exp.Expr) -> exp.Expr:
        """The node with every scan in it routed; a new tree where anything changed."""
        if isinstance(node, exp.Select):
            made = self._chosen(node)
            if made is not None:
                self.changed = True
                return made
        if not any(isinstance(found, exp.Select) for found in node.walk() if found is not node):
            return node.copy()
        return like(node, {key: self._each(value) for key, value in node.args.items()})

    def _each(self, value: object) -> object:
        if isinstance(value, list):
            return [self._each(item) for item in value]
        return self.walked(value) if isinstance(value, exp.Expr) else value

    def _chosen(self, select: exp.Select) -> exp.Select | None:
        """The scan over the cheapest rollup that answers it; None where none does."""
        source = select.args.get("from_")
        candidates = self._candidates.get(source.this.alias if source is not None else "", ())
        fits: list[tuple[int, Candidate, Rewritten]] = []
        for candidate in candidates:
            made = self._tried(select, candidate)
            if made is not None and candidate.built is not None:
                fits.append((candidate.built.rows * (SKETCH_ROWS if made.estimates else 1), candidate, made))
        if not fits:
            return None
        _, best, chosen = min(fits, key=lambda fit: fit[0])
        for _, other, made in fits:
            if other is not best:
                slow = made.estimates and not chosen.estimates
                why = "keeps what is counted, which is read sooner" if slow else "holds fewer rows"
                self._note(other, f"it fits too, but {best.definition.name} {why}")
        tail = ", and the rows after it are read from the table" if best.tail is not None else ""
        error = ERROR if chosen.estimates else None
        self._note(best, f"it is the smallest that holds all that is asked for{tail}", used=True, error=error)
        return chosen.select

    def _tried(self, select: exp.Select, candidate: Candidate) -> Rewritten | None:
        built = candidate.built
        try:
            if built is None or candidate.problem:
                raise Missed(candidate.problem or "it is not built")
            made = self._over(select, candidate, built)
            if built.rows >= built.source_rows and candidate.tail is None:
                raise Missed("it holds as many rows as the table")
            return made
        except Missed as missed:
            self._note(candidate, missed.reason, named=missed.columns)
            return None

    def _over(self, select: exp.Select, candidate: Candidate, built: BuiltRollup) -> Rewritten:
        definition = candidate.definition
        source = select.args["from_"].this
        if source != definition.select.args["from_"].this:
            raise Missed("the table is read in another way")
        return rewritten(select, definition, self._parameters, built.types, candidate.source(), self._proven)

    def _note(
        self,
        candidate: Candidate,
        reason: str,
        *,
        used: bool = False,
        named: tuple[str, ...] = (),
        error: float | None = None,
    ) -> None:
        """One verdict a rollup: that it was used somewhere outweighs that it was not elsewhere."""
        name = candidate.definition.member
        self.members[name] = self.members.get(name, frozenset()) | {*named, *candidate.definition.members}
        known = self.verdicts.get(name)
        if known is not None and (known.used or not used) and known.reason != reason:
            reason = known.reason if known.used else f"{known.reason}; {reason}"
            used = known.used
        if known is not None and error is None:
            error = known.error
        rows, of = (candidate.built.rows, candidate.built.source_rows) if candidate.built else (None, None)
        self.verdicts[name] = RollupVerdict(
            rollup=name, used=used, reason=reason, rows=rows, source_rows=of, error=error
        )
