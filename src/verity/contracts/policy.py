"""What an agent may do. The document form is the reference's (section 6.1); enforcement is in core."""

from __future__ import annotations

from pydantic import Field

from verity.contracts.base import Contract


class AgentDocument(Contract):
    """`{"agent": ..., "allowed_tools": [...], "addons_enabled": [...]}`.

    `allowed_tools` entries are a name (any version) or `name@version` (that version alone).
    """

    agent: str = Field(min_length=1)
    allowed_tools: tuple[str, ...]
    addons_enabled: tuple[str, ...] = ()
    description: str = ""
