"""Write the scans of every frame by the same rules as the query's own, and type the dimensions that they share."""

from __future__ import annotations

from verity.semantic import types
from verity.semantic.frames.spine import kind_of
from verity.semantic.rules.groups import form_scans
from verity.semantic.rules.instants import choose_instants
from verity.semantic.rules.paths import find_paths
from verity.semantic.rules.scans import write_scans
from verity.semantic.types import Type
from verity.semantic.work import Work


def write_frames(work: Work) -> None:
    """Fill the scans of `work.frames`, and `work.types`."""
    choose_instants(work)
    for frame in work.frames:
        if frame.reuses:
            continue
        form_scans(frame.work)
        find_paths(frame.work)
        write_scans(frame.work)
        choose_instants(frame.work)
    work.types = [types.merged(_types(work, i)) for i in range(len(work.dimensions))]


def _types(work: Work, index: int) -> list[Type]:
    found = [scan.types[index] for scan in work.scans]
    for frame in work.frames:
        if index in frame.indices:
            place = frame.indices.index(index)
            found += [frame.typed.get(index, scan.types[place]) for scan in frame.work.scans]
    if not found and work.dimensions[index].grain is not None:  # a coarser period than the one that is accumulated by
        found.append(kind_of(work.dimensions[index].grain or "day"))
    return found
