"""`verity rollups list | build | explain | propose`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from verity.cli.common import common, open_bench
from verity.cli.main import FAILED, OK
from verity.cli.progress import ProgressBar
from verity.cli.text import show_verdict
from verity.contracts.metric import MetricQuery
from verity.contracts.rollup import ProposedRollup, RollupState


@click.group(name="rollups")
def command() -> None:
    """Pre-aggregations: what is declared, what is built, why one was or was not used, what the log suggests.

    Example: verity rollups build
    """


@command.command(name="list")
@common()
def list_(project: Path | None, format_: str) -> int:
    """List the declared rollups, and what there is of each."""
    with open_bench(project) as bench:
        states = bench.rollups()
    if format_ == "json":
        click.echo(json.dumps([state.model_dump(mode="json") for state in states], ensure_ascii=False))
    else:
        click.echo("\n".join(map(_state, states)) or "no rollup is declared")
    return OK


@command.command(name="build")
@click.argument("names", nargs=-1)
@common()
def build(names: tuple[str, ...], project: Path | None, format_: str) -> int:
    """Build every declared rollup, or those of the given NAMES (table.rollup), from the published data.

    Example: verity rollups build orders.by_month
    """
    with open_bench(project) as bench, ProgressBar("rollups", quiet=format_ == "json") as progress:
        verdict = bench.build_rollups(names, progress=progress)
    click.echo(verdict.model_dump_json() if format_ == "json" else show_verdict(verdict))
    return FAILED if verdict.status == "failed" else OK


@command.command(name="explain")
@click.option("--metrics", required=True, help="Metrics, with commas between.")
@click.option("--by", help="Dimensions, with commas between; a grain follows a colon: created_at:month.")
@click.option("--where", help="A condition over members.")
@click.option("--as", "principal", type=click.Path(path_type=Path), help="As the principal of this JSON file.")
@common()
def explain(
    metrics: str, by: str | None, where: str | None, principal: Path | None, project: Path | None, format_: str
) -> int:
    """Say for each rollup whether a query would be answered from it, and if not, why.

    Example: verity rollups explain --metrics revenue --by created_at:week
    """
    with open_bench(project, principal) as bench:
        names = tuple(name.strip() for name in metrics.split(",") if name.strip())
        query = MetricQuery(metrics=names, by=bench.read_by(by or ""), filters=bench.read_where(where))
        verdicts = bench.rollup_verdicts(query)
    if format_ == "json":
        click.echo(json.dumps([verdict.model_dump(mode="json") for verdict in verdicts], ensure_ascii=False))
    else:
        click.echo(
            "\n".join(verdict.words() for verdict in verdicts)
            or "no rollup is declared on the tables that the query reads"
        )
    return OK


@command.command(name="propose")
@click.option("--most", type=click.IntRange(min=1), default=5, help="At most this many.")
@common()
def propose(most: int, project: Path | None, format_: str) -> int:
    """Propose rollups that would have served most of the engine time of the recorded queries."""
    with open_bench(project) as bench:
        proposed = bench.propose_rollups(most=most)
    if format_ == "json":
        click.echo(json.dumps([one.model_dump(mode="json") for one in proposed], ensure_ascii=False))
    else:
        click.echo("\n\n".join(map(_proposed, proposed)) or "the recorded queries suggest no rollup")
    return OK


def _state(state: RollupState) -> str:
    size = f"{state.rows:,} rows for {state.source_rows:,}" if state.rows is not None else ""
    kept = ", ".join(state.dimensions)
    lines = [f"{state.rollup}  {state.state}  {size}".rstrip()]
    if kept:
        lines.append(f"  {', '.join((*state.metrics, *state.sketch))} by {kept}")
    if state.error is not None:
        lines.append(f"  from sketches, standard error {state.error * 100:.1f} %: {', '.join(state.sketch)}")
    if state.problem:
        lines.append(f"  {state.problem}")
    return "\n".join(lines)


def _proposed(one: ProposedRollup) -> str:
    served = f"{one.queries:,} quer{'y' if one.queries == 1 else 'ies'}, {one.seconds:.2f} s"
    size = "" if one.rows is None else f", {one.rows:,} rows"
    lines = [f"# {one.rollup}: {served} ({one.share:.0%} of the log's time){size}", f"# in dictionary/{one.table}.yml"]
    lines += ["rollups:", f"  {one.rollup.partition('.')[2]}:"]
    lines += [f"    {key}: {_listed(value)}" for key, value in one.entry.items()]
    return "\n".join(lines)


def _listed(value: object) -> str:
    return f"[{', '.join(map(_scalar, value))}]" if isinstance(value, list | tuple) else _scalar(value)


def _scalar(value: object) -> str:
    text = str(value)
    return json.dumps(text) if ":" in text else text
