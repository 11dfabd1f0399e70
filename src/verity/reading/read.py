"""A question to a Resolution, stage by stage: normalise, lattice, grammar, checks, decide, restate.

tokens -> every reading of every span -> parses that use each word once -> candidate queries -> one, several or none
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from verity.contracts.base import Json
from verity.contracts.metric import AllOf, AnyOf, FilterNode
from verity.contracts.question import Language, Option, Question, Reason, Resolution
from verity.reading.assumptions import assumptions
from verity.reading.candidates import Candidate, candidates
from verity.reading.chart import TooComplex
from verity.reading.choices import Problem
from verity.reading.codes import reason
from verity.reading.decide import MOST_OPTIONS, Check, Decision, ambiguity_code, decide, first_reasons
from verity.reading.diagnose import intent_reasons, unread_words, without_role
from verity.reading.explain import explanation
from verity.reading.frame import Frame
from verity.reading.grammar import Parse, parse
from verity.reading.lattice import Lattice, build_lattice
from verity.reading.leftovers import with_leftovers
from verity.reading.normalise import LONGEST_QUESTION, Token, detect_language, tokens_of
from verity.reading.restate import as_question, restate
from verity.reading.suggest import suggestions
from verity.reading.vocabulary import Vocabulary

MOST_TOKENS = 80
MOST_TRACED = 60
"""Spans kept in the trace."""

__all__ = ["Check", "read_question"]


def read_question(question: Question, vocabulary: Vocabulary, check: Check) -> Resolution:
    """The one entry. Never raises for what a question says; `check` raises VerityError for a query that cannot run."""
    resolution = _read(question, vocabulary, check)
    if resolution.status != "clarify":
        return resolution
    kept = tuple(o for o in resolution.options if _reads_back(o, question, resolution.language, vocabulary, check))
    return resolution.model_copy(update={"options": kept[:MOST_OPTIONS], "status": "clarify" if kept else "refused"})


def _reads_back(option: Option, question: Question, language: Language, vocabulary: Vocabulary, check: Check) -> bool:
    """An option is offered only if asking it is answered, by that query."""
    again = _read(Question(text=option.question, today=question.today, language=language), vocabulary, check)
    return again.status == "resolved" and again.query == option.query


_UNDECIDED = Decision()


@dataclass(frozen=True)
class _Attempt:
    """The question read in one language."""

    lattice: Lattice
    parses: tuple[Parse, ...] = ()
    decision: Decision = _UNDECIDED
    frames: tuple[tuple[Candidate, Frame], ...] = ()
    too_complex: bool = False

    @property
    def rank(self) -> int:
        """How far it came: an answer, a question back, a parse, words all known, nothing."""
        if self.decision.chosen:
            return 0
        if self.decision.asked:
            return 1
        return 2 if self.parses else 3 + bool(self.lattice.uncovered())


def _read(question: Question, vocabulary: Vocabulary, check: Check) -> Resolution:
    if len(question.text) > LONGEST_QUESTION:
        return _refused(question.language or "en", reason("question-too-long", question.language or "en"), vocabulary)
    tokens = tokens_of(question.text)
    languages = detect_language(tokens, vocabulary.value_words)
    speaks: Language = question.language or languages[0]
    if not tokens or len(tokens) > MOST_TOKENS:
        code = "question-too-long" if tokens else "empty-question"
        return _refused(speaks, reason(code, speaks), vocabulary)
    explained = explanation(tokens, vocabulary, speaks)
    if explained is not None:
        return Resolution(status="resolved", language=speaks, explain=explained, reading=_trace_explain(tokens))
    shouted = question.text == question.text.upper()
    attempts = []
    for language in dict.fromkeys((*languages, *((question.language,) if question.language else ()))):
        attempts.append(_attempt(tokens, vocabulary, check, question.today, language, shouted))
        if attempts[-1].rank == 0:
            break
    best = min(attempts, key=lambda attempt: attempt.rank)
    return _resolution(best, vocabulary, question.language or best.lattice.language, tokens)


def _attempt(
    tokens: tuple[Token, ...], vocabulary: Vocabulary, check: Check, today: date, language: Language, shouted: bool
) -> _Attempt:
    lattice = with_leftovers(build_lattice(tokens, vocabulary, today, language, shouted), vocabulary)
    if lattice.uncovered():
        return _Attempt(lattice)
    try:
        parses = parse(lattice)
    except TooComplex:
        return _Attempt(lattice, too_complex=True)
    frames = tuple((candidate, p.frame) for p in parses for candidate in candidates(p, vocabulary))
    return _Attempt(lattice, parses, decide([candidate for candidate, _ in frames], check), frames)


def _resolution(attempt: _Attempt, vocabulary: Vocabulary, language: Language, tokens: tuple[Token, ...]) -> Resolution:
    decision = attempt.decision
    trace = _trace(attempt, tokens)
    if decision.chosen is not None:
        return _resolved(decision.chosen, attempt, vocabulary, language, trace)
    if decision.asked:
        reasons = [_reason_of(problem, language) for problem in decision.problems]
        if len(decision.asked) > 1 and not reasons:
            reasons = [reason(ambiguity_code(decision.asked), language)]
        options = tuple(
            Option(question=as_question(c.query, vocabulary.catalog, language), query=c.query)
            for c in decision.asked[: MOST_OPTIONS * 2]
        )
        return Resolution(
            status="clarify", language=language, options=options, reasons=first_reasons(reasons),
            suggestions=suggestions(tokens, vocabulary, language), reading=trace,
        )  # fmt: skip
    return Resolution(
        status="refused", language=language, reasons=first_reasons(_why_not(attempt, vocabulary, language)),
        suggestions=suggestions(tokens, vocabulary, language), reading=trace,
    )  # fmt: skip


def _why_not(attempt: _Attempt, vocabulary: Vocabulary, language: Language) -> list[Reason]:
    lattice, decision = attempt.lattice, attempt.decision
    if attempt.too_complex:
        return [reason("too-complex", language)]
    if lattice.uncovered():
        return [*intent_reasons(lattice, language), *unread_words(lattice, vocabulary, language)]
    if attempt.parses and (decision.problems or decision.compile_error):
        found = [_reason_of(problem, language) for problem in decision.problems]
        if decision.compile_error is not None:
            found.append(reason("does-not-compile", language, detail=decision.compile_error.message))
        return found
    return [*intent_reasons(lattice, language)] or [*without_role(lattice, language)]


def _resolved(
    chosen: Candidate, attempt: _Attempt, vocabulary: Vocabulary, language: Language, trace: tuple[Json, ...]
) -> Resolution:
    query = chosen.query
    frame = next(frame for candidate, frame in attempt.frames if candidate == chosen)
    return Resolution(
        status="resolved",
        language=language,
        tables=tuple(dict.fromkeys(metric.partition(".")[0] for metric in query.metrics)),
        metrics=tuple(metric.partition(".")[2] for metric in query.metrics),
        time_grain=next((by.grain for by in query.by if by.grain), None),
        filters=tuple(plain_filter(node) for node in query.filters),
        query=query,
        restatement=restate(query, vocabulary.catalog, language),
        assumptions=assumptions(chosen, frame, vocabulary, language),
        reading=trace,
    )


def plain_filter(node: FilterNode) -> str:
    """A condition in the reference's form, short names: `order_status = delivered`."""
    if isinstance(node, AllOf):
        return " and ".join(plain_filter(part) for part in node.all)
    if isinstance(node, AnyOf):
        return "(" + " or ".join(plain_filter(part) for part in node.any) + ")"
    name = node.member.rpartition(".")[2]
    values = ", ".join(str(value) for value in node.values)
    listed = f"({values})" if node.op in ("in", "not_in") else values
    return f"{name} {_SIGNS.get(node.op, node.op)} {listed}".strip()


_SIGNS = {
    "equals": "=", "not_equals": "!=", "in": "in", "not_in": "not in", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=",
}  # fmt: skip


def _reason_of(problem: Problem, language: Language) -> Reason:
    return reason(problem.code, language, tuple(word for word in problem.words if word))


def _refused(language: Language, why: Reason, vocabulary: Vocabulary) -> Resolution:
    return Resolution(
        status="refused", language=language, reasons=(why,), suggestions=suggestions((), vocabulary, language)
    )


def _trace(attempt: _Attempt, tokens: tuple[Token, ...]) -> tuple[Json, ...]:
    """One object for each stage, kept small: what was seen, and the role that each word of the reading played."""
    lattice, decision = attempt.lattice, attempt.decision
    stages: list[Json] = [
        {"stage": "normalise", "language": lattice.language, "tokens": [token.key for token in tokens][:MOST_TRACED]},
        {
            "stage": "lattice",
            "edges": sum(map(len, lattice.edges)),
            "unread": [tokens[place].text for place in lattice.uncovered()][:MOST_TRACED],
        },
    ]
    if lattice.uncovered():
        return tuple(stages)
    stages.append({"stage": "grammar", "parses": len(attempt.parses)})
    chosen = decision.chosen or (decision.asked[0] if decision.asked else None)
    spans = next((p.edges for p in attempt.parses if chosen and _means(p, chosen, attempt)), ())
    stages.append(
        {
            "stage": "decide",
            "candidates": len(attempt.frames),
            "problems": [problem.code for problem in decision.problems][:MOST_TRACED],
            "spans": [
                {
                    "start": tokens[edge.start].start,
                    "end": tokens[edge.end - 1].end,
                    "role": edge.category.lower(),
                    "words": lattice.text(edge.start, edge.end),
                    **({"members": sorted({m.member for m in edge.meanings})[:5]} if edge.meanings else {}),
                }
                for edge in spans[:MOST_TRACED]
            ],
        }
    )
    return tuple(stages)


def _means(each: Parse, chosen: Candidate, attempt: _Attempt) -> bool:
    return any(candidate == chosen and frame == each.frame for candidate, frame in attempt.frames)


def _trace_explain(tokens: tuple[Token, ...]) -> tuple[Json, ...]:
    return ({"stage": "explain", "tokens": [token.key for token in tokens][:MOST_TRACED]},)
