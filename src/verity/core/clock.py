"""The machine's clock, for the parts that are handed one."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """Wall time in UTC and the monotonic clock of this machine."""

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds on the scale of `time.monotonic()`."""
        return time.monotonic()
