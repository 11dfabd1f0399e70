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
    """Where the models are (`root`) and where everything that dbt writes goes (`work`)."""

    root: Path
    work: Path

    @property
    def target(self) -> Path:
        """dbt's results and its parse cache."""
        return self.work / "target"


def find_models(project: Path, path: str = "models") -> ModelProject:
    """The dbt project at `path`, relative to `project` or absolute. Raises `ModelsMissing`."""
    project = project.resolve()
    root = (project / path).resolve()
    if not (root / DBT_FILE).is_file():
        raise ModelsMissing(
            f"no dbt project at {_shown(root, project)} (it would hold a {DBT_FILE})",
            remedy='Put one there, or name its folder in verity.toml: [models] path = "...".',
        )
    return ModelProject(root=root, work=project / ".verity" / "build")


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


def _shown(path: Path, project: Path) -> str:
    return f"{path.relative_to(project)}/" if path.is_relative_to(project) else str(path)
