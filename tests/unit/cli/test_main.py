"""The command line's own laws: options anywhere, exit codes, errors as text or JSON, no traceback."""

from __future__ import annotations

import json

import pytest

from verity.cli import main as cli
from verity.cli.main import run
from verity.exceptions import DataError, UsageError


def test_the_commands_of_the_design_are_all_here(capsys):
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    for name in ("demo", "init", "sync", "build", "check", "ask", "eval", "query", "replay", "doctor"):
        assert f"\n  {name} " in shown


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["nonsense"], 2), (["ask"], 2), (["ask", "a", "--lang", "fr"], 2), (["--nonsense"], 2), ([], 2)],
)
def test_bad_usage_is_exit_code_2(arguments, code, capsys):
    assert run(arguments) == code
    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err


def test_a_metric_without_its_option_is_told_where_it_goes(capsys):
    assert run(["query", "revenue"]) == 2
    assert "--metrics" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["before", "after"])
def test_project_and_format_may_stand_before_or_after_the_command(place, tmp_path, capsys):
    options = ["--project", str(tmp_path), "--format", "json"]
    arguments = [*options, "doctor"] if place == "before" else ["doctor", *options]
    assert run(arguments) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "VRT-101"
    assert str(tmp_path) in error["message"]
    assert error["remedy"]


@pytest.mark.parametrize(
    ("raised", "code", "words"),
    [
        (DataError("no rows", remedy="Sync first."), 1, "VRT-500 no rows"),
        (UsageError("wrong", remedy="Right."), 2, "VRT-700 wrong"),
        (KeyboardInterrupt(), 130, "nothing was left half-done"),
        (ZeroDivisionError("secret value"), 1, "VRT-900 unexpected ZeroDivisionError in test_main.py"),
    ],
)
def test_what_is_raised_becomes_an_exit_code_and_a_sentence(raised, code, words, monkeypatch, capsys):
    def fail(**_):
        raise raised

    monkeypatch.delenv("VERITY_DEBUG", raising=False)
    monkeypatch.setattr(cli.verity, "main", fail)
    assert run(["doctor"]) == code
    told = capsys.readouterr()
    assert words in told.err
    assert "secret value" not in told.err + told.out
    assert "Traceback" not in told.err
