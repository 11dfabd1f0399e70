"""The dictionary folder as it stands: a file is read again only when it was touched; a fault stops no service.

folder = DictionaryFolder(project / "dictionary")
folder()            # the dictionary of the files; while they are broken, the last one that was whole
folder.current()    # the same, or the fault
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from verity.data.dictionary import assemble
from verity.data.entry_cache import EntryCache
from verity.data.files import DictionaryFiles, Stamp
from verity.data.model import Dictionary
from verity.exceptions import DictionaryError

_LOG = logging.getLogger(__name__)


class DictionaryFolder:
    """Call it for the dictionary. Thread-safe. Nothing half-read is ever given out.

    `cache` is a file of entries read before, so that a new process need not read them as YAML again.
    """

    def __init__(self, directory: Path, cache: Path | None = None) -> None:
        self._files = DictionaryFiles(directory, EntryCache(cache) if cache is not None else None)
        self._lock = threading.Lock()
        self._known: tuple[dict[str, Stamp], Dictionary] | None = None
        self._fault: DictionaryError | None = None

    def __call__(self) -> Dictionary:
        """The dictionary to answer by: of the files as they are now, or the last whole one while they are broken.

        Each new fault is logged once, and stands in `fault` until the files are mended. Raises what `load_dictionary`
        raises where no whole dictionary was read before.
        """
        with self._lock:
            try:
                return self._read()
            except DictionaryError as fault:
                if self._known is None:
                    raise
                if self._fault is None or str(self._fault) != str(fault):
                    _LOG.warning("the dictionary is broken; the last good one keeps serving: %s", fault)
                self._fault = fault
                return self._known[1]

    def current(self) -> Dictionary:
        """The dictionary of the files as they are now, for checks. Raises what `load_dictionary` raises."""
        with self._lock:
            return self._read()

    @property
    def fault(self) -> DictionaryError | None:
        """Why the last good dictionary serves instead of the files as they are; None where it does not."""
        return self._fault

    def _read(self) -> Dictionary:
        stamps = self._files.stamps()
        if self._known is None or self._known[0] != stamps:
            self._known = (stamps, assemble(self._files.read(stamps)))
        self._fault = None
        return self._known[1]
