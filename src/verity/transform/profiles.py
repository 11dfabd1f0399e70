"""Write the dbt profile of one build from its target. A password never enters the file: dbt reads it by env_var."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import yaml

from verity.contracts.base import Json
from verity.exceptions import InternalError, TransformFailed
from verity.warehouse.engine import BuildTarget

PROFILE = "verity"
TARGET = "build"
PASSWORD_VARIABLE = "DBT_ENV_SECRET_VERITY_PASSWORD"  # noqa: S105  # the variable's name; dbt masks values so prefixed
_LIBPQ_OPTIONS = ("sslmode", "sslcert", "sslkey", "sslrootcert", "connect_timeout", "role")


@dataclass(frozen=True)
class Profile:
    """A dbt profile: the document that is written into `folder`, the variables it reads, the vars that the models see.

    `links` are attached files under names that stay: dbt parses every model anew when a path in its profile changes,
    and each version's bronze lies at a path of its own.
    """

    folder: Path
    document: Json
    links: tuple[tuple[Path, Path], ...] = ()
    """(name, file)."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    variables: Mapping[str, str] = field(default_factory=dict)

    def write(self) -> Path:
        """Write profiles.yml, readable by its owner only, and the links."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, file in self.links:
            name.unlink(missing_ok=True)
            name.symlink_to(file.resolve())
        path = self.folder / "profiles.yml"
        path.touch(mode=0o600)
        path.write_text(yaml.safe_dump(self.document, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return path


def profile_for(target: BuildTarget, *, folder: Path, threads: int) -> Profile:
    """The profile, to lie in `folder`, that makes dbt write into `target` alone, `threads` models at once."""
    if target.kind == "duckdb":
        return _duckdb(target, folder, threads)
    if target.kind == "postgres":
        return _postgres(target, folder, threads)
    raise InternalError(f"no dbt profile for a build target of kind {target.kind!r}")


def _duckdb(target: BuildTarget, folder: Path, threads: int) -> Profile:
    if target.path is None:
        raise InternalError("a DuckDB build target has no path")
    links = tuple((folder / f"{alias}.duckdb", path) for alias, path in target.attached)
    output: Json = {
        "type": "duckdb",
        "path": str(target.path),
        "schema": "main",
        "threads": threads,
        "config_options": {"autoinstall_known_extensions": "false", **dict(target.limits)},
        "attach": [{"path": str(name), "alias": name.stem, "read_only": True} for name, _ in links],
    }
    return Profile(folder, _document(output), links, variables=_variables(target))


def _postgres(target: BuildTarget, folder: Path, threads: int) -> Profile:
    if target.url is None:
        raise InternalError("a PostgreSQL build target has no URL")
    parts = urlsplit(target.url)
    options = dict(parse_qsl(parts.query))
    database = unquote(parts.path.lstrip("/")) or options.get("dbname", "")
    user = unquote(parts.username or "") or options.get("user", "")
    if not database or not user:
        raise TransformFailed(
            "the warehouse URL names no database or no user",
            remedy="Write it as postgresql://user@host:5432/database in verity.toml.",
        )
    output: Json = {
        "type": "postgres",
        "host": unquote(parts.hostname or "") or options.get("host", "localhost"),
        "port": parts.port or int(options.get("port", "5432")),
        "user": user,
        "password": f"{{{{ env_var('{PASSWORD_VARIABLE}', '') }}}}",
        "dbname": database,
        "schema": "public",
        "threads": threads,
        "application_name": "verity",
        **{name: options[name] for name in _LIBPQ_OPTIONS if name in options},
    }
    if "connect_timeout" in output:
        output["connect_timeout"] = int(output["connect_timeout"])
    password = unquote(parts.password or "") or options.get("password", "")
    return Profile(folder, _document(output), environment={PASSWORD_VARIABLE: password}, variables=_variables(target))


def _document(output: Json) -> Json:
    return {PROFILE: {"target": TARGET, "outputs": {TARGET: output}}}


def _variables(target: BuildTarget) -> dict[str, str]:
    variables = {"verity_schema_suffix": target.schema_suffix, "verity_bronze_schema": target.bronze_schema}
    if target.bronze_database is not None:
        variables["verity_bronze_database"] = target.bronze_database
    return variables
