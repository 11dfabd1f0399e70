"""The dictionary folder as it stands: a file is read again only when it was touched."""

from __future__ import annotations

import threading
from pathlib import Path

from verity.data.dictionary import assemble
from verity.data.entry_cache import EntryCache
from verity.data.files import DictionaryFiles, Stamp
from verity.data.model import Dictionary


class DictionaryFolder:
    """Call it for the dictionary. Thread-safe; a fault is raised each time until the files are mended.

    `cache` is a file of entries read before, so that a new process need not read them as YAML again.
    """

    def __init__(self, directory: Path, cache: Path | None = None) -> None:
        self._files = DictionaryFiles(directory, EntryCache(cache) if cache is not None else None)
        self._lock = threading.Lock()
        self._known: tuple[dict[str, Stamp], Dictionary] | None = None

    def __call__(self) -> Dictionary:
        """The dictionary of the files as they are now. Raises what `load_dictionary` raises."""
        with self._lock:
            stamps = self._files.stamps()
            if self._known is None or self._known[0] != stamps:
                self._known = (stamps, assemble(self._files.read(stamps)))
            return self._known[1]
