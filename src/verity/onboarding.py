"""A folder becomes a project: profile what is there, draft the dictionary, write sources and models.

Everything is written into a hidden folder beside the place and moved there at the end, so that an interrupted
`init` leaves nothing behind.
"""

from __future__ import annotations

import errno
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from verity.config import FILE
from verity.contracts.base import Json
from verity.contracts.tool import Progress
from verity.data.drafts import Draft, draft, to_yaml
from verity.exceptions import DiskFull, ProjectExists, ProjectUnwritable, VerityError

AGENT = """\
# What the analyst may do. An agent only permits; tools do the work.
agent: data_analyst
allowed_tools:
  - resolve_semantics
  - run_table_query
  - build_chart
addons_enabled: []
"""
SETTINGS = """\
# Settings of this project. Every key has a default, so this file may stay as it is; `verity doctor` lists them all.
# Passwords belong in the environment: write ${NAME} here.
"""
README = """\
# {name}

A Verity project. `sources/` says what is loaded, `models/` is a dbt project, `dictionary/` defines every number.

    verity sync && verity build && verity check
    verity ask "..."
    verity query --list
"""
FOLDERS = ("sources", "dictionary", "agents")


@dataclass(frozen=True)
class InitReport:
    """What `init` made, and what its draft was unsure of."""

    directory: Path
    draft: Draft | None
    instructions: str = ""
    """What the person must do before the first sync, such as setting a variable; empty where nothing."""

    def text(self) -> str:
        """As the terminal shows it."""
        here = f"verity --project {shlex.quote(str(self.directory))}"
        if self.draft is None:
            return f"An empty project is in {self.directory}.\nDraft one from data with: verity init DIR --from FOLDER"
        steps = [f"  {here} {step}" for step in ("sync", "build", "check", "query --list", 'ask "..."')]
        count = len(self.draft.tables)
        drafted = f"{self.directory}: drafted {count} table{'' if count == 1 else 's'} (see DRAFT.md there)"
        first = [f"  {self.instructions}"] if self.instructions else []
        return "\n".join([self.draft.report.to_text(), "", drafted, "", "Next:", *first, *steps])

    def document(self) -> Json:
        """As JSON."""
        tables = () if self.draft is None else self.draft.report.tables
        doubts = () if self.draft is None else self.draft.report.doubts
        return {
            "project": str(self.directory),
            "instructions": self.instructions,
            "tables": [
                {"table": t.table, "rows": t.rows, "primary_key": list(t.key), "joins": list(t.joins), "time": t.time}
                for t in tables
            ],
            "doubts": [{"kind": d.kind, "table": d.table, "text": d.text} for d in doubts],
        }


def make_project(directory: Path, origin: str | None, progress: Callable[[Progress], None]) -> InitReport:
    """Make a project in `directory`, drafted from `origin` where one is given.

    Raises `ProjectExists`, `ProjectUnwritable`, `DiskFull`, and what opening and profiling the origin raise.
    """
    with _whole(directory) as place:
        _write(place / FILE, SETTINGS)
        _write(place / ".gitignore", ".verity/\n")
        _write(place / "README.md", README.format(name=directory.resolve().name))
        for folder in FOLDERS:
            (place / folder).mkdir()
        _write(place / "agents" / "data_analyst.yml", AGENT)
        return _draft_into(place, directory, origin, progress) if origin else InitReport(directory, None)


def make_sample(directory: Path, *, scale: int, fresh: bool, progress: Callable[[Progress], None]) -> str:
    """Write Scout into `directory`; `fresh` first removes an earlier Scout there, and nothing else.

    Returns a line about what was made. Raises `ProjectExists`, `MissingExtra`, `SampleInvalid`, `DiskFull`.
    """
    from verity.samples.project import TRUTH_FILE, write_project

    if fresh and (directory / TRUTH_FILE).is_file() and (directory / FILE).is_file():
        shutil.rmtree(directory)
    truth = write_project(directory, scale=scale, progress=progress)
    rows, tables, dirt = sum(truth.rows.values()), len(truth.rows), truth.quarantined_rows
    return f"{rows:,} rows in {tables} tables, {dirt:,} of them known dirt"


def _draft_into(place: Path, directory: Path, origin: str, progress: Callable[[Progress], None]) -> InitReport:
    from verity.ingest.origin import open_origin
    from verity.ingest.profile import profile
    from verity.ingest.sources import write_source
    from verity.transform.passthrough import write_models

    opened = open_origin(origin, Path.cwd())
    profiled = profile(opened, progress)
    drafted = draft(profiled.tables, profiled.inclusions, profiled.notes)
    written = write_source(place, opened, types=profiled.text_types, url=origin, home=directory.resolve())
    write_models(place, drafted.profiles)
    for entry in drafted.tables:
        _write(place / "dictionary" / f"{_file_name(entry.table)}.yml", to_yaml(entry))
    _write(place / "DRAFT.md", drafted.report.to_markdown())
    return InitReport(directory, drafted, written.instructions)


def _file_name(table: str, longest: int = 100) -> str:
    """A table's file: its name where the file system takes it, else the beginning of it with a digest."""
    if len(table.encode()) <= longest and "/" not in table:
        return table
    import hashlib

    return f"{table[:40].replace('/', '_')}_{hashlib.sha256(table.encode()).hexdigest()[:8]}"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


@contextmanager
def _whole(directory: Path) -> Iterator[Path]:
    """A hidden folder that becomes `directory` at the end, or goes, whatever happens."""
    directory = directory.absolute()
    exists = directory.exists()
    if exists and (not directory.is_dir() or any(directory.iterdir())):
        raise ProjectExists(f"{directory} already holds something", remedy="Name a new or an empty folder.")
    place = _hidden(directory, inside=exists)
    try:
        yield place
        _settle(place, directory, into=exists)
    except BaseException as error:
        shutil.rmtree(place, ignore_errors=True)
        if isinstance(error, OSError):
            raise _unwritten(error, directory) from None
        raise


def _hidden(directory: Path, *, inside: bool) -> Path:
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory if inside else directory.parent))
    except OSError as error:
        raise _unwritten(error, directory) from None


def _unwritten(error: OSError, directory: Path) -> VerityError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull(f"no room for a project in {directory.parent}", remedy="Free some space.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ProjectUnwritable(f"may not write {directory}", remedy="Name a folder that this account may write.")
    return ProjectUnwritable(
        f"cannot write {directory}: {error.strerror or type(error).__name__}", remedy="Name another folder."
    )


def _settle(place: Path, directory: Path, *, into: bool) -> None:
    if not into:
        place.chmod(0o755)
        place.replace(directory)
        return
    for entry in sorted(place.iterdir(), key=lambda entry: entry.name == FILE):
        entry.replace(directory / entry.name)
    place.rmdir()
