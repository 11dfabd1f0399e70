"""A process that asks 50 questions at a time and says each checkpoint id as soon as it is durable; made to be killed.

python record_worker.py KIND LOCATION ROUND
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.core_stand_ins import ANALYST, TODAY, always, chart_stub, executor_of, query_stub, resolve_stub

from verity.contracts.identity import OWNER
from verity.contracts.question import Question
from verity.contracts.run import Checkpoint, Step
from verity.core.agent_policy import AgentPolicy
from verity.core.analyst import Analyst
from verity.core.ports import CheckpointStorage
from verity.core.response_composer import ResponseComposer
from verity.store.jsonl import JsonlCheckpointStorage
from verity.store.state import open_store

AT_ONCE = 50


class Acknowledging:
    """Says the id of every step on standard output, after `save` returned and not before."""

    def __init__(self, storage: CheckpointStorage) -> None:
        self._storage = storage

    def save(self, step: Step) -> Checkpoint:
        kept = self._storage.save(step)
        os.write(1, f"{kept.checkpoint_id}\n".encode())
        return kept


def main(kind: str, location: str, run: str) -> None:
    storage = JsonlCheckpointStorage(Path(location)) if kind == "jsonl" else open_store(location).checkpoints
    executor, _ = executor_of([resolve_stub(), query_stub(), chart_stub], Acknowledging(storage))
    analyst = Analyst(executor, always(), ResponseComposer(), AgentPolicy(ANALYST))

    def ask_forever(asker: int) -> None:
        turn = 0
        while True:
            turn += 1
            conversation = f"r{run}-shared" if asker % 5 == 0 else f"r{run}-{asker}-{turn // 3}"
            question = Question(text=f"question {turn} of {asker}", today=TODAY, conversation_id=conversation)
            if analyst.ask(question, OWNER).status != "answered":
                os.write(2, b"an ask failed\n")
                os._exit(3)

    with ThreadPoolExecutor(AT_ONCE) as askers:
        list(askers.map(ask_forever, range(AT_ONCE)))


if __name__ == "__main__":
    main(*sys.argv[1:])
