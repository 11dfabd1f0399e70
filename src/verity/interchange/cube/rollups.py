"""Cube pre-aggregations as rollups, and refresh keys as freshness."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from verity.interchange import sql
from verity.interchange.cube.dimensions import meant
from verity.interchange.cube.names import Cube, Names, draft_of
from verity.interchange.cursor import Cursor

_EVERY = re.compile(r"^\s*(\d+)\s+(second|minute|hour|day|week)s?\s*$")
_UNITS = {"second": "s", "minute": "m", "hour": "h", "day": "d"}
_STORAGE = (
    "indexes", "external", "scheduled_refresh", "build_range_start", "build_range_end", "sql_alias", "read_only",
    "unique_key_columns", "allow_non_strict_date_range_match", "output_column_types",
)  # fmt: skip
_REFRESHED = "Verity rebuilds a rollup when its data version changes"


def read_rollups(names: Names, cube: Cube) -> None:
    """Every pre-aggregation of a cube."""
    draft = draft_of(names.drafts, cube)
    for name, cursor in cube.section("pre_aggregations").items():
        cursor.imported("name")
        try:
            entry = _rollup(names, cube, cursor)
        except sql.Untranslatable as reason:
            cursor.lost(str(reason), "Declare a rollup by hand.")
            continue
        draft.entry.setdefault("rollups", {})[name] = entry
        draft.origins["rollups", name] = cursor


def _rollup(names: Names, cube: Cube, cursor: Cursor) -> dict[str, Any]:
    kind = cursor.text("type") or "rollup"
    if kind != "rollup":
        raise sql.Untranslatable(f"the pre-aggregation '{kind}' has no like in Verity")
    draft = draft_of(names.drafts, cube)
    metrics: list[str] = []
    for text in cursor.names("measures"):
        named = meant(names, cube, text)
        if named.path or named.name not in draft.metrics:
            raise sql.Untranslatable(f"'{text}' is no metric of '{cube.name}'")
        metrics.append(named.name)
    dimensions = [_dimension(names, cube, text) for text in cursor.names("dimensions")]
    times = _times(names, cube, cursor)
    sketch = [name for name in metrics if _is_approximate(draft.metrics[name])]
    metrics = [name for name in metrics if name not in sketch]
    entry: dict[str, Any] = {"metrics": metrics, "sketch": sketch, "dimensions": [*dimensions, *times]}
    partition = cursor.text("partition_granularity")
    if partition is not None:
        if times:
            entry["partition"] = f"{times[0].rpartition(':')[0]}:{partition}"
            _keep_partition(entry, times[0])
        else:
            cursor.lost("it is partitioned by no time dimension", key="partition_granularity")
    if "segments" in cursor:
        raise sql.Untranslatable("it keeps segments, and a rollup of Verity keeps dimensions")
    for key in ("refresh_key", "union_with_source_data"):
        if key in cursor:
            cursor.approximated(_REFRESHED, key=key)
    for key in _STORAGE:
        if key in cursor:
            cursor.lost("it says how Cube stores or builds it", key=key)
    return {key: value for key, value in entry.items() if value}


def _is_approximate(metric: Mapping[str, Any]) -> bool:
    """Whether Cube would keep it as a sketch."""
    return bool(metric.get("approximate")) and "APPROX_COUNT_DISTINCT" in (metric.get("sql") or "")


def _keep_partition(entry: dict[str, Any], time: str) -> None:
    """A rollup keeps the unit that it is partitioned by, or a finer one that adds up to it."""
    if time.rpartition(":")[2] != entry["partition"].rpartition(":")[2]:
        entry["dimensions"] = [*entry["dimensions"], entry["partition"]]


def _times(names: Names, cube: Cube, cursor: Cursor) -> list[str]:
    found: list[str] = []
    if "time_dimension" in cursor:
        grain = cursor.text("granularity")
        found.append(f"{_dimension(names, cube, cursor.required('time_dimension'))}:{grain or 'day'}")
    for block in cursor.blocks("time_dimensions"):
        grain = block.text("granularity") or "day"
        found.append(f"{_dimension(names, cube, block.required('dimension'))}:{grain}")
    return found


def _dimension(names: Names, cube: Cube, text: str) -> str:
    named = meant(names, cube, text)
    if named.name not in names.drafts.tables[named.cube].columns:
        raise sql.Untranslatable(f"'{text}' is no column that was imported")
    return ".".join((*named.path, named.name))


def read_freshness(names: Names, cube: Cube) -> None:
    """The refresh key of a cube: how a change of its data is noticed."""
    holder = cube.nearest("refresh_key", "refreshKey")
    if holder is None:
        return
    block = holder.block("refresh_key" if "refresh_key" in holder else "refreshKey")
    assert block is not None  # noqa: S101 - nearest() found it
    freshness: dict[str, str] = {}
    every = block.text("every")
    match = _EVERY.match(every or "")
    if match:
        count, unit = int(match.group(1)), match.group(2)
        freshness["ttl"] = f"{count * 7}d" if unit == "week" else f"{count}{_UNITS[unit]}"
    elif every is not None:
        block.lost(f"'{every}' is a time table, not an interval", "Give `freshness: {ttl: ...}`.", key="every")
    probe = block.text("sql")
    if probe is not None and "{" not in probe:
        freshness["probe"] = " ".join(probe.split())
    elif probe is not None:
        block.lost("the probe holds a template", "Give `freshness: {probe: SELECT ...}`.", key="sql")
    if freshness:
        draft_of(names.drafts, cube).entry["freshness"] = freshness
        draft_of(names.drafts, cube).origins["freshness", ""] = block
