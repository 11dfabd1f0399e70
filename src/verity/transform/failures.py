"""Translate what dbt raises into Verity's errors: short, coded, with the file to mend."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import yaml

from verity.exceptions import DataError, DiskFull, ModelsInvalid, TransformFailed
from verity.transform.project import DBT_FILE, ModelProject

_LONGEST = 300
_FULL = re.compile(
    r"no space left on device|file too large|could not extend file|disk (is )?full|ENOSPC|EFBIG"
    r"|failed to offload|not enough disk space",
    re.IGNORECASE,
)
_LINE_OF_WRAPPER = re.compile(r"^LINE \d+: *")
"""Engines count lines in the CREATE TABLE that dbt wraps around a model: a number that misleads."""
_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
_PLACE = re.compile(r"[^\s('\"]+\.(?:sql|ya?ml|csv|py|md)\b")
_HEADING = re.compile(r"^(Runtime|Compilation|Database|Parsing|Dependency|Internal|Validation)? ?Error[^\n]*$")


def parse_failure(error: BaseException, project: ModelProject) -> DataError:
    """What to raise when dbt could not read the models of `project`."""
    if is_disk_full(error):
        return disk_full()
    message = str(error).replace(f"{project.root}/", "")
    file = _file(message, project)
    return ModelsInvalid(f"{file}: {shortened(message)}", remedy=f"Mend {file} and build again.")


def _file(message: str, project: ModelProject) -> str:
    """The file that dbt's message names. dbt writes a YAML file's path from its models folder, not from the project."""
    place = _PLACE.search(message)
    if place is None:
        return project.shown(DBT_FILE)
    if not (project.root / place[0]).exists():
        below = [path for path in project.root.glob(f"*/{place[0]}") if path.is_file()]
        broken = [path for path in below if not _is_yaml(path)] or below
        return project.shown(broken[0]) if len(broken) == 1 else place[0]
    return project.shown(place[0])


def _is_yaml(path: Path) -> bool:
    try:
        yaml.safe_load(path.read_bytes())
    except (yaml.YAMLError, OSError):
        return False
    return True


def run_failure(error: BaseException) -> DataError:
    """What to raise when dbt stopped outside any model."""
    if is_disk_full(error):
        return disk_full()
    return TransformFailed(
        f"the build stopped: {shortened(str(error))}", remedy="Nothing was published. 'verity doctor' checks the parts."
    )


def is_disk_full(error: BaseException | str) -> bool:
    """Whether an error, anywhere in its chain, or a vendor's message says that no space is left."""
    if isinstance(error, str):
        return _FULL.search(error) is not None
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _FULL_ERRNOS:
            return True
        if is_disk_full(str(seen)):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def disk_full() -> DiskFull:
    """The one error of a full disk during a build."""
    return DiskFull(
        "no space is left to build on; nothing was published",
        remedy="Free some space (the version before still answers) and run 'verity build' again.",
    )


def shortened(message: str) -> str:
    """dbt's message without its headings, drawings and repeats: the sentences that name the fault."""
    lines = [line.strip() for line in message.splitlines()]
    telling = [_LINE_OF_WRAPPER.sub("at: ", line) for line in lines if line and not _drawn(line)]
    if len(telling) > 1:
        telling = [line for line in telling if not _HEADING.match(line)] or telling
    text = " ".join(dict.fromkeys(telling))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _drawn(line: str) -> bool:
    return set(line) <= set("^-~ ") or line.startswith(("compiled code at", "Compiled code at", "> in macro"))
