"""Who is asking: a principal with roles and attributes, which the access policies read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from verity.contracts.base import Contract

AttributeValue = str | int | bool | tuple[str, ...] | tuple[int, ...]


class Principal(Contract):
    """Someone or something that asks. The document form is `{"id", "roles": [], "attributes": {}}`.

    `kind` is never read from a document: `owner` is obtained by proof (local file access or the one-time link),
    `system` runs syncs, builds and checks and never answers anyone. No role passes a table's `access`; the owner does.
    """

    id: str = Field(min_length=1)
    roles: tuple[str, ...] = ()
    attributes: Mapping[str, AttributeValue] = Field(default_factory=dict)
    kind: Literal["user", "owner", "system"] = "user"

    @property
    def is_owner(self) -> bool:
        """True for the project's owner, who sees every row."""
        return self.kind == "owner"


OWNER = Principal(id="owner", kind="owner")
SYSTEM = Principal(id="system", kind="system")
