"""Which facts hold in the data, joins declared `integrity: full` and keys: looked at once for each data version.

A declaration alone is never believed: were it wrong, an INNER JOIN would lose rows, and a metric would depend on the
dimensions asked for. A join that does not hold stays LEFT, and `verity check --live` says so.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from pathlib import Path

from verity.exceptions import DataError, InternalError
from verity.semantic.model import Model
from verity.semantic.proofs import proof_sql
from verity.semantic.work import Fact
from verity.warehouse.engine import Engine

MOST_VERSIONS = 4
"""Data versions remembered on disk."""
Verdicts = dict[str, bool]
"""Whether a proof (its SQL) holds."""


class Integrity:
    """The proofs of one warehouse. Thread-safe; two threads may prove one join twice."""

    def __init__(self, engine: Engine, file: Path | None = None) -> None:
        self._engine = engine
        self._file = file
        self._guard = threading.Lock()
        self._verdicts: dict[str, Verdicts] | None = None
        self._proven: dict[str, dict[Fact, bool]] = {}

    def proven(self, scope: str) -> frozenset[Fact]:
        """The facts that are known to hold in a scope: a dictionary over a data version."""
        return frozenset(fact for fact, holds in self._proven.get(scope, {}).items() if holds)

    def prove(self, facts: Iterable[Fact], model: Model, version: str, scope: str) -> bool:
        """Look at the facts that nobody looked at yet; True where one more is proven. `model` is the owner's."""
        known = self._proven.setdefault(scope, {})
        found = False
        for fact in sorted(set(facts) - known.keys(), key=str):
            holds = self._holds(proof_sql(model, fact, self._engine.dialect), version)
            if holds is not None:
                known[fact] = holds
                found |= holds
        return found

    def _holds(self, sql: str | None, version: str) -> bool | None:
        """None: a build was published in between, or the engine could not tell; ask again another time."""
        if sql is None:
            return False
        with self._guard:
            verdict = self._read().get(version, {}).get(sql)
        if verdict is None:
            try:
                result = self._engine.read(sql)
            except DataError:
                return None  # a proof is a means to speed: the query itself tells what is wrong
            if result.state.data_version != version:
                return None
            verdict = result.table.num_rows == 0
            self._keep(version, sql, verdict)
        return verdict

    def _keep(self, version: str, sql: str, verdict: bool) -> None:
        with self._guard:
            kept = self._read()
            kept.setdefault(version, {})[sql] = verdict
            for old in list(kept)[:-MOST_VERSIONS]:
                del kept[old]
            if self._file is not None:
                self._write(self._file, kept)

    def _read(self) -> dict[str, Verdicts]:
        if self._verdicts is None:
            self._verdicts = _loaded(self._file) if self._file is not None else {}
        return self._verdicts

    def _write(self, file: Path, kept: dict[str, Verdicts]) -> None:
        fresh = file.with_suffix(f".{threading.get_ident()}.new")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(kept), encoding="utf-8")
            fresh.replace(file)
        except OSError:
            fresh.unlink(missing_ok=True)  # the proofs are made again by the next process


def _loaded(file: Path) -> dict[str, Verdicts]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        return {}  # a torn file: the proofs are made again
    if not isinstance(document, dict):
        raise InternalError(f"{file.name} does not hold proofs", remedy=f"Remove {file}.")
    return {
        version: {sql: bool(holds) for sql, holds in verdicts.items()}
        for version, verdicts in document.items()
        if isinstance(verdicts, dict)
    }
