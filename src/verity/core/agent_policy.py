"""What an agent may do. An agent executes nothing, decides nothing and holds no state: it authorises."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from verity.contracts.policy import AgentDocument
from verity.core.hashing import payload_hash
from verity.exceptions import AgentInvalid, ToolNotPermitted


class AgentPolicy:
    """The reference's class (section 6.1) over a closed document.

    `allowed_tools` holds names (any version) and `name@version` (that version alone).
    Raises `AgentInvalid` for a missing, wrong or unknown key.
    """

    def __init__(self, config: Mapping[str, object] | AgentDocument) -> None:
        self.document = config if isinstance(config, AgentDocument) else _read(config)
        self.agent_id = self.document.agent
        self.allowed_tools = set(self.document.allowed_tools)
        self.addons_enabled = set(self.document.addons_enabled)
        self.hash = payload_hash(self.document.model_dump(mode="json"))

    def can_execute(self, tool_name: str) -> bool:
        """Whether a tool may run: `name@version` exactly or by name; a bare `name` if some version of it may."""
        name, versioned, _ = tool_name.partition("@")
        if name in self.allowed_tools or tool_name in self.allowed_tools:
            return True
        return not versioned and any(allowed.partition("@")[0] == name for allowed in self.allowed_tools)

    def validate_or_raise(self, tool_name: str) -> None:
        """Raise `ToolNotPermitted`, which names the agent and the tool, unless the tool may run."""
        if not self.can_execute(tool_name):
            raise ToolNotPermitted(self.agent_id, tool_name)


def _read(config: Mapping[str, object]) -> AgentDocument:
    try:
        return AgentDocument.model_validate(dict(config))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "document"
        raise AgentInvalid(
            f"agent document: {place}: {first['msg']}",
            remedy='The form is {"agent": NAME, "allowed_tools": [...], "addons_enabled": [...]}.',
        ) from None
