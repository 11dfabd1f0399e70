"""One Settings, read once from verity.toml and the environment, with the place that each value came from.

`verity.toml` holds sections; `VERITY_<SECTION>_<KEY>` overrides a key of it. An unknown key, a wrong type or broken
TOML is an error that names the place. Secrets may stand in the environment only, or in the file as `${NAME}`.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationError

from verity.contracts.base import Contract
from verity.exceptions import ConfigInvalid, ProjectNotFound, did_you_mean

FILE = "verity.toml"


class WarehouseSettings(Contract):
    """Where the data lives and how far one query may go."""

    engine: Literal["duckdb", "postgres", "clickhouse", "spark"] = Field(
        "duckdb",
        description="The warehouse: duckdb (a file) or postgres; clickhouse and spark answer queries on moved tables.",
    )
    url: str | None = Field(
        None,
        description="PostgreSQL URL (a password belongs in the environment: ${NAME}), chdb:///folder, or Spark master.",
    )
    memory_limit: str | None = Field(
        None,
        pattern=r"(?i)^\d+(\.\d+)?\s*([kmgt]i?)?b$",
        description="DuckDB memory limit, such as 4GB; default: 80 % of memory.",
    )
    threads: int | None = Field(None, ge=1, description="DuckDB threads; default: one a core.")
    query_seconds: float = Field(30.0, gt=0, description="Seconds after which a query is interrupted.")
    row_cap: int = Field(100_000, ge=1, description="Most rows of one result; a cut one says so.")
    wait_seconds: float = Field(0.0, ge=0, description="Seconds to wait for another sync or build to end.")


class StateSettings(Contract):
    """Where Verity keeps its own record: conversations and checkpoints."""

    url: str | None = Field(None, description="Database URL of the record; default: SQLite in .verity/state.db.")
    checkpoints: Literal["database", "jsonl"] = Field(
        "database", description="Checkpoints in the state database, or (development) in .verity/checkpoints.jsonl."
    )


class AccessSettings(Contract):
    """Who may see a table that says nothing of access."""

    default: Literal["deny", "open"] = Field(
        "deny", description="A table without `access`: deny it to everyone but the owner, or open it to all."
    )
    mask_key: SecretStr | None = Field(
        None,
        min_length=16,
        description="The secret by which masks of the kind `hash` are keyed; it belongs in the environment.",
    )


class AnalystSettings(Contract):
    """How questions are answered."""

    agent: str = Field("data_analyst", description="The agent policy in agents/ that asks run under.")
    language: Literal["en", "es"] | None = Field(None, description="Language of answers; default: the question's own.")
    tool_seconds: float = Field(30.0, gt=0, description="Seconds that one tool call may take.")


class ModelsSettings(Contract):
    """The dbt project."""

    path: str = Field("models", description="Folder of the dbt project, relative to the project or absolute.")
    threads: int = Field(2, ge=1, description="Models that are built at once.")


class CacheSettings(Contract):
    """Results kept in memory for the same question over the same data."""

    megabytes: int = Field(64, ge=0, description="Memory for results, in each process; 0 keeps none.")


class Settings(Contract):
    """Every setting of a project; each has a default, so an empty verity.toml works."""

    warehouse: WarehouseSettings = Field(default_factory=WarehouseSettings)
    state: StateSettings = Field(default_factory=StateSettings)
    access: AccessSettings = Field(default_factory=AccessSettings)
    analyst: AnalystSettings = Field(default_factory=AnalystSettings)
    models: ModelsSettings = Field(default_factory=ModelsSettings)
    cache: CacheSettings = Field(default_factory=CacheSettings)


@dataclass(frozen=True)
class SettingInForce:
    """One setting as `verity doctor` prints it: `value` has its secrets masked."""

    name: str
    value: str
    origin: str
    description: str


@dataclass(frozen=True)
class LoadedSettings:
    """Settings with the place each value came from (`default`, `verity.toml`, or a variable's name)."""

    settings: Settings
    origins: Mapping[str, str]

    def in_force(self) -> tuple[SettingInForce, ...]:
        """Every setting, its value and its origin."""
        return tuple(
            SettingInForce(
                name=f"{section}.{key}",
                value=masked(getattr(getattr(self.settings, section), key)),
                origin=self.origins.get(f"{section}.{key}", "default"),
                description=field.description or "",
            )
            for section, model in _sections().items()
            for key, field in model.model_fields.items()
        )


def find_project(start: Path) -> Path:
    """The nearest folder at or above `start` that holds a verity.toml. Raises `ProjectNotFound`."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder
    raise ProjectNotFound(start)


def load_settings(project: Path, environ: Mapping[str, str] | None = None) -> LoadedSettings:
    """Read verity.toml of `project` and the environment. Raises `ConfigInvalid` naming the key and its place."""
    environ = os.environ if environ is None else environ
    document, origins = _from_file(project / FILE, environ)
    for section, key, name in _variables():
        if name in environ:
            document.setdefault(section, {})[key] = environ[name]
            origins[f"{section}.{key}"] = name
    try:
        return LoadedSettings(Settings.model_validate(document), origins)
    except ValidationError as error:
        raise _wrong_value(error, origins) from None


def masked(value: object) -> str:
    """A value fit to be shown: the password of a URL becomes `***`."""
    text = "" if value is None else str(value)
    if "://" not in text:
        return text
    parts = urlsplit(text)
    if parts.password is None:
        return text
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:***@{host}"))


def _sections() -> dict[str, type[Contract]]:
    return {
        name: field.annotation for name, field in Settings.model_fields.items() if isinstance(field.annotation, type)
    }


def _variables() -> list[tuple[str, str, str]]:
    return [
        (section, key, f"VERITY_{section}_{key}".upper())
        for section, model in _sections().items()
        for key in model.model_fields
    ]


def _from_file(path: Path, environ: Mapping[str, str]) -> tuple[dict[str, dict[str, object]], dict[str, str]]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigInvalid(f"{path.name} is not valid TOML: {error}", remedy="Mend the line that it names.") from None
    except UnicodeDecodeError:
        raise ConfigInvalid(f"{path.name} is not UTF-8 text", remedy="Save it as UTF-8.") from None
    except OSError as error:
        raise ConfigInvalid(f"{path.name} cannot be read: {error.strerror}", remedy="Check its permissions.") from None
    known = _sections()
    origins: dict[str, str] = {}
    for section, entries in document.items():
        _refuse_unknown("section", section, known, path)
        if not isinstance(entries, dict):
            raise ConfigInvalid(f"{path.name}: [{section}] is a section", remedy=f"Write [{section}] on its own line.")
        for key in entries:
            _refuse_unknown(f"key in [{section}]:", key, known[section].model_fields, path)
            origins[f"{section}.{key}"] = path.name
            entries[key] = _expanded(entries[key], environ, f"{section}.{key}")
    return document, origins


def _refuse_unknown(kind: str, name: str, known: Mapping[str, object], path: Path) -> None:
    if name not in known:
        guess = did_you_mean(name, known)
        hint = f"Did you mean {guess}?" if guess else f"Known: {', '.join(known)}."
        raise ConfigInvalid(f"{path.name}: unknown {kind} '{name}'", remedy=hint)


def _expanded(value: object, environ: Mapping[str, str], name: str) -> object:
    if not isinstance(value, str):
        return value

    def replaced(match: re.Match[str]) -> str:
        if match[1] not in environ:
            raise ConfigInvalid(f"{name} names ${{{match[1]}}}, which is not set", remedy=f"export {match[1]}=...")
        return environ[match[1]]

    return re.sub(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", replaced, value)


def _wrong_value(error: ValidationError, origins: Mapping[str, str]) -> ConfigInvalid:
    first = error.errors(include_url=False, include_input=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    return ConfigInvalid(
        f"{origins.get(name, FILE)}: {name} is wrong: {first['msg']}",
        remedy="docs/reference/settings.md lists every key.",
    )
