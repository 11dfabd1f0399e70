"""The one base of every contract, and the JSON and scalar types they share."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

Json = dict[str, Any]
"""A JSON object at a door: a tool's input or output, a document as read. Never kept past the door."""

Scalar = str | int | float | bool | Decimal | date | datetime | None
"""One value of a filter or a cell, before it is written as JSON."""


class Contract(BaseModel):
    """A frozen value that refuses unknown fields."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )
