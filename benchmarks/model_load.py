"""1,000 tables and 10,000 metrics: from files to a model that answers; cold, from the cache, and after one change.

Each cold and cached load is a process of its own, and ends with a compiled query, so that what is put off counts too.
Processor time of the process, but for the whole process, which is by the clock.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.big_dictionary import METRICS, TABLES, name_of, physical_schema, table_text, write_dictionary
from benchmarks.timing import Figure, Timing, absolute
from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.data.folder import DictionaryFolder
from verity.query.views import View, Views
from verity.semantic.shapes import compile_shape

PLACE = Path(__file__).parents[1] / ".cache" / "bench-model"
DICTIONARY, KEPT = PLACE / "dictionary", PLACE / "dictionary.jsonl"
RUNS = 5
CHANGES = 30
CHANGED = 86
"""The table that is edited."""
SELLER = Principal(id="s", roles=("seller",), attributes={"region": "NCR"})


def run() -> list[Figure]:
    """Seconds of a cold and of a cached load, milliseconds of one changed file."""
    shutil.rmtree(PLACE, ignore_errors=True)
    write_dictionary(DICTIONARY)
    seen: dict[str, list[float]] = {"cold": [], "cached": [], "whole": [], "process": []}
    for _ in range(RUNS):
        KEPT.unlink(missing_ok=True)
        seen["cold"].append(_in_a_process("load")["load"])
        began = time.perf_counter()
        seen["cached"].append(_in_a_process("load")["load"])
        seen["process"].append(time.perf_counter() - began)
        seen["whole"].append(_in_a_process("everything")["load"])
    changes = _in_a_process("changes")
    timings = {name: Timing(name, tuple(seconds)) for name, seconds in (seen | changes).items()}
    size = f"{TABLES:,} tables, {TABLES * METRICS:,} metrics"
    return [
        absolute(f"{size}: cold, first query compiled", timings["cold"], most=3),
        absolute("the same in a new process, from the cache", timings["cached"], most=0.5),
        absolute("(that whole process: the interpreter, imports, a made schema)", timings["process"]),
        absolute("the same with every member read, as verity check does", timings["whole"]),
        absolute("one file changed: noticed, read, compiled anew", timings["change"], scale=1000, unit="ms", most=20),
        absolute("(of which: looking at all files)", timings["look"], scale=1000, unit="ms"),
        absolute("one file changed, asked by a seller", timings["seller"], scale=1000, unit="ms"),
        absolute("the first query of another role", timings["narrowed"], scale=1000, unit="ms"),
        absolute("the first query of another person of that role", timings["person"], scale=1000, unit="ms"),
    ]


def _in_a_process(what: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-m", "benchmarks.model_load", what], capture_output=True, check=True)
    return json.loads(done.stdout)


def _load(what: str) -> dict[str, float]:
    schema = physical_schema()
    began = time.process_time()
    view = Views(lambda: schema, "deny").of(DictionaryFolder(DICTIONARY, KEPT)(), "v1", OWNER)
    _compiled(view)
    if what == "everything":
        assert view.model.problems == {}
        assert len(view.model.metrics) == TABLES * METRICS
    return {"load": time.process_time() - began}


def _compiled(view: View, *metrics: str) -> str:
    chosen = tuple(f"{name_of(CHANGED)}.{metric}_{CHANGED}" for metric in metrics or ("average", "local"))
    query = MetricQuery.model_validate({"metrics": chosen, "by": [{"dimension": "status"}]})
    return compile_shape(view.model, query, accesses=view.accesses, dialect="duckdb").sql


def _changes() -> dict[str, list[float]]:
    schema = physical_schema()
    folder, views = DictionaryFolder(DICTIONARY, KEPT), Views(lambda: schema, "deny")
    _compiled(views.of(folder(), "v1", OWNER))
    seen: dict[str, list[float]] = {"change": [], "look": [], "seller": [], "narrowed": [], "person": []}
    path = DICTIONARY / f"{name_of(CHANGED)}.yml"
    for turn in range(CHANGES):
        text = table_text(CHANGED, change=f" Changed {turn}." if turn % 2 == 0 else "")
        path.write_text(text)
        begin = time.process_time()
        sql = _compiled(views.of(folder(), "v1", OWNER))
        seen["change"].append(time.process_time() - begin)
        assert ('"quantity" > 1' in sql) is (turn % 2 == 0)
        begin = time.process_time()
        folder()
        seen["look"].append(time.process_time() - begin)
        begin = time.process_time()
        _compiled(views.of(folder(), "v1", SELLER), "count", "buyers")
        seen["seller"].append(time.process_time() - begin + seen["change"][-1])
    path.write_text(table_text(CHANGED))
    dictionary = folder()
    for turn in range(RUNS):
        anew = Views(lambda: schema, "deny")
        _compiled(anew.of(dictionary, "v1", OWNER))
        for name, region in (("narrowed", "NCR"), ("person", f"R{turn}")):
            who = SELLER.model_copy(update={"attributes": {"region": region}})
            begin = time.process_time()
            _compiled(anew.of(dictionary, "v1", who), "count", "buyers")
            seen[name].append(time.process_time() - begin)
    return seen


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_changes() if sys.argv[1] == "changes" else _load(sys.argv[1])))
