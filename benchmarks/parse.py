"""A question read, from text to a compiled query: 50 tables, 500 metrics, 100,000 values."""

from __future__ import annotations

import time
from datetime import date

from benchmarks.timing import Figure, Timing, absolute
from verity.contracts.base import Json
from verity.contracts.dataset import PhysicalColumn, PhysicalSchema, PhysicalTable
from verity.contracts.identity import OWNER
from verity.contracts.metric import MetricQuery
from verity.contracts.question import Question
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.data.dictionary import make_dictionary
from verity.data.model import TableEntry
from verity.query.values import MemberValues
from verity.reading.read import read_question
from verity.reading.vocabulary import build_vocabulary
from verity.semantic.compiler import compile_query
from verity.semantic.model import load_model

TABLES, PARTS, SIZES, VALUES = 50, 5, 5, 400
ROUNDS = 3
TODAY = date(2026, 11, 20)


def run() -> list[Figure]:
    """Milliseconds from text to resolution, compiling included; and to refuse a word that nothing explains."""
    dictionary = make_dictionary({f"facts_{n}": TableEntry.model_validate(_table(n)) for n in range(TABLES)})
    catalog = build_catalog(dictionary, _physical())
    model, accesses = load_model(catalog), access_for(dictionary, OWNER)
    began = time.perf_counter()
    vocabulary = build_vocabulary(catalog, _values())
    built = Timing("vocabulary", (time.perf_counter() - began,))

    def check(query: MetricQuery) -> str:
        return compile_query(model, query, accesses=accesses, dialect="duckdb").display

    def timed(text: str, status: str) -> float:
        begin = time.perf_counter()
        resolution = read_question(Question(text=text, today=TODAY), vocabulary, check)
        seconds = time.perf_counter() - begin
        assert resolution.status == status, f"{text}: {resolution.reasons}"
        return seconds

    timed(_question(0), "resolved")
    timed("total size0 1 by flavour", "refused")
    read = Timing("read", tuple(timed(_question(n), "resolved") for _ in range(ROUNDS) for n in range(TABLES)))
    refused = Timing("refused", tuple(timed(f"total size{n} 1 by flavour", "refused") for n in range(TABLES)))
    return [
        absolute("the vocabulary of 500 metrics and 100,000 values, built", built, unit="s"),
        absolute("a question of 20 words read, median", read, scale=1000, unit="ms"),
        _p95("a question of 20 words read, p95", read),
        _p95("a question refused, p95", refused),
    ]


def _p95(name: str, timing: Timing, most: float = 15.0) -> Figure:
    value = timing.quantile(0.95) * 1000
    low, high = min(timing.seconds) * 1000, max(timing.seconds) * 1000
    return Figure(name, value, "ms", low, high, f"<= {most:g} ms", value <= most)


def _question(n: int) -> str:
    return (
        f"total size{n} 1 by part{n} 2 and month in 2018 with part{n} 3 value {n} 3 number 17 of many sorted by "
        f"total size{n} 1 descending"
    )


def _table(n: int) -> Json:
    return {
        "table": f"facts_{n}",
        "entity": f"thing{n}",
        "time_column": "day",
        "primary_key": "id",
        "columns": {
            "id": {"kind": "id"},
            "day": {"kind": "time"},
            **{f"part{n}_{k}": {"kind": "dimension"} for k in range(PARTS)},
            **{f"size{n}_{k}": {"kind": "measure"} for k in range(SIZES)},
        },
        "metrics": {f"total_size{n}_{k}": {"sql": f"SUM(size{n}_{k})"} for k in range(SIZES)}
        | {f"average_size{n}_{k}": {"sql": f"AVG(size{n}_{k})"} for k in range(SIZES)},
    }


def _physical() -> PhysicalSchema:
    return PhysicalSchema(
        tables=tuple(
            PhysicalTable(
                schema_name="silver",
                name=f"facts_{n}",
                columns=(
                    PhysicalColumn(name="id", type="bigint"),
                    PhysicalColumn(name="day", type="date"),
                    *(PhysicalColumn(name=f"part{n}_{k}", type="text") for k in range(PARTS)),
                    *(PhysicalColumn(name=f"size{n}_{k}", type="bigint") for k in range(SIZES)),
                ),
            )
            for n in range(TABLES)
        )
    )


def _values() -> tuple[MemberValues, ...]:
    return tuple(
        MemberValues(
            member=f"facts_{n}.part{n}_{k}",
            values=tuple(f"value {n} {k} number {i} of many" for i in range(VALUES)),
            truncated=False,
        )
        for n in range(TABLES)
        for k in range(PARTS)
    )
