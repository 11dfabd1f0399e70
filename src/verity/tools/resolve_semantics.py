"""resolve_semantics@1.0: a question in words becomes a MetricQuery, options or a refusal (reference, section 16).

It only wraps `verity.reading`: it hands it the principal's vocabulary, the value index and the compiler.
"""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING

from pydantic import Field

from verity.contracts.base import Contract, Json
from verity.contracts.identity import Principal
from verity.contracts.metric import MetricQuery
from verity.contracts.question import Language, Question, Resolution
from verity.contracts.tool import ToolContext, ToolResult
from verity.tools.base import define, to_json

if TYPE_CHECKING:
    from verity.query.service import QueryService
    from verity.reading.vocabulary import Vocabulary

KEPT_VOCABULARIES = 8


class ResolveSemanticsInput(Contract):
    """What the tool takes. `today` is the asker's date; `language` None means: detect."""

    question: str = Field(max_length=100_000)
    today: date
    language: Language | None = None


class ResolveSemantics:
    """Reads a question under the caller's policy: what they may not see is no word of their vocabulary.

    Deterministic: the same question, today, dictionary, policy and data version give the same resolution.
    """

    definition = define(
        "resolve_semantics",
        "1.0",
        takes=ResolveSemanticsInput,
        gives=Resolution,
        description="Read a question by rule against the data dictionary; ask back or refuse what is not understood.",
    )

    def __init__(self, service: QueryService) -> None:
        self._service = service
        self._vocabularies: dict[tuple[str, str, str], Vocabulary] = {}
        self._lock = threading.Lock()

    def __call__(self, args: Json, context: ToolContext) -> ToolResult:
        """`args`: `{question, today, language?}`; output: a `Resolution`. Raises `DataError` where nothing is built."""
        from verity.reading.read import read_question

        asked = ResolveSemanticsInput.model_validate(args)
        principal = context.principal
        hashes = self._service.hashes(principal)

        def check(query: MetricQuery) -> str:
            compiled = self._service.compile(query, principal)
            return compiled.display

        question = Question(
            text=asked.question,
            today=asked.today,
            language=asked.language,
            conversation_id=context.conversation_id or None,
        )
        resolution = read_question(question, self._vocabulary(hashes, principal), check)
        version, dictionary_hash, policy = hashes
        return ToolResult(
            output=to_json(resolution), data_version=version, dictionary_hash=dictionary_hash, policy_hash=policy
        )

    def _vocabulary(self, hashes: tuple[str, str, str], principal: Principal) -> Vocabulary:
        """The words of one dictionary under one policy over one data version, made once."""
        from verity.reading.vocabulary import build_vocabulary

        with self._lock:
            known = self._vocabularies.get(hashes)
        if known is None:
            known = build_vocabulary(self._service.catalog(principal), self._service.values(principal))
            with self._lock:
                self._vocabularies[hashes] = known
                while len(self._vocabularies) > KEPT_VOCABULARIES:
                    self._vocabularies.pop(next(iter(self._vocabularies)))
        return known
