"""Who was right, who was fast, and where a peer beats us."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Any

from benchmarks.peers.asked import Peer
from benchmarks.timing import Figure
from benchmarks.tpch.side_by_side import Compared, Side, geometric_mean, quartiles

EDGE = ("q01", "q02", "q03", "q04", "q05", "q06", "q07", "q10", "q12", "q16", "q19", "q20", "q24", "q28")
"""The questions judged on edge data: those whose meaning there is not a matter of taste."""
FASTER = 1.2
"""A right peer may be faster than us by this, and by what the spread of the run explains."""


@dataclass
class Judged:
    """The comparison as data."""

    peers: list[Peer]
    plain: list[Compared]
    edge: dict[str, Compared]
    right_where_we_are_not: list[str] = field(default_factory=list)
    faster_than_we: list[str] = field(default_factory=list)

    @property
    def sides(self) -> list[str]:
        """Us, then the peers that ran."""
        return ["verity", *(peer.name for peer in self.peers if not peer.absent)]

    def verdicts(self, side: str) -> dict[str, int]:
        """How many queries were right, wrong, stopped, not yet answered, or beyond it."""
        counted: dict[str, int] = {}
        for one in self.plain:
            word = one.sides[side].verdict.split(":")[0]
            counted[word] = counted.get(word, 0) + 1
        return counted

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "versions": {peer.name: peer.versions or peer.absent for peer in self.peers},
            "right_where_we_are_not": self.right_where_we_are_not,
            "faster_than_we": self.faster_than_we,
            "queries": {one.query.name: self._entry(one) for one in self.plain},
        }

    def _entry(self, one: Compared) -> dict[str, Any]:
        entry: dict[str, Any] = {"question": one.query.question, "rows": one.rows}
        if one.hand:
            entry["hand_ms"] = round(one.hand.median * 1000, 2)
        edge = self.edge.get(one.query.name)
        for name in (*self.sides, "service"):
            if name in one.sides:
                entry[name] = _side(one, one.sides[name], edge.sides.get(name) if edge else None)
        return entry

    def figures(self) -> list[Figure]:
        """Lines for the command line."""
        lines = []
        for side in self.sides:
            found = [ratios[0] for one in self.plain if one.sides[side].is_right and (ratios := one.ratios(side))]
            words = ", ".join(f"{count} {word}" for word, count in sorted(self.verdicts(side).items()))
            if found:
                mean = geometric_mean(found)
                lines.append(Figure(f"{side}: {words}; mean of the right ones", mean, "x", min(found), max(found)))
            else:
                lines.append(Figure(f"{side}: {words}", 0, "", 0, 0))
        lines += [Figure(f"{peer.name}: {peer.absent}", 0, "", 0, 0) for peer in self.peers if peer.absent]
        for words, found_names in (
            ("queries on which a peer is right and we are not", self.right_where_we_are_not),
            (f"right peers faster than us by more than {FASTER}", self.faster_than_we),
        ):
            detail = f": {'; '.join(found_names)}" if found_names else ""
            lines.append(Figure(words + detail, len(found_names), "", 0, 0, "<= 0", not found_names))
        return lines


def judge(peers: list[Peer], plain: list[Compared], edge: list[Compared]) -> Judged:
    """Find where a peer beats us, on either data set."""
    made = Judged(peers, plain, {one.query.name: one for one in edge})
    for where, compared in (("", plain), (" on edge data", edge)):
        for one in compared:
            ours = one.sides["verity"]
            for peer in made.sides[1:]:
                theirs = one.sides[peer]
                if theirs.is_right and not ours.is_right:
                    made.right_where_we_are_not.append(f"{one.query.name}{where}: {peer} ({ours.verdict})")
                elif theirs.is_right and (found := _faster(theirs, ours)):
                    made.faster_than_we.append(f"{one.query.name}: {peer}, {found}")
    return made


def _faster(theirs: Side, ours: Side) -> str:
    if theirs.timing is None or ours.timing is None or len(theirs.timing.seconds) != len(ours.timing.seconds):
        return ""  # one of the slow ones, timed in a series of their own
    middle, low, high = quartiles(ours.timing, theirs.timing)
    return f"we take {middle:.2f} times as long [{low:.2f} .. {high:.2f}]" if low > FASTER else ""


def _side(one: Compared, side: Side, edge: Side | None) -> dict[str, Any]:
    entry: dict[str, Any] = {"rows": side.verdict}
    if edge is not None:
        entry["edge_rows"] = edge.verdict
    ratios = one.ratios(side.name)
    if ratios:
        entry["ratio"], entry["low"], entry["high"] = (round(value, 3) for value in ratios)
    if side.timing:
        entry["ms"] = round(statistics.median(side.timing.seconds) * 1000, 2)
    if side.written_ms is not None:
        entry["compile_ms"] = round(side.written_ms, 2)
    if side.by_hand:
        entry["by_hand"] = side.by_hand
    if edge is not None and edge.note:
        entry["edge_note"] = edge.note
    return entry
