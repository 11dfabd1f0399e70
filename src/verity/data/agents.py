"""Read an agent's policy from the project: agents/<name>.yml, .yaml or .json, in the reference's form."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from verity.contracts.policy import AgentDocument
from verity.data.yaml_reader import read_json, read_yaml
from verity.exceptions import AgentInvalid, did_you_mean

SUFFIXES = (".yml", ".yaml", ".json")
FORM = "Write agent, allowed_tools and, if any, addons_enabled."


def load_agent(folder: Path, name: str) -> AgentDocument:
    """The document of agent `name` in `folder`. Raises `AgentInvalid` naming the file and what is wrong with it."""
    path = next((folder / f"{name}{suffix}" for suffix in SUFFIXES if (folder / f"{name}{suffix}").is_file()), None)
    if path is None:
        raise _missing(folder, name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise AgentInvalid(f"{path.name} cannot be read: {error}", remedy="Save it as UTF-8 text.") from None
    document = (read_json if path.suffix == ".json" else read_yaml)(text, path.name).value
    try:
        agent = AgentDocument.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the document"
        raise AgentInvalid(f"{path.name}: {place}: {first['msg']}", remedy=FORM) from None
    if agent.agent != name:
        raise AgentInvalid(f"{path.name} holds agent '{agent.agent}'", remedy=f"Name the file {agent.agent}.yml.")
    return agent


def _missing(folder: Path, name: str) -> AgentInvalid:
    known = sorted({path.stem for path in folder.glob("*") if path.suffix in SUFFIXES}) if folder.is_dir() else []
    guess = did_you_mean(name, known)
    hint = f"Did you mean {guess}?" if guess else f"Make {folder.name}/{name}.yml, or set [analyst] agent."
    return AgentInvalid(f"there is no agent '{name}' in {folder.name}/", remedy=hint)
