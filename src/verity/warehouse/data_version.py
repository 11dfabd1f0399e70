"""What a published version is called: a digest of what went into it, the same on every engine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from verity.contracts.dataset import TableState


def data_version(build_id: str, tables: Sequence[TableState]) -> str:
    """Sixteen hex digits of the build id and the load ids; the same rows loaded again are another version."""
    named = {"build": build_id, "loads": {t.table: t.load_id for t in tables}}
    return hashlib.sha256(json.dumps(named, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
