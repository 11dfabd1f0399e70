"""Which values a metric's own condition leaves for a column."""

from __future__ import annotations

import pytest

from verity.semantic.pinned import pinned_values


@pytest.mark.parametrize(
    ("condition", "pins"),
    [
        ("status = 'paid'", {"status": {"paid"}}),
        ("'paid' = status AND (kind IN ('a', 'b'))", {"status": {"paid"}, "kind": {"a", "b"}}),
        ("status IN ('a', 'b') AND status = 'a'", {"status": {"a"}}),
        ("shop.open = 1", {"shop.open": {"1"}}),
        ("status = 'a' OR status = 'b'", {}),
        ("NOT status = 'a'", {}),
        ("status <> 'a'", {}),
        ("status = other", {}),
        ("status = ", {}),
        ("", {}),
    ],
)
def test_only_what_every_row_must_meet_is_pinned(condition: str, pins: dict) -> None:
    assert pinned_values(condition) == pins
