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
    """The commit (40 hex digits) that `revision` names, and its dictionary.

    Raises `RevisionUnknown`, and `DictionaryInvalid` where the dictionary of that time does not load.
    """
    commit = _commit(project, revision)
    listed = _git(project, "ls-tree", "-r", "--name-only", "-z", commit, "--", "dictionary/")
    names = [name for name in listed.decode().split("\0") if name and Path(name).suffix.lower() in SUFFIXES]
    if not names:
        raise RevisionUnknown(
            f"revision '{revision}' holds no dictionary of {project}",
            remedy="Commit dictionary/ first, or name a revision that has it: git log --oneline -- dictionary",
        )
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
    inside = _run(project, "rev-parse", "--is-inside-work-tree")
    if inside.returncode != 0 or inside.stdout.strip() != b"true":
        raise RevisionUnknown(
            f"{project} is in no git repository", remedy="Run 'git init' and commit the dictionary, then compare."
        )
    found = _run(project, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if found.returncode != 0:
        raise RevisionUnknown(
            f"git knows no revision '{revision}'", remedy="Name a commit, branch or tag: git log --oneline"
        )
    return found.stdout.decode().strip()


def _git(project: Path, *arguments: str) -> bytes:
    done = _run(project, *arguments)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise RevisionUnknown(f"git refuses: {said[0] if said else 'no reason given'}"[:200], remedy="See git status.")
    return done.stdout


def _run(project: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", str(project), *arguments]
    try:
        return subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - no shell; fixed words and one name
    except FileNotFoundError:
        raise RevisionUnknown("git is not installed here", remedy="Install git, or compare elsewhere.") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RevisionUnknown(f"git does not answer: {type(error).__name__}", remedy="Try again.") from None
