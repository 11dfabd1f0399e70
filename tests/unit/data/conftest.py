"""Dictionaries on disk, from the text of their files."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from verity.data.catalog import Catalog, build_catalog
from verity.data.dictionary import load_dictionary
from verity.data.model import Dictionary

Files = dict[str, str | bytes]


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[Files], Path]:
    def write(files: Files) -> Path:
        directory = tmp_path / "dictionary"
        directory.mkdir(exist_ok=True)
        for name, content in files.items():
            data = content if isinstance(content, bytes) else textwrap.dedent(content).encode()
            (directory / name).write_bytes(data)
        return directory

    return write


@pytest.fixture
def load(folder: Callable[[Files], Path]) -> Callable[..., Dictionary]:
    return lambda **files: load_dictionary(folder({f"{name}.yml": text for name, text in files.items()}))


@pytest.fixture
def catalog_of(load: Callable[..., Dictionary]) -> Callable[..., Catalog]:
    return lambda **files: build_catalog(load(**files))
