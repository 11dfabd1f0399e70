"""The profile of a build points dbt at the private target alone, and holds no secret."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import yaml

from verity.exceptions import TransformFailed
from verity.transform.profiles import PASSWORD_VARIABLE, Profile, profile_for
from verity.warehouse.engine import BuildTarget


def output(profile: Profile) -> dict[str, object]:
    return profile.document["verity"]["outputs"]["build"]


def postgres(url: str, folder: Path = Path("/p/build")) -> Profile:
    target = BuildTarget("postgres", url=url, schema_suffix="__next", bronze_schema="bronze__next")
    return profile_for(target, folder=folder, threads=2)


def test_duckdb_writes_the_private_file_and_only_reads_bronze():
    target = BuildTarget(
        "duckdb", Path("/w/build.duckdb"), (("bronze_db", Path("/w/bronze.duckdb")),), bronze_database="bronze_db"
    )
    profile = profile_for(target, folder=Path("/p/build"), threads=1)
    assert (output(profile)["path"], output(profile)["threads"]) == ("/w/build.duckdb", 1)
    assert output(profile)["attach"] == [{"path": "/p/build/bronze_db.duckdb", "alias": "bronze_db", "read_only": True}]
    assert profile.links == ((Path("/p/build/bronze_db.duckdb"), Path("/w/bronze.duckdb")),)
    assert profile.variables == {
        "verity_schema_suffix": "",
        "verity_bronze_schema": "bronze",
        "verity_bronze_database": "bronze_db",
    }


def test_a_build_keeps_to_the_memory_and_threads_of_the_settings():
    limits = (("memory_limit", "2GB"), ("threads", "1"))
    target = BuildTarget("duckdb", Path("/w/build.duckdb"), limits=limits)
    options = output(profile_for(target, folder=Path("/p/build"), threads=1))["config_options"]
    assert options == {"autoinstall_known_extensions": "false", "memory_limit": "2GB", "threads": "1"}


def test_a_password_never_reaches_the_file_nor_the_printed_profile(tmp_path: Path):
    profile = postgres("postgresql://ana:s%40crët@db.example:6543/shop?sslmode=require", tmp_path / "build")
    path = profile.write()
    assert "crët" not in path.read_text(encoding="utf-8")
    assert "crët" not in repr(profile)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert profile.environment == {PASSWORD_VARIABLE: "s@crët"}
    written = yaml.safe_load(path.read_text(encoding="utf-8"))["verity"]["outputs"]["build"]
    assert [written[key] for key in ("host", "port", "user", "dbname", "sslmode")] == [
        "db.example", 6543, "ana", "shop", "require",
    ]  # fmt: skip


def test_a_new_version_of_bronze_leaves_the_profile_as_it_was_so_that_dbt_need_not_parse_again(tmp_path: Path):
    documents = []
    for version in ("1", "2"):
        bronze = tmp_path / version / "bronze.duckdb"
        bronze.parent.mkdir()
        bronze.write_text(version, encoding="utf-8")
        target = BuildTarget("duckdb", tmp_path / "build.duckdb", (("bronze_db", bronze),))
        profile = profile_for(target, folder=tmp_path / "build", threads=1)
        documents.append(profile.write().read_text(encoding="utf-8"))
        assert (tmp_path / "build/bronze_db.duckdb").read_text(encoding="utf-8") == version
    assert documents[0] == documents[1]


def test_a_url_through_a_socket_is_understood():
    found = output(postgres("postgresql://postgres:@/shop?host=/run/pg"))
    assert (found["host"], found["port"], found["user"], found["dbname"]) == ("/run/pg", 5432, "postgres", "shop")


def test_models_of_postgres_are_built_under_the_shadow_suffix():
    variables = postgres("postgresql://a@h/d").variables
    assert variables == {"verity_schema_suffix": "__next", "verity_bronze_schema": "bronze__next"}


@pytest.mark.parametrize("url", ["postgresql://host/db", "postgresql://user@host"])
def test_a_url_without_user_or_database_is_told_how_to_be_written(url: str):
    with pytest.raises(TransformFailed, match="no database or no user"):
        postgres(url)
