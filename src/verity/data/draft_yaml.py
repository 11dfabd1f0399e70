"""A drafted table as YAML that a person reads and edits."""

from __future__ import annotations

from typing import Any

import yaml

from verity.data.model import TableEntry

_HEADER = (
    "# Drafted by `verity init` from the data. Correct what is wrong; take `draft: true` from what you have checked.\n"
)


def to_yaml(entry: TableEntry) -> str:
    """The entry as `dictionary/<table>.yml`: only what is set, in the order people read, aliases on one line."""
    document = _columns_short(entry.model_dump(mode="json", exclude_defaults=True))
    return _HEADER + yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def _columns_short(document: dict[str, Any]) -> dict[str, Any]:
    """One key or one pair of names as people write them: `primary_key: order_id`."""
    key = document.get("primary_key")
    if isinstance(key, list) and len(key) == 1:
        document["primary_key"] = key[0]
    for column in document.get("columns", {}).values():
        values = column.get("values")
        if values and all(set(value) == {"value"} for value in values):
            column["values"] = [value["value"] for value in values]
        elif values:
            column["values"] = _Block(values)
    return document


_NUMBER_SIGNS = frozenset("0123456789+-.")
_YAML_WORDS = frozenset({"on", "off", "yes", "no", "y", "n", "true", "false", "null", "~", ""})


class _Block(list[Any]):
    """A list written one item a line."""


class _Dumper(yaml.SafeDumper):
    """Block style for maps, flow style for lists of words; no aliases or anchors."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # the base's name
        return True


def _list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    flow = all(isinstance(item, str | int | bool) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=flow)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    """Quoted wherever YAML 1.1 or 1.2 might take the text for a number or a word of its own (0e0, on, ~)."""
    unsure = text[:1] in _NUMBER_SIGNS or text.lower() in _YAML_WORDS
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if unsure else None)


def _block(dumper: yaml.SafeDumper, items: _Block) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=False)


_Dumper.add_representer(list, _list)
_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Block, _block)
