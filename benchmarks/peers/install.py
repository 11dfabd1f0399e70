"""Install every peer, each in an environment of its own under .env/, which git ignores. None is a dependency of ours.

python -m benchmarks.peers.install [PEER ...]
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENTS = HERE / ".env"
PYTHON_PEERS = ("bsl", "metricflow", "sidemantic")
NODE_PEERS = ("malloy", "cube")
PEERS = (*PYTHON_PEERS, *NODE_PEERS)


def install(peer: str) -> str:
    """Install one peer where it is not there yet; empty, or why it could not be."""
    place = ENVIRONMENTS / peer
    if (place / "ready").is_file():
        return ""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        _python(peer, place) if peer in PYTHON_PEERS else _node(peer, place)
    except (OSError, subprocess.CalledProcessError) as fault:
        return f"not installed: {fault}"
    (place / "ready").touch()
    return ""


def interpreter(peer: str) -> Path:
    """The Python of a peer's environment."""
    return ENVIRONMENTS / peer / "bin" / "python"


def _python(peer: str, place: Path) -> None:
    venv.create(place, with_pip=True)
    pip = [interpreter(peer), "-m", "pip", "--disable-pip-version-check", "-q", "install"]
    subprocess.run([*pip, "-r", HERE / peer / "requirements.txt"], check=True)


def _node(peer: str, place: Path) -> None:
    shutil.copy(HERE / peer / "package.json", place)
    # No install scripts: Cube's fetch binaries from elsewhere, and its compiler runs without them.
    scripts = ["--ignore-scripts"] if peer == "cube" else []
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", *scripts], cwd=place, check=True)


if __name__ == "__main__":
    asked = [word for word in sys.argv[1:] if word in PEERS] or list(PEERS)
    for name in asked:
        sys.stdout.write(f"{name}: {install(name) or 'ready'}\n")
