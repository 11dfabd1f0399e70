"""Frozen types that cross packages, and nothing else.

Promises: every type here is immutable, typed and JSON-serialisable, and imports only pydantic and the standard
library. A change here is a change of the project's language: additive wherever it can be.
Read first: `question.py` (what goes in and comes out), then `metric.py` and `tool.py`.
May import: `verity.exceptions`, pydantic.

    from verity.contracts.metric import GroupBy, MetricQuery

    MetricQuery(metrics=("orders.revenue",), by=(GroupBy(dimension="time", grain="month"),))
"""
