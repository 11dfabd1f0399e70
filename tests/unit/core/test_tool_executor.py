"""The executor: policy first, schemas on both sides, a deadline, and a checkpoint whatever happens."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from tests.core_stand_ins import ANYTHING, TODAY, MemoryStorage, Stub, executor_of

from verity.contracts.base import Json
from verity.contracts.identity import Principal
from verity.contracts.tool import Progress, Tool, ToolContext, ToolResult
from verity.core.agent_policy import AgentPolicy
from verity.core.checkpoint_logger import CheckpointLogger
from verity.core.schema_validator import SchemaValidator
from verity.core.tool_executor import ToolExecutor
from verity.core.tool_registry import ToolRegistry
from verity.core.worker_pool import WorkerPool
from verity.exceptions import (
    QueryTimedOut,
    StateUnavailable,
    ToolExecutionFailed,
    ToolInputInvalid,
    ToolNotFound,
    ToolNotPermitted,
    ToolOutputInvalid,
    ToolTimedOut,
    UnknownMember,
    VerityError,
)
from verity.tools.base import define, tool
from verity.tools.transports.local import LocalTransport

ANA = Principal(id="ana", roles=("viewer",))
MAY = AgentPolicy({"agent": "tester", "allowed_tools": ["double", "other"]})

NUMBER: Json = {
    "type": "object",
    "properties": {"n": {"type": "integer"}},
    "required": ["n"],
    "additionalProperties": False,
}


@tool(define("double", "1.0", takes=NUMBER, gives=NUMBER))
def double(args: Json, context: ToolContext) -> ToolResult:
    return ToolResult(output={"n": args["n"] * 2}, data_version="v1", dictionary_hash="d", policy_hash="p")


def run(tools: list[Tool], args: Json | None = None, name: str = "double", **more: object):
    executor, storage = executor_of(tools)
    return executor.execute(
        name,
        {"n": 4} if args is None else args,
        **{**call(), **more},  # type: ignore[arg-type]
    ), storage


def call() -> dict[str, object]:
    return {"policy": MAY, "principal": ANA, "conversation_id": "c1", "today": TODAY}


def failed(tools: list[Tool], args: Json | None = None, name: str = "double", **more: object):
    executor, storage = executor_of(tools)
    with pytest.raises(VerityError) as caught:
        executor.execute(name, {"n": 4} if args is None else args, **{**call(), **more})  # type: ignore[arg-type]
    return caught.value, storage


def test_a_call_gives_its_result_and_leaves_a_checkpoint_with_what_it_stood_on():
    (result, checkpoint_id), storage = run([double])
    kept = storage.kept[0]
    assert result.output == {"n": 8}
    assert kept.checkpoint_id == checkpoint_id
    assert (kept.tool, kept.input, kept.output, kept.status) == ("double@1.0", {"n": 4}, {"n": 8}, "ok")
    assert (kept.data_version, kept.dictionary_hash, kept.policy_hash) == ("v1", "d", "p")
    assert (kept.principal["id"], kept.agent, kept.today) == ("ana", "tester", TODAY)
    assert kept.trace["elapsed_ms"] >= 0


def test_a_denied_tool_is_refused_by_agent_and_name_before_anything_runs_with_a_checkpoint():
    stub = Stub("secret", "1.0", {})
    error, storage = failed([stub], name="secret")
    assert isinstance(error, ToolNotPermitted)
    assert isinstance(error, PermissionError)
    assert "'tester'" in error.message
    assert "'secret'" in error.message
    assert stub.calls == []
    assert storage.kept[0].status == "error"
    assert storage.kept[0].output["error"]["code"] == "VRT-405"
    assert error.checkpoint_id == storage.kept[0].checkpoint_id


def test_a_denied_tool_is_denied_before_it_is_known_whether_it_exists():
    error, _ = failed([double], name="nowhere")
    assert isinstance(error, ToolNotPermitted)


def test_an_allowed_tool_that_is_not_registered_is_not_found_with_a_checkpoint():
    error, storage = failed([double], name="other@3.0")
    assert isinstance(error, ToolNotFound)
    assert isinstance(error, KeyError)
    assert storage.kept[0].tool == "other@3.0"


def test_a_bare_name_runs_the_newest_version_that_the_policy_allows():
    old, new, newest = (Stub("other", version, {"v": version}) for version in ("1.9", "1.10", "2.0"))
    (result, _), _ = run([new, newest, old], {}, "other")
    assert result.output == {"v": "2.0"}
    pinned = AgentPolicy({"agent": "tester", "allowed_tools": ["other@1.9", "other@1.10"]})
    (result, _), storage = run([new, newest, old], {}, "other", policy=pinned)
    assert result.output == {"v": "1.10"}
    assert storage.kept[0].tool == "other@1.10"
    error, _ = failed([newest], {}, "other", policy=pinned)
    assert isinstance(error, ToolNotPermitted)


def test_wrong_input_is_refused_with_its_path_and_nothing_runs():
    stub = Stub("double", "1.0", {})
    stub.definition = double.definition
    error, storage = failed([stub], {"n": "four"})
    assert isinstance(error, ToolInputInvalid)
    assert "$.n" in error.message
    assert stub.calls == []
    assert storage.kept[0].input == {"n": "four"}
    assert storage.kept[0].status == "error"


@pytest.mark.parametrize("args", [{"n": Decimal(1)}, {"n": float("nan")}, {1: 2, "1": 3}])
def test_input_that_is_no_json_is_refused(args: Json):
    error, storage = failed([double], args)
    assert isinstance(error, ToolInputInvalid)
    assert len(storage.kept) == 1


def test_text_that_is_no_unicode_is_refused_or_kept_but_never_crashes():
    error, _ = failed([double], {"n": "\udcff"})
    assert isinstance(error, ToolInputInvalid)


def test_output_that_breaks_its_schema_is_not_used_and_says_where():
    wrong = Stub("double", "1.0", {"n": "eight"}, gives=NUMBER)
    error, storage = failed([wrong])
    assert isinstance(error, ToolOutputInvalid)
    assert "$.n" in error.message
    assert storage.kept[0].output["error"]["code"] == "VRT-404"


@pytest.mark.parametrize("output", [{"n": float("inf")}, {"n": {1, 2}}, None, [1]])
def test_output_that_is_no_json_object_is_not_used(output: Json):
    error, storage = failed([Stub("double", "1.0", output)])
    assert isinstance(error, ToolOutputInvalid)
    assert storage.kept[0].status == "error"


def test_a_tool_that_gives_back_something_else_than_a_result_is_at_fault():
    class Broken(Stub):
        def __call__(self, args: Json, context: ToolContext) -> ToolResult:
            return {"n": 8}  # type: ignore[return-value]

    error, _ = failed([Broken("double", "1.0", {})])
    assert isinstance(error, ToolOutputInvalid)


def test_what_is_used_is_what_is_recorded():
    (result, _), storage = run([Stub("double", "1.0", {"rows": ((1, 2), (3, 4))})])
    assert result.output == {"rows": [[1, 2], [3, 4]]} == storage.kept[0].output


def test_a_tool_that_raises_fails_with_the_type_and_one_safe_line():
    def broken(args: Json, context: ToolContext) -> None:
        raise RuntimeError("cannot open postgresql://ana:hunter2@db/x\nsecond line token=abc123")

    error, storage = failed([Stub("double", "1.0", {}, does=broken)])
    assert type(error) is ToolExecutionFailed
    assert str(error).startswith("VRT-401 Tool double@1.0 failed: RuntimeError: cannot open")
    assert "hunter2" not in error.message
    assert "second line" not in error.message
    recorded = str(storage.kept[0].model_dump())
    assert "hunter2" not in recorded
    assert "abc123" not in recorded
    assert "Traceback" not in str(storage.kept[0].output)
    assert "RuntimeError" in storage.kept[0].trace["cause"]


def test_a_tools_own_verity_error_passes_with_its_code():
    def unknown(args: Json, context: ToolContext) -> None:
        raise UnknownMember("metric", "revenu", ["revenue"])

    error, storage = failed([Stub("double", "1.0", {}, does=unknown)])
    assert isinstance(error, UnknownMember)
    assert storage.kept[0].output["error"]["code"] == "VRT-221"
    assert error.checkpoint_id == storage.kept[0].checkpoint_id


def test_a_timeout_is_recorded_the_tool_is_cancelled_and_its_late_result_is_dropped():
    seen = threading.Event()

    def slow(args: Json, context: ToolContext) -> None:
        context.cancel.wait(5)
        seen.set()

    started = time.monotonic()
    error, storage = failed([Stub("double", "1.0", {"late": True}, does=slow, timeout_ms=60)])
    assert isinstance(error, ToolTimedOut)
    assert seen.wait(1)
    assert time.monotonic() - started < 2
    time.sleep(0.05)
    assert [each.status for each in storage.kept] == ["timeout"]
    assert "late" not in storage.kept[0].output


def test_a_tool_that_stops_when_cancelled_has_stopped_before_its_timeout_is_recorded():
    order: list[str] = []

    class Watching(MemoryStorage):
        def save(self, step):  # type: ignore[no-untyped-def]
            order.append("recorded")
            return super().save(step)

    def slow(args: Json, context: ToolContext) -> None:
        context.cancel.wait(5)
        order.append("stopped")

    executor, _ = executor_of([Stub("double", "1.0", {}, does=slow, timeout_ms=40)], Watching())
    with pytest.raises(ToolTimedOut):
        executor.execute("double", {}, **call())  # type: ignore[arg-type]
    assert order == ["stopped", "recorded"]


def test_a_late_error_of_a_tool_that_ran_out_of_time_disturbs_nobody():
    def slow(args: Json, context: ToolContext) -> None:
        context.cancel.wait(5)
        raise RuntimeError("too late to matter")

    error, storage = failed([Stub("double", "1.0", {}, does=slow, timeout_ms=40)])
    assert isinstance(error, ToolTimedOut)
    assert len(storage.kept) == 1


def test_a_tool_that_ignores_its_deadline_does_not_hold_the_caller():
    release = threading.Event()
    started = time.monotonic()
    error, _ = failed([Stub("double", "1.0", {}, does=lambda *_: release.wait(20), timeout_ms=50)])
    assert isinstance(error, ToolTimedOut)
    assert time.monotonic() - started < 3
    release.set()


def test_an_engine_that_was_interrupted_at_the_deadline_is_a_timeout():
    def interrupted(args: Json, context: ToolContext) -> None:
        raise QueryTimedOut("the query was interrupted")

    error, storage = failed([Stub("double", "1.0", {}, does=interrupted)])
    assert isinstance(error, ToolTimedOut)
    assert storage.kept[0].status == "timeout"


def test_a_tools_own_timeout_error_is_a_failure_of_the_tool():
    def broken(args: Json, context: ToolContext) -> None:
        raise TimeoutError("socket")

    error, storage = failed([Stub("double", "1.0", {}, does=broken)])
    assert type(error) is ToolExecutionFailed
    assert storage.kept[0].status == "error"


def test_the_caller_may_shorten_a_tools_time_but_not_lengthen_it():
    contexts: list[float] = []
    stub = Stub("double", "1.0", {}, does=lambda _, context: contexts.append(context.seconds_left), timeout_ms=2000)
    run([stub], seconds=0.5)
    run([stub], seconds=60)
    assert contexts[0] <= 0.5
    assert 1 < contexts[1] <= 2


def test_when_no_worker_is_free_the_call_ends_at_its_deadline_and_never_runs():
    release = threading.Event()
    holding, waiting = Stub("double", "1.0", {}, does=lambda *_: release.wait(10)), Stub("other", "1.0", {})
    transport, registry, storage = LocalTransport([holding, waiting]), ToolRegistry(), MemoryStorage()
    for definition in transport.definitions:
        registry.register(definition)
    executor = ToolExecutor(
        registry,
        SchemaValidator(),
        CheckpointLogger(storage),
        transports={"local": transport},
        workers=WorkerPool(1),
    )
    with ThreadPoolExecutor(1) as other:
        first = other.submit(lambda: executor.execute("double", {}, **call()))  # type: ignore[arg-type]
        while not holding.calls:
            time.sleep(0.005)
        with pytest.raises(ToolTimedOut, match="no worker"):
            executor.execute("other", {}, seconds=0.05, **call())  # type: ignore[arg-type]
        release.set()
        first.result()
    assert waiting.calls == []
    (result, _) = executor.execute("other", {}, **call())  # type: ignore[arg-type]
    assert result.output == {}


def test_many_calls_at_once_each_get_their_own_answer():
    executor, storage = executor_of([double])
    with ThreadPoolExecutor(16) as threads:
        results = threads.map(lambda n: executor.execute("double", {"n": n}, **call())[0].output["n"], range(100))  # type: ignore[arg-type]
        assert list(results) == [2 * n for n in range(100)]
    assert len(storage.kept) == 100


def test_ctrl_c_cancels_the_tool_lets_it_clean_up_records_it_and_goes_on():
    done: list[str] = []

    def long(args: Json, context: ToolContext) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        assert context.cancel.wait(5)
        done.append("cleaned up")

    executor, storage = executor_of([Stub("double", "1.0", {}, does=long)])
    with pytest.raises(KeyboardInterrupt):
        executor.execute("double", {}, **call())  # type: ignore[arg-type]
    assert done == ["cleaned up"]
    assert storage.kept[0].output["error"]["code"] == "VRT-408"


def test_progress_reaches_the_caller():
    heard: list[Progress] = []
    stub = Stub("double", "1.0", {}, does=lambda _, context: context.progress(Progress("rows", 1, 2)))
    run([stub], progress=heard.append)
    assert heard == [Progress("rows", 1, 2)]


def test_a_trace_that_is_no_json_does_not_sink_the_call():
    class Odd(Stub):
        def __call__(self, args: Json, context: ToolContext) -> ToolResult:
            return ToolResult(output={}, trace={"at": TODAY, "n": 1})

    (_, checkpoint_id), storage = run([Odd("double", "1.0", {})])
    assert storage.get(checkpoint_id) is not None


def test_without_a_record_there_is_no_answer():
    class Broken(MemoryStorage):
        def save(self, step):  # type: ignore[no-untyped-def]
            raise StateUnavailable("disk on fire")

    executor, _ = executor_of([double], Broken())
    with pytest.raises(StateUnavailable):
        executor.execute("double", {"n": 1}, **call())  # type: ignore[arg-type]


def test_a_tool_whose_schema_is_no_schema_says_so():
    error, _ = failed([Stub("double", "1.0", {}, gives={"type": "nonsense"})])
    assert error.code == "VRT-409"


def test_a_mode_without_a_transport_is_an_unavailable_add_on():
    executor, storage = executor_of([])
    executor._registry.register(double.definition.model_copy(update={"name": "other", "execution_mode": "http"}))
    with pytest.raises(VerityError) as caught:
        executor.execute("other", {"n": 1}, **call())  # type: ignore[arg-type]
    assert caught.value.code == "VRT-410"
    assert len(storage.kept) == 1


def test_anything_schema_is_really_permissive():
    assert run([Stub("double", "1.0", {"x": 1}, gives=ANYTHING)], {"y": [1]})[0][0].output == {"x": 1}
