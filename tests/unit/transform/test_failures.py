"""What dbt says becomes one short line with the file to mend."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from verity.exceptions import DiskFull, ModelsInvalid, TransformFailed
from verity.transform.failures import is_disk_full, parse_failure, run_failure, shortened
from verity.transform.project import ModelProject

BINDER = """Runtime Error in model orders (silver/orders.sql)
  Binder Error: Referenced column "nocol" not found in FROM clause!
  Candidate bindings: "amount"

  LINE 14: ) select nocol from t
                    ^"""


@pytest.fixture
def project(tmp_path: Path) -> ModelProject:
    (tmp_path / "models" / "silver").mkdir(parents=True)
    (tmp_path / "models" / "gold").mkdir()
    return ModelProject(tmp_path, tmp_path / "models")


def test_headings_drawings_and_misleading_line_numbers_go():
    assert shortened(BINDER) == (
        'Binder Error: Referenced column "nocol" not found in FROM clause! '
        'Candidate bindings: "amount" at: ) select nocol from t'
    )


def test_a_message_of_nothing_but_a_heading_keeps_it():
    assert shortened("Compilation Error") == "Compilation Error"


def test_a_message_is_at_most_300_characters():
    assert len(shortened("x" * 5_000)) == 300


def test_the_file_is_named_from_the_project_folder(project: ModelProject):
    (project.root / "silver/orders.sql").touch()
    error = parse_failure(
        Exception(f"Compilation Error in model orders ({project.root}/silver/orders.sql)\n  bad"), project
    )
    assert isinstance(error, ModelsInvalid)
    assert error.message == "models/silver/orders.sql: bad"


def test_of_two_files_of_one_name_the_broken_one_is_named(project: ModelProject):
    (project.root / "silver/schema.yml").write_text("version: 2\n", encoding="utf-8")
    (project.root / "gold/schema.yml").write_text("models: [\n", encoding="utf-8")
    error = parse_failure(Exception("Parsing Error\n  Error reading shop: schema.yml - broken"), project)
    assert error.message.startswith("models/gold/schema.yml: ")


def test_a_message_without_a_file_names_the_project_file(project: ModelProject):
    assert parse_failure(Exception("name is missing"), project).remedy == "Mend models/dbt_project.yml and build again."


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EFBIG, "File too large"),
        Exception('could not extend file "base/5/1": No space left on device'),
    ],
)
def test_a_full_disk_is_known_however_it_is_said(project: ModelProject, error: Exception):
    wrapped = RuntimeError("dbt gave up")
    wrapped.__cause__ = error
    assert isinstance(parse_failure(wrapped, project), DiskFull)
    assert isinstance(run_failure(wrapped), DiskFull)


def test_another_error_is_no_full_disk():
    assert not is_disk_full("division by zero")
    assert isinstance(run_failure(Exception("connection refused")), TransformFailed)
