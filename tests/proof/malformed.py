"""Broken dictionaries and broken queries, made from whole ones: each change names what it breaks.

A dictionary is text on its way to a file, so that syntax, encoding and form can all be broken; a query is a document.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import yaml

from tests.proof.world import World

Files = dict[str, bytes]
BROKEN_SQL = (
    "SUM(", "SUM(nope_column)", "SUM(id) + ", "SELECT 1", "SUM(id); DROP TABLE x", "COUNT(*) -- hi", "id", "'text'",
    "SUM(SUM(id))", "pg_sleep(10)", "SUM(kind)", "COUNT(*) OVER ()", "(SELECT 1)", "MAX(nowhere.id)", "$1", "SUM(?)",
    "((((" * 30 + "1" + "))))" * 30, "SUM(id) FILTER (WHERE id)", "AVG(", "", " ", "x" * 12_000, "SUM('a')", "1 = 1",
)  # fmt: skip


def files_of(world: World) -> Files:
    """The world's dictionary, one file a table."""
    made = {}
    for name, entry in world.described().items():
        document = {"table": name, **{key: value for key, value in entry.items() if value}}
        made[f"{name}.yml"] = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=200).encode()
    return made


def break_text(rng: random.Random, files: Files) -> str:
    """Break one file as text. Returns what was done."""
    name = rng.choice(sorted(files))
    text = files[name]
    lines = text.split(b"\n")
    at = rng.randrange(len(lines))
    ways: dict[str, Callable[[], bytes]] = {
        "a tab": lambda: b"\n".join([*lines[:at], b"\tkey: 1", *lines[at:]]),
        "an open bracket": lambda: b"\n".join([*lines[:at], b"broken: [1, 2", *lines[at:]]),
        "an open quote": lambda: b"\n".join([*lines[:at], b'broken: "never closed', *lines[at:]]),
        "not UTF-8": lambda: text + b"\ndescription: caf\xe9 \xff\n",
        "UTF-16": lambda: text.decode().encode("utf-16"),
        "a NUL": lambda: text + b"\ndescription: a\x00b\n",
        "a list": lambda: b"- table: x\n- table: y\n",
        "a scalar": lambda: b"just words\n",
        "empty": lambda: b"",
        "only a comment": lambda: b"# nothing yet\n",
        "two documents": lambda: text + b"\n---\n" + text,
        "a key twice": lambda: text + b"\ndescription: one\ndescription: two\n",
        "an unknown anchor": lambda: text + b"\ndescription: *nowhere\n",
        "a bomb of aliases": lambda: _bomb() + text,
        "a bad indent": lambda: b"\n".join([*lines[:at], b"   odd: 1", b" worse: 2", *lines[at:]]),
        "a python tag": lambda: text + b"\ndescription: !!python/object/apply:os.system ['true']\n",
        "a stray brace": lambda: text.replace(b":", b": }", 1),
    }
    way = rng.choice(sorted(ways))
    files[name] = ways[way]()
    return f"{name}: {way}"


def break_form(rng: random.Random, files: Files) -> str:
    """Break the form or the meaning of one entry. Returns what was done."""
    name = rng.choice(sorted(files))
    document = yaml.safe_load(files[name])
    done = rng.choice(FORMS)(rng, document)
    files[name] = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=200).encode()
    return f"{name}: {done}"


def _bomb() -> bytes:
    lines = [b"a0: &a0 [x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 8)}]".encode() for i in range(1, 9)]
    return b"\n".join(lines) + b"\n"


def _unknown_key(rng: random.Random, document: dict[str, Any]) -> str:
    key = rng.choice(["tabel", "metrix", "Joins", "primary-key", "", "x" * 400, "__class__", "columns "])
    document[key] = rng.choice([1, "x", {"a": 1}, None])
    return f"unknown key {key[:20]!r}"


def _wrong_type(rng: random.Random, document: dict[str, Any]) -> str:
    key = rng.choice(
        ["table", "version", "primary_key", "columns", "joins", "metrics", "segments", "access", "changelog"]
    )
    document[key] = rng.choice([[1, {"a": 2}], {"x": {"y": {"z": 1}}}, 3.5, True, [[]], {"": ""}])
    return f"wrong type of {key}"


def _bad_metric(rng: random.Random, document: dict[str, Any]) -> str:
    made = rng.choice(
        [
            {"sql": rng.choice(BROKEN_SQL)},
            {"type": "ratio", "numerator": "nothing_here", "denominator": "count"},
            {"type": "ratio", "numerator": "count"},
            {"type": "derived", "sql": "{broken} + 1"},
            {"type": "derived", "sql": "1 + 1"},
            {"type": "derived", "sql": "{count"},
            {"type": "magic", "sql": "COUNT(*)"},
            {"sql": "COUNT(*)", "filter": rng.choice(["id", "nope = 1", "SUM(id) > 1", "kind ="])},
            {"sql": "COUNT(*)", "time_column": "no_such.column"},
            {"sql": "COUNT(*)", "unknown": 1},
            {"sql": ["COUNT(*)"]},
            {"sql": "COUNT(*)", "good": "sideways"},
            {"sql": "COUNT(*)", "smallest_grain": "fortnight"},
            {"type": "cumulative", "window": "3 parsecs", "metric": "count"},
            {"type": "offset", "metric": "count", "offset": "yesterday"},
            {"type": "percentile", "sql": "id", "percentile": 7},
            None, 7, [],
        ]
    )  # fmt: skip
    document.setdefault("metrics", {})["broken"] = made
    return f"metric {made}"


def _bad_join(rng: random.Random, document: dict[str, Any]) -> str:
    made = rng.choice(
        [
            {"table": "no_such_table", "on": "id"},
            {"table": document.get("table", "x"), "on": {"nope": "nada"}},
            {"table": document.get("table", "x")},
            {"on": "id"},
            {"table": document.get("table", "x"), "sql": "this.id = "},
            {"table": document.get("table", "x"), "sql": "COUNT(*) = 1"},
            {"table": document.get("table", "x"), "on": "id", "type": "some_to_any"},
            {"table": document.get("table", "x"), "type": "many_to_many"},
            {"table": document.get("table", "x"), "type": "many_to_many", "through": "no_bridge"},
            None, "x", 3,
        ]
    )  # fmt: skip
    document.setdefault("joins", {})["broken"] = made
    return f"join {made}"


def _bad_column(rng: random.Random, document: dict[str, Any]) -> str:
    made = rng.choice(
        [
            {"sql": rng.choice(BROKEN_SQL)},
            {"sql": "COUNT(*)", "per": "no_such_key"},
            {"sql": "id", "per": "id"},
            {"sql": "broken_column + 1"},
            {"kind": "nonsense"},
            {"values": 7},
            {"values": [{"label": "no value"}]},
            [], 12, {"type": {"a": 1}},
        ]
    )  # fmt: skip
    document.setdefault("columns", {})["broken_column"] = made
    return f"column {made}"


def _bad_access(rng: random.Random, document: dict[str, Any]) -> str:
    made = rng.choice(
        [
            {"rows": []},
            {"rows": [{"column": "kind"}]},
            {"rows": [{"column": "kind", "values": "x", "attribute": "y"}]},
            {"rows": [{"column": "kind", "op": "like", "values": "x"}]},
            {"rows": [{"column": "id", "op": "gt", "values": [1, 2]}]},
            {"rows": [{"column": "no_such_column", "values": "x"}]},
            {"rows": "some"},
            {"columns_hidden": ["no_such_column"]},
            {"columns_hidden": {"a": 1}},
            {"row": "all"},
        ]
    )
    document["access"] = {"reader": made}
    return f"access {made}"


def _bad_rest(rng: random.Random, document: dict[str, Any]) -> str:
    key, made = rng.choice(
        [
            ("segments", {"broken": {"sql": rng.choice(BROKEN_SQL)}}),
            ("segments", {"broken": {}}),
            ("time_column", "no_such_column"),
            ("time_column", "no_join.day"),
            ("primary_key", ["no_such_column"]),
            ("relation", "SELECT * FROM"),
            ("relation", "a.b.c.d.e"),
            ("table", ""),
            ("table", "with.dots"),
            ("table", None),
            ("table", "time"),
            ("calendar", "no_such_calendar"),
            ("hierarchies", {"h": ["no_such_column"]}),
            ("freshness", {"probe": 1}),
            ("rollups", {"r": {"metrics": ["no_such_metric"]}}),
            ("week_start", "someday"),
            ("changelog", [{"version": "1"}]),
        ]
    )  # fmt: skip
    document[key] = made
    return f"{key} {made}"


FORMS: tuple[Callable[[random.Random, dict[str, Any]], str], ...] = (
    _unknown_key, _wrong_type, _bad_metric, _bad_metric, _bad_join, _bad_column, _bad_access, _bad_rest, _bad_rest,
)  # fmt: skip


ODD: tuple[Any, ...] = (
    None, 7, True, "", "no_such_member", "a.b.c", "time:fortnight", [], {}, "'; DROP TABLE x; --", "é" * 500,
)  # fmt: skip
BROKEN_PARTS = (
    "metrics", "by", "filters", "operator", "values", "arity", "order", "limit", "segments", "range", "key", "whole",
    "deep", "grain", "compare", "timezone", "pivot", "type",
)  # fmt: skip


def broken_query(rng: random.Random, document: dict[str, Any]) -> tuple[str, Any]:
    """A query's document with something wrong in it, and what is wrong."""
    made: Any = dict(document)
    odd = rng.choice(ODD)
    choice = rng.choice(BROKEN_PARTS)
    if choice == "metrics":
        made["metrics"] = rng.choice([[odd], odd, ["no_such_metric"], [*made.get("metrics", ()), "nope.nope"]])
    elif choice == "by":
        made["by"] = rng.choice([[{"dimension": odd}], [odd], odd, [{"dim": "kind"}]])
    elif choice == "filters":
        made["filters"] = rng.choice(
            [[{"member": odd, "op": "equals", "values": [1]}], [odd], [{"and": []}], [{"or": odd}]]
        )
    elif choice == "operator":
        made["filters"] = [{"member": "kind", "op": rng.choice(["like", "", "=", "EQUALS", None]), "values": ["x"]}]
    elif choice == "values":
        made["filters"] = [
            {"member": "id", "op": "gt", "values": [rng.choice(["much", "nan", "inf", "1e999999", True, ""])]}
        ]
    elif choice == "arity":
        made["filters"] = [
            {"member": "kind", "op": rng.choice(["gt", "is_null", "in"]), "values": rng.choice([[], ["a", "b"]])}
        ]
        if made["filters"][0]["op"] == "in":
            made["filters"][0]["values"] = []
        elif made["filters"][0]["op"] == "is_null":
            made["filters"][0]["values"] = ["a"]
    elif choice == "order":
        made["order"] = rng.choice(
            [[{"member": "no_such_column"}], [{"member": odd}], odd, [{"member": "x", "nulls": "middle"}]]
        )
        if made["order"] in ([], None):
            made["order"] = [{"member": "nothing"}]
    elif choice == "limit":
        made["limit"] = rng.choice([0, -1, "ten", 1.5, [], "1; DROP TABLE x"])
    elif choice == "segments":
        made["segments"] = ["no_such_segment"]
    elif choice == "range":
        made["time_range"] = rng.choice(
            [
                {},
                {"since": "soon"},
                {"since": "2024-13-40"},
                {"until": 7.5},
                {"dimension": "no_such", "since": "2024-01-01"},
            ]
        )
    elif choice == "key":
        made[rng.choice(["metric", "where", "sql", "__init__", ""])] = "x"
    elif choice == "whole":
        made = rng.choice([[], "SELECT 1", 7, None, {"metrics": []}, {}])
    elif choice == "deep":
        node: Any = {"member": "no_such_member", "op": "is_null"}
        for _ in range(rng.choice([5, 60, 150])):
            node = {rng.choice(["and", "or"]): [node]}
        made["filters"] = [node]
    elif choice == "grain":
        made["by"] = [{"dimension": "kind", "grain": rng.choice(["month", "eon", 7])}]
    elif choice == "compare":
        made["compare"] = rng.choice(["last_tuesday", "5 parsecs", 7, ""])
    elif choice == "timezone":
        made["timezone"] = rng.choice(["Mars/Base", "", "UTC+25", "../../etc/passwd", 7])
    elif choice == "pivot":
        made["pivot"] = "no_such_dimension"
    else:
        made[rng.choice(["ungrouped", "fill", "totals", "offset"])] = rng.choice(["maybe", -3, [1]])
    return choice, made
