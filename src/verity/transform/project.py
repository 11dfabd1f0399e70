"""Find the dbt project that a Verity project builds with: `models/`, or a bring-your-own path."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from verity.exceptions import ModelsMissing

DBT_FILE = "dbt_project.yml"
_NOT_SOURCE = frozenset({"target", "logs", "dbt_packages", ".git", ".venv", "node_modules", ".verity"})
"""Folders of a dbt project that hold results, installed packages or history, never models."""


@dataclass(frozen=True)
class ModelProject:
    """The dbt project at `root`, of the Verity project at `home`."""

    home: Path
    root: Path

    @property
    def work(self) -> Path:
        """Everything that dbt is told to write goes below this folder."""
        return self.home / ".verity" / "build"

    @property
    def target(self) -> Path:
        """dbt's results and its parse cache."""
        return self.work / "target"

    def shown(self, path: str | Path) -> str:
        """A path as people are told it: relative to the Verity project where it lies inside. A relative `path` is one
        of the dbt project."""
        full = self.root / path
        return str(full.relative_to(self.home)) if full.is_relative_to(self.home) else str(full)


def find_models(project: Path, path: str = "models") -> ModelProject:
    """The dbt project at `path`, relative to `project` or absolute. Raises `ModelsMissing`."""
    project = project.resolve()
    root = (project / path).resolve()
    found = ModelProject(home=project, root=root)
    if not (root / DBT_FILE).is_file():
        raise ModelsMissing(
            f"no dbt project at {found.shown(root)}/ (it would hold a {DBT_FILE})",
            remedy='Put one there, or name its folder in verity.toml: [models] path = "...".',
        )
    return found


def fingerprint(root: Path) -> tuple[tuple[str, int, int], ...]:
    """Every file that decides what the models are, by name, change time (ns) and size: equal means unchanged."""
    return tuple(sorted(_stamps(root, root)))


def _stamps(root: Path, folder: Path) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name not in _NOT_SOURCE:
                    yield from _stamps(root, Path(entry.path))
            else:
                stat = entry.stat()
                yield str(Path(entry.path).relative_to(root)), stat.st_mtime_ns, stat.st_size
