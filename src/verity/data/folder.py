"""The dictionary folder as it stands: read again only when a file of it was touched."""

from __future__ import annotations

import threading
from pathlib import Path

from verity.data.dictionary import SUFFIXES, load_dictionary
from verity.data.model import Dictionary

Signature = tuple[tuple[str, int, int, int], ...]


class DictionaryFolder:
    """Call it for the dictionary. Thread-safe; a fault is raised each time until the files are mended."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._known: tuple[Signature, Dictionary] | None = None

    def __call__(self) -> Dictionary:
        """The dictionary of the files as they are now. Raises what `load_dictionary` raises."""
        with self._lock:
            signature = _signature(self._directory)
            if self._known is None or self._known[0] != signature:
                self._known = (signature, load_dictionary(self._directory))
            return self._known[1]


def _signature(directory: Path) -> Signature:
    """Name, inode, time of change and size of each file: an editor's rename or a write within one tick shows."""
    if not directory.is_dir():
        return ()
    stats = ((path.name, path.stat()) for path in directory.iterdir() if path.suffix.lower() in SUFFIXES)
    return tuple(sorted((name, stat.st_ino, stat.st_mtime_ns, stat.st_size) for name, stat in stats))
