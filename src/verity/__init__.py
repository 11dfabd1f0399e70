"""Verity: a company's numbers, defined once and asked for anywhere.

Promises: `verity.open(DIR)` gives a `Workbench` over a project folder, acting as its owner (whoever may read the
folder). Importing this package loads no vendor: everything heavy waits for the first verb.
Read first: `verity.workbench`.

    import verity

    bench = verity.open("shop")
    print(bench.ask("revenue by month in 2025").text)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike

    from verity.workbench import Workbench

__version__ = "0.1.0"
__all__ = ["__version__", "open"]


def open(directory: str | PathLike[str] = ".") -> Workbench:
    """Open the project folder at or above `directory` as its owner.

    Raises `ProjectNotFound` where no folder holds a verity.toml, and `ConfigInvalid` where that file is wrong.
    """
    from verity.bootstrap import open_project

    return open_project(directory)
