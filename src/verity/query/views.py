"""What each principal asks of: one model for all who see the same members, whatever rows they see.

A model is made anew when the dictionary or the data version moves; tables that did not change are taken from the one
before, and members are read when they are first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from verity.contracts.dataset import PhysicalSchema
from verity.contracts.identity import Principal
from verity.data.access import TableAccess, access_for, policy_hash
from verity.data.catalog import Catalog, build_catalog
from verity.data.model import Dictionary
from verity.query.recent import Recent
from verity.semantic.model import Model, load_model

_VERSIONS = 4
_MODELS = 32
_PRINCIPALS = 1_000


@dataclass(frozen=True)
class View:
    """One principal's model of one dictionary over one data version."""

    dictionary: Dictionary
    version: str
    accesses: Mapping[str, TableAccess]
    policy_hash: str
    model: Model

    @cached_property
    def has_rollups(self) -> bool:
        """Whether any table declares one."""
        return any(table.rollups for table in self.dictionary.tables.values())


class Views:
    """The views of one engine's tables. Thread-safe."""

    def __init__(
        self,
        schema: Callable[[], PhysicalSchema],
        default_access: Literal["deny", "open"],
        mask_key: str | None = None,
    ) -> None:
        self._schema = schema
        self._default = default_access
        self._mask_key = mask_key
        self._catalogs: Recent[tuple[str, str], Catalog] = Recent(_VERSIONS)
        self._models: Recent[Hashable, Model] = Recent(_MODELS)
        self._views: Recent[Hashable, View] = Recent(_PRINCIPALS)
        self._latest: Catalog | None = None

    def of(self, dictionary: Dictionary, version: str, principal: Principal) -> View:
        """The view of a principal, as the dictionary and the data stand."""
        scope = (dictionary.content_hash, version)
        return self._views.get((*scope, _who(principal)), lambda: self._view(dictionary, version, principal))

    def _view(self, dictionary: Dictionary, version: str, principal: Principal) -> View:
        accesses = access_for(dictionary, principal, self._default, mask_key=self._mask_key)
        scope = (dictionary.content_hash, version)
        key = (*scope, None if principal.is_owner else _members_seen(accesses))

        def make() -> Model:
            whole = self._catalogs.get(scope, lambda: self._catalog(dictionary))
            return load_model(whole if principal.is_owner else whole.narrowed_to(accesses))

        return View(dictionary, version, accesses, policy_hash(accesses), self._models.get(key, make))

    def _catalog(self, dictionary: Dictionary) -> Catalog:
        self._latest = build_catalog(dictionary, self._schema(), before=self._latest)
        return self._latest


def _who(principal: Principal) -> Hashable:
    """All that an access may depend on."""
    return (principal.kind, principal.roles, json.dumps(dict(principal.attributes), sort_keys=True))


def _members_seen(accesses: Mapping[str, TableAccess]) -> Hashable:
    """The accesses without the rules about rows, which are parameters of each query."""
    return frozenset((name, replace(access, any_of=None)) for name, access in accesses.items() if access.allowed)
