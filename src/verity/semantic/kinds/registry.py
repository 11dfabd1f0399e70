"""Every kind of metric by its `type`, and how its entry is read. A new kind is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from verity.data.metric_entry import MetricKind
from verity.exceptions import NotSupported
from verity.semantic.kinds.benchmark import guarded
from verity.semantic.kinds.conversion import read_conversion
from verity.semantic.kinds.cumulative import read_cumulative
from verity.semantic.kinds.definition import Definition
from verity.semantic.kinds.derived import read_derived
from verity.semantic.kinds.offset import read_offset
from verity.semantic.kinds.percentile import read_percentile
from verity.semantic.kinds.rank import read_rank
from verity.semantic.kinds.ratio import read_ratio
from verity.semantic.kinds.retention import read_retention
from verity.semantic.kinds.semi_additive import read_semi_additive
from verity.semantic.kinds.share import read_share
from verity.semantic.kinds.simple import read_simple
from verity.semantic.metrics import Metric

Reader = Callable[[Definition], Metric]

KINDS: Mapping[MetricKind, Reader] = MappingProxyType(
    {
        "simple": read_simple,
        "ratio": read_ratio,
        "derived": read_derived,
        "cumulative": read_cumulative,
        "offset": read_offset,
        "semi_additive": read_semi_additive,
        "share": read_share,
        "rank": read_rank,
        "percentile": read_percentile,
        "conversion": read_conversion,
        "retention": read_retention,
    }
)


def read_metric(of: Definition) -> Metric:
    """The metric of a definition. Raises `QueryError` with the reason where it cannot be used."""
    reader = KINDS.get(of.entry.type)
    if reader is None:
        raise NotSupported(f"'{of.entry.type}' metrics are not answered yet", remedy="Define it another way.")
    return guarded(reader(of))
