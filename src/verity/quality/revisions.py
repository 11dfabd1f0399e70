"""The dictionary as it was at a revision of the project's version control. git is asked, nothing is checked out."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from verity.data.dictionary import SUFFIXES, load_dictionary
from verity.data.model import Dictionary
from verity.exceptions import RevisionUnknown

SECONDS = 60.0


def dictionary_at(project: Path, revision: str) -> tuple[str, Dictionary]:
    """The commit (40 hex digits) that `revision` names, and its dictionary; empty where it had none.

    Raises `RevisionUnknown`, and `DictionaryInvalid` where the dictionary of that time does not load.
    """
    commit = _commit(project, revision)
    listed = _git(project, "ls-tree", "-r", "--name-only", "-z", commit, "--", "dictionary/")
    names = [name for name in listed.decode().split("\0") if name and Path(name).suffix.lower() in SUFFIXES]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / f"{revision.replace('/', '_')}:dictionary"
        folder.mkdir()
        for name in names:
            if Path(name).parent == Path("dictionary"):
                (folder / Path(name).name).write_bytes(_git(project, "show", f"{commit}:./{name}"))
        return commit, load_dictionary(folder)


def _commit(project: Path, revision: str) -> str:
    if not revision.strip() or revision.startswith("-"):
        raise RevisionUnknown(f"'{revision}' is no revision", remedy="Name a commit, branch or tag: HEAD, main, v1.0.")
    try:
        inside = _git(project, "rev-parse", "--is-inside-work-tree").strip() == b"true"
    except RevisionUnknown:
        inside = False
    if not inside:
        raise RevisionUnknown(
            f"{project} is in no git repository", remedy="Run 'git init' and commit the dictionary, then compare."
        )
    try:
        return _git(project, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    except RevisionUnknown:
        raise RevisionUnknown(
            f"git knows no revision '{revision}'", remedy="Name a commit, branch or tag: git log --oneline"
        ) from None


def _git(project: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(project), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - no shell; fixed words and one name
    except FileNotFoundError:
        raise RevisionUnknown("git is not installed here", remedy="Install git, or compare elsewhere.") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RevisionUnknown(f"git does not answer: {type(error).__name__}", remedy="Try again.") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise RevisionUnknown(f"git refuses: {said[0] if said else 'no reason given'}"[:200], remedy="See git status.")
    return done.stdout
