"""retention: of the entities whose first event lies in a period, those that come back a number of periods later."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from verity.contracts.metric import read_span
from verity.exceptions import ExpressionInvalid
from verity.semantic.expressions import Bound
from verity.semantic.kinds.conversion import shown
from verity.semantic.kinds.definition import Definition
from verity.semantic.kinds.sequence import Sequence, base_of, event_of
from verity.semantic.metrics import Metric

COHORT, KEPT = "cohort", "kept"
CALENDAR = ("day", "week", "month", "quarter", "year")


def read_retention(of: Definition) -> Metric:
    """Entities with an `event` in the calendar period exactly `after` the one of their first `base` event.

    Their share of all entities whose first base event is counted there (`rate`), or their number (`count`). Which event
    is the first is decided over every row that the asker may see, before the query's filters and time range.
    """
    of.refuse("filter", "time_column")
    base, event = base_of(of), event_of(of)
    span = read_span(of.entry.after or "")
    if span.grain not in CALENDAR:
        raise ExpressionInvalid(
            f"its 'after' counts {span.grain}s, which are no calendar periods", remedy=f"Use {', '.join(CALENDAR)}."
        )
    own, theirs = of.entry.entity_of("base") or "", of.entry.entity_of("event") or ""
    entity = of.binder.behind(of.table, own)
    value = Bound(exp.Count(this=exp.Distinct(expressions=[entity.node.copy()]), big_int=True), "bigint", entity.paths)
    entry = of.entry.model_copy(update={"time_column": base.entry.time_column})
    source = Sequence(base.member, event.member, own, theirs, span, first=True)
    kept = Metric(of.table, f"{of.name}({KEPT})", entry, "bigint", value=value, source=source)
    cohort = replace(kept, name=f"{of.name}({COHORT})", source=replace(source, followed=False))
    return shown(of, kept, cohort)
