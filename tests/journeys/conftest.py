"""A person's own files, made a project once for every journey."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ORDERS = """\
order_id,customer_id,order_date,status,total
1,10,2024-01-05,delivered,10.50
2,10,2024-01-20,delivered,20.00
3,11,2024-02-03,canceled,5.25
4,12,2024-02-14,delivered,40.00
5,,2024-03-01,delivered,1.00
6,10,2025-01-02,delivered,100.00
"""
CUSTOMERS = """\
customer_id,name,city,country
10,Ana,Cebu,PH
11,Ben,Manila,PH
12,Çelik,İzmir,TR
"""


class Ran:
    """One finished command: exit code, text, and its JSON."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture(scope="session")
def verity_cli() -> Callable[..., Ran]:
    """`verity` as a process of its own."""

    def run(*arguments: object, cwd: Path | None = None, seconds: float = 110) -> Ran:
        command = [sys.executable, "-m", "verity.cli", *map(str, arguments)]
        return Ran(subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=seconds, check=False))

    return run


@pytest.fixture(scope="session")
def own_files(tmp_path_factory, verity_cli) -> Path:
    """A folder of CSVs, initialised, synced and built by the command line alone."""
    base = tmp_path_factory.mktemp("own")
    files = base / "exports"
    files.mkdir()
    (files / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (files / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    project = base / "shop"
    for step in (("init", project, "--from", files), ("--project", project, "sync"), ("--project", project, "build")):
        done = verity_cli(*step)
        assert done.code == 0, done.out + done.err
    return project
