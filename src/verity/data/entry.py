"""What every entry of the dictionary's document form is."""

from __future__ import annotations

from pydantic import ConfigDict

from verity.contracts.base import Contract


class Entry(Contract):
    """A part of the dictionary; each attribute's docstring is what editors show."""

    model_config = ConfigDict(use_attribute_docstrings=True)
