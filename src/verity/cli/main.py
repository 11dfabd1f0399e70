"""`verity`: the group of commands, loaded one at a time, and the one place where errors become exit codes."""

from __future__ import annotations

import gc
import importlib
import json
import keyword
import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import click

from verity import __version__
from verity.exceptions import InternalError, UsageError, VerityError

COMMANDS = {
    "demo": "Make the sample project, sync, build, check, and answer some questions.",
    "init": "Make a new project; --from drafts one from files or a database.",
    "sync": "Load the sources into bronze.",
    "build": "Build the models and publish them, if nothing failed.",
    "check": "Hold the dictionary against itself, its lock and the data.",
    "ask": "Answer a question in words.",
    "eval": "Answer a file of questions, one JSON line each.",
    "query": "Ask for metrics by name.",
    "rollups": "List, build, explain and propose pre-aggregations.",
    "move": "Move finished tables to another engine, counts and sums compared.",
    "import": "Read a model of Cube, MetricFlow, LookML or Ossie into the dictionary.",
    "export": "Write the dictionary as an Ossie or a Cube model.",
    "replay": "Run every step of a conversation again and compare.",
    "doctor": "Show what is in force, and verify the record.",
}
OK, FAILED, BAD_USAGE, NOT_ANSWERED, INTERRUPTED = 0, 1, 2, 3, 130


def module_of(command: str) -> str:
    """The module of a command; a word of Python's own has an underscore behind it."""
    return f"verity.cli.{command}_" if keyword.iskeyword(command) else f"verity.cli.{command}"


class Verity(click.Group):
    """Lists the commands without importing them; imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names, in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command's module holds it as `command`."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(module_of(cmd_name)).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """The list of commands, from the table above."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Verity, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="verity")
@click.option("--project", type=click.Path(path_type=Path), help="Project folder (default: nearest with verity.toml).")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), help="How to print (default: text).")
@click.pass_context
def verity(ctx: click.Context, project: Path | None, format_: str | None) -> None:
    """A company's numbers, defined once and asked for anywhere.

    Start with your own files:  verity init shop --from FOLDER
    or with the sample:         verity demo
    """
    ctx.obj = {"project": project, "format": format_}


def collect_seldom() -> None:
    """Look for cycles every 50,000 new objects, not every 700: the slowest compilations are those that wait for it.

    Of the process, so never called where Verity is a library. Measured: 99 % of compilations within 4.8 ms, not 9."""
    gc.set_threshold(50_000, 20, 50)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    collect_seldom()
    code = run(sys.argv[1:] if arguments is None else arguments)
    if code == INTERRUPTED:  # an engine's threads that hold Python objects can keep an ordinary exit waiting
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code. Every error is printed here, as text or JSON."""
    as_json = _wants_json(arguments)
    try:
        code = verity.main(args=list(arguments), prog_name="verity", standalone_mode=False)
        return code if isinstance(code, int) else OK
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return BAD_USAGE
    except click.ClickException as error:
        _print_error(UsageError(error.format_message(), remedy=_usage(error)), as_json)
        return BAD_USAGE
    except UsageError as error:
        _print_error(error, as_json)
        return BAD_USAGE
    except VerityError as error:
        _print_error(error, as_json)
        return FAILED
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped; nothing was left half-done", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader went away: say nothing more
        return OK
    except Exception as error:
        if os.environ.get("VERITY_DEBUG"):
            raise
        defect = f"{type(error).__name__} in {_place(error)}"
        remedy = "This is a defect of Verity. VERITY_DEBUG=1 shows where; please report it."
        _print_error(InternalError(f"unexpected {defect}", remedy=remedy), as_json)
        return FAILED


def _wants_json(arguments: Sequence[str]) -> bool:
    return "--format=json" in arguments or ("--format", "json") in pairwise(arguments)


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"See {context.command_path} --help" if context is not None else "See verity --help"


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _print_error(error: VerityError, as_json: bool) -> None:
    if as_json:
        document = {"code": error.code, "message": error.message, "remedy": error.remedy}
        click.echo(json.dumps({"error": document}, ensure_ascii=False))
        return
    click.echo(click.style(error.code, fg="red", bold=True) + f" {error.message}", err=True)
    if error.remedy:
        click.echo(f"  {error.remedy}", err=True)
