"""The house says what it is: packages introduce themselves, public names are few, commands and codes are documented."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import tomllib
from collections import Counter

import pytest
from tests.generated import PAGES, ROOT, stale

import verity
import verity.exceptions
from verity.cli.main import COMMANDS, module_of
from verity.exceptions import VerityError

SOURCE = ROOT / "src" / "verity"
PACKAGES = sorted(p.parent for p in SOURCE.glob("*/__init__.py"))


def test_the_public_names_are_these_and_no_others():
    assert verity.__all__ == ["__version__", "open"]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda p: p.name)
def test_a_package_says_what_it_promises_what_to_read_first_and_what_it_may_import(package):
    tree = ast.parse((package / "__init__.py").read_text(encoding="utf-8"))
    said = ast.get_docstring(tree) or ""
    for word in ("Promises:", "Read first:", "May import:"):
        assert word in said.replace("may import", "May import"), f"{package.name}/__init__.py lacks '{word}'"
    assert len(tree.body) == 1, f"{package.name}/__init__.py holds code beside its docstring"


def test_every_module_has_a_docstring():
    silent = [
        p
        for p in SOURCE.rglob("*.py")
        if "scout" not in p.parts and not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_error_codes_are_unique_except_where_a_child_refines_its_parent():
    classes = [c for _, c in inspect.getmembers(verity.exceptions, inspect.isclass) if issubclass(c, VerityError)]
    shared = [
        code
        for code, count in Counter(c.__dict__.get("code") for c in classes if "code" in c.__dict__).items()
        if count > 1
    ]
    assert set(shared) <= {"VRT-900"}  # the root and the defect of Verity itself


def test_every_error_is_defined_in_the_one_tree():
    tree = {name for name, c in inspect.getmembers(verity.exceptions, inspect.isclass) if issubclass(c, VerityError)}
    found = [
        f"{path.relative_to(SOURCE)}: {node.name}"
        for path in SOURCE.rglob("*.py")
        if path.name != "exceptions.py" and "scout" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and {base.id for base in node.bases if isinstance(base, ast.Name)} & tree
    ]
    assert found == []


def test_the_generated_pages_are_fresh():
    assert [str(path.relative_to(ROOT)) for path in stale()] == []


def test_every_command_is_a_module_with_help_and_an_example():
    for name in COMMANDS:
        command = importlib.import_module(module_of(name)).command
        assert command.name == name
        assert "Example:" in (command.help or ""), f"verity {name} shows no example"


def test_every_make_target_is_listed_with_its_meaning():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z][a-z-]*):(.*)$", text, re.MULTILINE)
    assert [name for name, rest in targets if "##" not in rest] == []
    assert targets[0][0] == "help"


def test_an_ignored_rule_says_why():
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCE.rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"# (noqa(: [A-Z0-9, ]+)?|type: ignore(\[[\w, -]+\])?)\s*$", line)
    ]
    assert bare == []


def test_no_lock_file_records_an_address():
    for path in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in path.read_text(encoding="utf-8"), path.name


def test_no_import_contract_ignores_an_import():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    assert {c["id"] for c in contracts} >= {"house", "core-knows-no-vendor", "one-path-to-rows", "no-circles"}
    assert [c["id"] for c in contracts if c.get("ignore_imports")] == []
    assert next(c for c in contracts if c["id"] == "house")["exhaustive"] is True


def test_every_extra_is_named_where_its_vendor_is_missing():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    named = set()
    for path in SOURCE.rglob("*.py"):
        named |= set(re.findall(r"MissingExtra\(\s*[\"']([a-z-]+)[\"']", path.read_text(encoding="utf-8")))
    assert named <= set(extras)
    assert {"charts", "dbt", "excel", "postgres", "databases", "samples"} <= named


def test_pages_cover_commands_settings_errors_and_the_schema():
    assert {path.name for path in PAGES} == {
        "commands.md",
        "settings.md",
        "errors.md",
        "dictionary.md",
        "table.schema.json",
    }
