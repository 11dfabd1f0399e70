"""Questions about metrics of every kind, comparisons, filled gaps and totals, answered from the groups of frames.

Ranges and periods go by `time`; see `oracle_frames` for what a context is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.proof import spans
from tests.proof.aggregates import aggregate, percentile
from tests.proof.expressions import Cell
from tests.proof.oracle import Expected, meant, ordered, split
from tests.proof.oracle_compare import fits, naive
from tests.proof.oracle_frames import PLAIN, Context, Frames, Key
from tests.proof.oracle_groups import Scan
from tests.proof.oracle_paths import Refused
from tests.proof.oracle_rows import Rows
from tests.proof.oracle_time import start
from tests.proof.question import TIME, By, Node, Question, Tree, Where, leaves_of
from tests.proof.world import Metric, Row, World

PARTS = ("previous", "delta", "growth")
LEAVES = ("simple", "percentile", "semi_additive")


def answer_kinds(world: World, question: Question, seen: Mapping[str, list[Row]] | None = None) -> Expected:
    """The rows of a question with any kind of metric. Raises `Refused`."""
    rows = Rows(world, seen)
    asked = meant(rows.ways, question)
    if len(set(asked.by)) < len(asked.by):
        raise Refused("asked twice", "VRT-226")
    names = {old.name(): new.name() for old, new in zip(question.by, asked.by, strict=True)}
    asked = replace(asked, order=tuple((names.get(name, name), *rest) for name, *rest in question.order))
    whole = _Kinds(rows, asked)
    details = whole.rows()
    count = len(asked.by)
    if not (asked.extra.get("totals") or asked.extra.get("subtotals")):
        return Expected(details, count)
    made = [(*row, count) for row in details]
    levels = list(range(count - 1, 0, -1)) if asked.extra.get("subtotals") else []
    levels += [0] if asked.extra.get("totals") and count else []
    for kept in levels:
        made += _level(rows, asked, kept)
    return Expected(made, count)


def _level(rows: Rows, asked: Question, kept: int) -> list[tuple[Cell, ...]]:
    """The same question by its first dimensions; ranks are empty, conditions on metrics are left out."""
    extra = {k: v for k, v in asked.extra.items() if k not in ("totals", "subtotals")}
    if not any(by.member == TIME for by in asked.by[:kept]):
        extra.pop("fill", None)
    where = tuple(node for node in asked.where if not _names_metric(node))
    names = {by.name() for by in asked.by[kept:]}
    order = tuple(one for one in asked.order if one[0] not in names)
    below = replace(asked, by=asked.by[:kept], where=where, order=order, limit=None, offset=0, extra=extra)
    solver = _Kinds(rows, below, unranked=True)
    return [(*row[:kept], *([None] * (len(asked.by) - kept)), *row[kept:], kept) for row in solver.rows()]


def _names_metric(node: Node) -> bool:
    if isinstance(node, Tree):
        return any(_names_metric(part) for part in node.parts)
    return isinstance(node, Where) and node.metric is not None


class _Kinds:
    """One question, without its totals."""

    def __init__(self, rows: Rows, question: Question, *, unranked: bool = False) -> None:
        self._rows = rows
        self._asked = question
        self._unranked = unranked
        self._where, self._having = split(replace(question, since=None, until=None))
        self._frames = Frames(rows, question, self._where)
        self._uses: dict[tuple[str, Context], None] = {}
        self._values: dict[tuple[str, Context], dict[Key, Cell]] = {}
        self._keys: list[Key] = []
        self._earlier = self._comparison()

    def rows(self) -> list[tuple[Cell, ...]]:
        """The details in order, cut by limit and offset."""
        compared = [leaf.metric for node in self._having for leaf in leaves_of(node) if isinstance(leaf, Where)]
        parted = [leaf for node in self._having for leaf in leaves_of(node) if isinstance(leaf, Where) and leaf.part]
        if any(self._earlier is None or leaf.metric not in self._asked.metrics for leaf in parted):
            raise Refused("a condition on what is not compared", "VRT-226")
        for metric in (*self._asked.metrics, *(name for name in compared if name)):
            self._use(metric, PLAIN)
            if self._earlier is not None and metric in self._asked.metrics:
                self._use(metric, self._earlier)
        keys: dict[Key, None] = {}
        for leaf, context in self._uses:
            keys |= dict.fromkeys(self._groups(leaf, Context(reach=context.reach)))
        if self._asked.extra.get("fill"):
            keys |= dict.fromkeys(self._gaps(list(keys)))
        self._keys = list(keys)
        rows = [(*key, *self._shown(key)) for key in self._keys if all(self._holds(n, key) for n in self._having)]
        width = 4 if self._earlier is not None else 1
        names = [by.name() for by in self._asked.by]
        names += [m + part for m in self._asked.metrics for part in ("", *(f"__{p}" for p in PARTS))[:width]]
        return ordered(rows, names, self._asked)

    # --- what is read

    def _comparison(self) -> Context | None:
        compare = self._asked.extra.get("compare")
        if compare is None:
            return None
        if compare == "previous_period":
            return self._frames.shifted(PLAIN, None)
        text = f"1 {compare.removeprefix('previous_')}" if compare.startswith("previous_") else compare
        return self._frames.shifted(PLAIN, spans.read(text))

    def _use(self, name: str, context: Context) -> None:
        metric = self._metric(name)
        if metric.type in LEAVES:
            if context.reach and metric.type == "semi_additive":
                raise Refused("a state may not be summed over time")
            self._frames.check(context)
            self._uses.setdefault((name, context))
            return
        if metric.type == "rank" and context != PLAIN:
            raise Refused("a rank stands for itself")
        if metric.type == "share":
            self._use(metric.parts[0], context)
        if metric.type == "offset" and metric.options.get("show", "value") != "value":
            self._use(metric.parts[0], context)
        for part in metric.parts:
            self._use(part, self._under(metric, context))

    def _under(self, metric: Metric, context: Context) -> Context:
        """The context of the part that a metric takes elsewhere."""
        options = metric.options
        if metric.type == "offset":
            return self._frames.shifted(context, spans.read(options["offset"]))
        if metric.type == "cumulative":
            if context.reach is not None:
                raise Refused("accumulates what is accumulated")
            if "window" in options:
                return replace(context, reach=("window", options["window"]))
            return replace(context, reach=("to_date", options["to_date"]) if "to_date" in options else ("all", ""))
        if metric.type == "share":
            keep = self._named(options.get("within", []))
            keep = keep if context.keep is None else keep & context.keep
            return replace(context, keep=None if len(keep) == len(self._asked.by) else keep)
        return context

    def _named(self, names: list[str]) -> frozenset[int]:
        """The dimensions that some of the names mean."""
        plain = [by.name().partition(":")[0] for by in self._asked.by]
        return frozenset(i for i, own in enumerate(plain) if any(own == n or own.endswith(f".{n}") for n in names))

    def _groups(self, leaf: str, context: Context) -> Mapping[Key, Cell]:
        place = (leaf, context)
        if place not in self._values:
            scan = self._scan(leaf)
            found = self._frames.groups(scan, context)
            self._values[place] = self._aggregated(leaf, found, context, scan)
        return self._values[place]

    def _scan(self, leaf: str) -> Scan:
        table, metric = leaf.partition(".")[0], self._metric(leaf)
        needs = bool(self._frames.times) or self._asked.since is not None or self._asked.until is not None
        needs = needs or self._is_timed()
        *joins, column = self._time(table, metric).split(".") if needs else [""]
        return Scan(table, (tuple(joins), column) if needs else None, (leaf,))

    def _is_timed(self) -> bool:
        return any(context.shifts or context.reach for _, context in self._uses)

    def _metric(self, name: str) -> Metric:
        table, _, rest = name.partition(".")
        return self._rows.world.tables[table].metrics[rest]

    def _time(self, table: str, metric: Metric) -> str:
        found = metric.time or self._rows.world.tables[table].time
        if found is None:
            raise Refused("no time column")
        return found

    # --- values of leaves

    def _aggregated(self, leaf: str, found: dict[Key, list[Row]], context: Context, scan: Scan) -> dict[Key, Cell]:
        metric = self._metric(leaf)
        if metric.type == "percentile":
            return {key: self._percentile(scan.root, metric, rows) for key, rows in found.items()}
        if metric.type == "semi_additive":
            return self._at_instants(scan, metric, found, context)
        assert metric.value is not None
        return {key: self._value_of(scan.root, metric, rows) for key, rows in found.items()}

    def _value_of(self, table: str, metric: Metric, rows: list[Row]) -> Cell:
        assert metric.value is not None
        return metric.value.value([self._rows.reader(table, row) for row in rows], metric.filter)

    def _percentile(self, table: str, metric: Metric, rows: list[Row]) -> Cell:
        assert metric.formula is not None
        reads = [self._rows.reader(table, row) for row in rows]
        reads = [read for read in reads if metric.filter is None or metric.filter.value(read) is True]
        cells = sorted(float(cell) for read in reads if (cell := metric.formula.value(read)) is not None)
        share = metric.options["percentile"]
        if not cells:
            return None
        if metric.options.get("method") == "discrete":
            place = next(i for i in range(len(cells)) if (i + 1) / len(cells) >= share - 1e-12)
            return cells[place]
        return percentile(cells, share)

    def _at_instants(
        self, scan: Scan, metric: Metric, found: dict[Key, list[Row]], context: Context
    ) -> dict[Key, Cell]:
        """The rows of the instant of each period, chosen over all rows of the range."""
        over, take, per = metric.options["over"], metric.options.get("take", "last"), metric.options.get("per", [])
        ranged = replace(self._asked, by=tuple(By(TIME, by.grain) for by in self._asked.by if by.member == TIME))
        frames = Frames(self._rows, ranged, [])
        whole = frames.groups(scan, replace(context, keep=None))
        at = {id(row): row[over] for rows in found.values() for row in rows}
        made: dict[Key, Cell] = {}
        for key, rows in found.items():
            period = tuple(key[i] for i, by in enumerate(self._kept(context)) if by.member == TIME)
            seen = [row for row in whole.get(period, []) if row[over] is not None]
            if take == "average":
                known = [row for row in rows if row[over] is not None]
                total = self._value_of(scan.root, metric, known)
                count = len({naive(row[over]) for row in seen})
                value = None if total is None or not count else float(total) / float(count)
                if known or not self._kept(context):
                    made[key] = value
                continue
            if take in ("min", "max"):
                moments = {naive(row[over]) for row in rows if row[over] is not None}
                values = [
                    self._value_of(scan.root, metric, [r for r in rows if r[over] is not None and naive(r[over]) == m])
                    for m in moments
                ]
                if moments or not self._kept(context):
                    made[key] = aggregate(take.upper(), [v for v in values if v is not None])
                continue
            best: dict[Key, Cell] = {}
            for row in seen:
                owner = tuple(row[name] for name in per)
                moment = naive(row[over])
                if owner not in best or (moment > best[owner] if take == "last" else moment < best[owner]):
                    best[owner] = moment
            chosen = [
                row
                for row in rows
                if at[id(row)] is not None and best.get(tuple(row[name] for name in per)) == naive(at[id(row)])
            ]
            if chosen or not self._kept(context):
                made[key] = self._value_of(scan.root, metric, chosen)
        return made

    def _kept(self, context: Context) -> list[By]:
        return [by for i, by in enumerate(self._asked.by) if context.keep is None or i in context.keep]

    # --- values of metrics

    def value(self, name: str, key: Key, context: Context = PLAIN) -> Cell:
        """A metric at a group, under a context."""
        metric = self._metric(name)
        if metric.type in LEAVES:
            place = self._frames.place(key, context)
            return None if place is None else self._groups(name, context).get(place)
        if metric.type == "ratio":
            return _divided(*(self.value(part, key, context) for part in metric.parts))
        if metric.type == "derived":
            assert metric.formula is not None
            return metric.formula.value(lambda _, part: self.value(part, key, context))
        part = metric.parts[0]
        if metric.type == "rank":
            return self._place(metric, key)
        then = self.value(part, key, self._under(metric, context))
        if metric.type == "share":
            return _divided(self.value(part, key, context), then)
        if metric.type == "offset":
            show = metric.options.get("show", "value")
            return then if show == "value" else _changed(self.value(part, key, context), then, show)
        return then

    def _place(self, metric: Metric, key: Key) -> Cell:
        if self._unranked:
            return None
        own = self._final(metric.parts[0], key)
        if own is None:
            return None
        within = self._named(metric.options.get("within", []))
        asc = metric.options.get("direction") == "asc"
        others = [
            self._final(metric.parts[0], other) for other in self._keys if all(other[i] == key[i] for i in within)
        ]
        return 1 + sum(1 for value in others if value is not None and (value < own if asc else value > own))

    def _final(self, name: str, key: Key, context: Context = PLAIN) -> Cell:
        """The value as it is shown where gaps are filled."""
        value = self.value(name, key, context)
        metric = self._metric(name)
        if value is None and self._asked.extra.get("fill") and metric.options.get("fill") == "zero":
            return 0
        return value

    def _shown(self, key: Key) -> list[Cell]:
        made: list[Cell] = []
        for name in self._asked.metrics:
            now = self._final(name, key)
            made.append(now)
            if self._earlier is not None:
                then = self._final(name, key, self._earlier)
                made += [then, _changed(now, then, "delta"), _changed(now, then, "growth")]
        return made

    def _holds(self, node: Node, key: Key) -> bool:
        if isinstance(node, Tree):
            return (all if node.kind == "and" else any)(self._holds(part, key) for part in node.parts)
        if not isinstance(node, Where) or node.metric is None:
            raise Refused("a condition beside a metric")
        return fits(self._part(node.metric, node.part, key), "decimal", node.op, node.values)

    def _part(self, name: str, part: str, key: Key) -> Cell:
        """A metric, or how it compares with the earlier period."""
        if not part:
            return self._final(name, key)
        assert self._earlier is not None
        then = self._final(name, key, self._earlier)
        return then if part == "previous" else _changed(self._final(name, key), then, part)

    # --- gaps

    def _gaps(self, keys: list[Key]) -> list[Key]:
        """Every period of the range for every group that the result has."""
        times, grain = self._frames.times, self._frames.grain
        if not times or grain is None:
            raise Refused("no periods to fill")
        finest = times[0]
        known = [key[finest] for key in keys if key[finest] is not None]
        since, until = self._frames.since, self._frames.until
        first = start(since, grain) if since is not None else min(known, default=None)
        last = start(spans.last_moment(until, grain), grain) if until is not None else max(known, default=None)
        if first is None or last is None:
            return []
        others = [i for i in range(len(self._asked.by)) if i not in times]
        groups = dict.fromkeys(tuple(key[i] for i in others) for key in keys) if others else {(): None}
        made = []
        while naive(first) <= naive(last):
            for group in groups:
                full: list[Cell] = [None] * len(self._asked.by)
                for i, cell in zip(others, group, strict=True):
                    full[i] = cell
                for i in times:
                    full[i] = start(first, self._asked.by[i].grain or grain)
                made.append(tuple(full))
            first = spans.forward(first, grain)
        return made


def _divided(above: Cell, below: Cell) -> Cell:
    return None if above is None or not below else float(above) / float(below)


def _changed(now: Cell, then: Cell, show: str) -> Cell:
    if now is None or then is None:
        return None
    change = float(now) - float(then) if isinstance(now, float) or isinstance(then, float) else now - then
    return change if show == "delta" else _divided(change, then)
