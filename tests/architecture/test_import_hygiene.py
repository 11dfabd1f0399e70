"""Starting is cheap: what a newcomer types first loads no vendor. The run-time twin of the import contracts."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "adbc_driver_manager", "adbc_driver_postgresql", "alembic", "connectorx", "dbt", "duckdb", "jsonschema_rs", "numpy",
    "psycopg", "pyarrow", "pymysql", "python_calamine", "rapidfuzz", "simplemma", "sqlalchemy", "sqlglot", "vl_convert",
}  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "import verity",
        "from verity.cli.main import run; run(['--help'])",
        "from verity.cli.main import run; run(['ask', '--help'])",
        "from verity.cli.main import run; run(['--version'])",
        "import verity.contracts.question, verity.contracts.run, verity.contracts.dataset, verity.exceptions",
    ],
)
def test_nothing_heavy_is_loaded(statement):
    code = f"import sys\n{statement}\nprint('LOADED', *sorted(name.split('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    assert "verity" in loaded
    assert not loaded & HEAVY


def test_the_names_of_the_heavy_vendors_are_real():
    """A misspelt name in HEAVY would let its vendor in unseen."""
    import importlib.util

    assert {name for name in HEAVY if importlib.util.find_spec(name) is None} == set()
