"""Mutated questions under policies, through the one governed path: no row leaked, no hidden name told, LEFT JOINs kept.

The expected rows are those of the same question over tables from which everything withheld was taken away beforehand.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError

from tests.proof.compare import same_rows
from tests.proof.mutations import hostile, known, mutated
from tests.proof.oracle import answer
from tests.proof.oracle_paths import Refused
from tests.proof.policies import add_policies, hidden_names, left_for, make_principal, withheld_marks
from tests.proof.question import Question
from tests.proof.questions import Questions
from tests.proof.world import World
from tests.proof.worlds import make_world
from tests.small_orders import MemoryEngine, dictionary_of
from verity.contracts.identity import Principal
from verity.contracts.metric import MetricQuery
from verity.exceptions import VerityError
from verity.query.service import QueryService

SEED = int(os.environ.get("VERITY_SEED", "11"))
ASKED = int(os.environ.get("VERITY_PROOF_POLICIES", "80"))
EACH = 10
PRINCIPALS = 2
_JOIN = re.compile(r"(\w+) JOIN\b")


class Proof:
    """One world, its service, and what one principal may be told."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - a seed must repeat
        self.world = make_world(seed)
        add_policies(self.rng, self.world)
        rows = {
            name: [tuple(row[c] for c in table.columns) for row in table.rows]
            for name, table in self.world.tables.items()
        }
        self.engine = MemoryEngine(self.world.columns(), rows)
        dictionary = dictionary_of(self.world.described())
        self.service = QueryService(self.engine, lambda: dictionary)
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []

    def principal(self, number: int) -> None:
        """Ask as one principal."""
        who = make_principal(self.rng, number)
        left = left_for(self.world, who)
        secrets = hidden_names(self.world, left), withheld_marks(self.world, left)
        drawn = Questions(self.rng, left if left.tables else self.world)
        for _ in range(EACH):
            question = drawn.draw()
            if self.rng.random() < 0.75:
                question = mutated(self.rng, self.world, question)
            if self.rng.random() < 0.25:
                self._hostile(hostile(self.rng, self.world, question), who, secrets)
            else:
                self._asked(question, who, left, secrets)
        self._listed(who, secrets)

    def _asked(self, question: Question, who: Principal, left: World, secrets: tuple[set[str], set[str]]) -> None:
        self.counts["asked"] += 1
        try:
            known(left, question)
            expected: Any = answer(left, question).rows
        except Refused as refused:
            expected = refused
        document = question.document()
        got = self._run(document, who, secrets)
        refused_both = isinstance(expected, Refused) and isinstance(got, VerityError)
        self.counts["refused"] += refused_both
        same = refused_both or (isinstance(got, list) and isinstance(expected, list) and same_rows(expected, got))
        if not same:
            self.faults.append(f"{who}\n{document}\nexpected {expected}\ngot {got}")

    def _hostile(self, document: dict[str, Any], who: Principal, secrets: tuple[set[str], set[str]]) -> None:
        self.counts["asked"] += 1
        self.counts["hostile"] += 1
        self._run(document, who, secrets)

    def _run(self, document: dict[str, Any], who: Principal, secrets: tuple[set[str], set[str]]) -> Any:
        """Rows or a coded error; everything that is told is held against the secrets."""
        try:
            query = MetricQuery.model_validate(document)
        except ValidationError:
            self.counts["no query"] += 1
            return Refused("no query")
        try:
            table = self.service.arrow(query, who)
            words, plan, sql = self.service.explain(query, who)
        except VerityError as error:
            self._held(document, f"{error.message} {error.remedy} {getattr(error, 'choices', '')}", secrets)
            return error
        self.counts["answered"] += 1
        rows = [tuple(row.values()) for row in _pylist(table)]
        self._held(document, f"{words} {json.dumps(plan)} {sql} {table.schema}", (secrets[0], set()))
        self._held(document, json.dumps(rows, default=str), (set(), secrets[1]))
        joins = Counter(_JOIN.findall(sql))
        self.counts["joins kept LEFT"] += joins["LEFT"]
        if set(joins) - {"LEFT", "SEMI"}:  # a SEMI JOIN is an EXISTS: a condition, which brings no row of its own
            self.faults.append(f"{document}\na join that is not LEFT: {sql}")
        return rows

    def _held(self, document: dict[str, Any], told: str, secrets: tuple[set[str], set[str]]) -> None:
        """Nothing hidden is told that the question did not name itself."""
        asked = json.dumps(document, ensure_ascii=False).lower()
        names = {n for n in secrets[0] if re.search(rf"\b{re.escape(n)}\b", told) and n.lower() not in asked}
        marks = {m for m in secrets[1] if f'"{m}"' in told}
        self.counts["rows leaked"] += len(marks)
        if names or marks:
            self.faults.append(f"{document}\ntold {sorted(names)} {sorted(marks)}: {told}")

    def _listed(self, who: Principal, secrets: tuple[set[str], set[str]]) -> None:
        """The lists of members and of values."""
        told = repr(self.service.members(who)) + repr(self.service.values(who))
        names = {n for n in secrets[0] if re.search(rf"\b{re.escape(n)}\b", told)}
        marks = {m for m in secrets[1] if f"'{m}'" in told}
        if names or marks:
            self.faults.append(f"listed {sorted(names)} {sorted(marks)}")


def _pylist(table: Any) -> list[dict[int, Any]]:
    columns = [column.to_pylist() for column in table.columns]
    return [dict(enumerate(row)) for row in zip(*columns, strict=True)]


@pytest.mark.timeout(0)
def test_mutated_questions_under_policies_leak_nothing() -> None:
    totals: Counter[str] = Counter()
    faults: list[str] = []
    for number in range(max(1, ASKED // (EACH * PRINCIPALS))):
        proof = Proof(SEED * 1_000_003 + number)
        try:
            for i in range(PRINCIPALS):
                proof.principal(i)
        finally:
            proof.engine.close()
        totals += proof.counts
        faults += [f"world {SEED * 1_000_003 + number}: {fault}" for fault in proof.faults]
        if len(faults) >= 20:
            break
    print(
        f"told: seed {SEED}: {dict(sorted(totals.items()))}, rows leaked {totals['rows leaked']}, faults {len(faults)}"
    )
    assert not faults, "\n\n".join(faults[:8])
    assert totals["asked"] >= ASKED // 2
