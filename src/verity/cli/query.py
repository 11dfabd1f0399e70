"""`verity query`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from verity.cli.common import common, open_bench, read_moment
from verity.cli.main import OK
from verity.cli.text import show_table
from verity.exceptions import UsageError
from verity.query.options import query_of

if TYPE_CHECKING:
    from verity.contracts.metric import MetricQuery
    from verity.workbench import Workbench

BINARY = ("arrow", "parquet")
WIDEST = 60
"""Most characters that the first column of a list is padded to; a longer name pushes its line only."""


@click.command(name="query")
@click.option("--metrics", help="Metrics, with commas between.")
@click.option("--by", help="Dimensions, with commas between; a grain follows a colon: created_at:month.")
@click.option("--where", help="A condition over members: 'status = delivered and total_revenue > 100'.")
@click.option("--segment", "segments", multiple=True, help="A named condition; may be given again.")
@click.option("--since", help="From this day or moment on.")
@click.option("--until", help="Up to this day or moment, which is left out.")
@click.option("--time", help="The time column that --since and --until are of; each metric's own where missing.")
@click.option("--compare", help="Beside an earlier period: previous_period, previous_year, '3 months'.")
@click.option("--timezone", help="The time zone of periods and days: Europe/Madrid.")
@click.option("--fill", is_flag=True, help="Show the periods without rows too.")
@click.option("--totals", is_flag=True, help="Add a row for the whole.")
@click.option("--subtotals", is_flag=True, help="Add a row for each leading part of --by.")
@click.option("--pivot", help="A dimension of --by whose values become columns.")
@click.option("--ungrouped", is_flag=True, help="Rows as they are, not grouped.")
@click.option("--labels", type=click.Choice(["en", "es"]), help="Show the labels of values beside them.")
@click.option("--order", help="Members to order by, with commas between; -member is descending.")
@click.option("--limit", type=click.IntRange(min=1), help="At most this many rows.")
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Leave out this many rows first.")
@click.option("--as", "principal", type=click.Path(path_type=Path), help="Ask as the principal of this JSON file.")
@click.option("--list", "list_", is_flag=True, help="List the metrics and dimensions instead.")
@click.option("--sql", is_flag=True, help="Show the SQL instead of running it.")
@click.option("--explain", is_flag=True, help="Show the plan in words and the SQL instead of running it.")
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file instead of standard output.")
@click.argument("words", nargs=-1, metavar="")
@common("text", "json", "csv", "arrow", "parquet")
def command(
    words: tuple[str, ...],
    metrics: str | None,
    by: str | None,
    where: str | None,
    segments: tuple[str, ...],
    since: str | None,
    until: str | None,
    time: str | None,
    compare: str | None,
    timezone: str | None,
    fill: bool,
    totals: bool,
    subtotals: bool,
    pivot: str | None,
    ungrouped: bool,
    labels: Literal["en", "es"] | None,
    order: str | None,
    limit: int | None,
    offset: int,
    principal: Path | None,
    list_: bool,
    sql: bool,
    explain: bool,
    out: Path | None,
    project: Path | None,
    format_: str,
) -> int:
    """Ask for metrics by name, with dimensions, conditions, order and limit.

    Example: verity query --metrics revenue --by branches.region,time:month --since 2025-01-01
    """
    if words:
        raise UsageError(
            f"'{' '.join(words)}' stands by itself",
            remedy="Metrics follow --metrics; a question in words goes to: verity ask.",
        )
    with open_bench(project, principal) as bench:
        if list_:
            _write(_members(bench, format_), out)
            return OK
        if not metrics and not by:
            raise UsageError("nothing to ask for", remedy="Give --metrics, --by, or --list to see what there is.")
        query = query_of(
            (metrics or "",),
            by=by or "",
            read_by=bench.read_by,
            where=bench.read_where(where),
            since=read_moment(since, "--since"),
            until=read_moment(until, "--until"),
            time=time,
            compare=compare,
            order=order or "",
            limit=limit,
            more={
                "segments": segments,
                "offset": offset,
                "timezone": timezone,
                "fill": fill,
                "totals": totals,
                "subtotals": subtotals,
                "pivot": pivot,
                "ungrouped": ungrouped,
            },
        )
        if sql or explain:
            _write(_explained(bench, query, format_, plan=explain), out)
        elif format_ in ("csv", *BINARY):
            _write_arrow(bench, query, format_, out)
        else:
            _write(_rows(bench, query, format_, labels), out)
    return OK


def _rows(bench: Workbench, query: MetricQuery, format_: str, labels: Literal["en", "es"] | None) -> str:
    result = bench.query(query)
    table = bench.with_labels(result.table, labels) if labels else result.table
    if format_ == "text":
        notes = [f"the period from {result.cut_period} on is not complete"] if result.cut_period else []
        notes += [one.words().rstrip(".") for one in result.evidence.estimates if one.error != 0]
        return "\n".join([show_table(table), *(f"({note})" for note in notes)])
    document = {
        "query": result.query.model_dump(mode="json", exclude_defaults=True),
        "table": table.model_dump(mode="json"),
        "evidence": result.evidence.model_dump(mode="json"),
        "partial": result.cut_period,
    }
    return json.dumps(document, ensure_ascii=False)


def _explained(bench: Workbench, query: MetricQuery, format_: str, *, plan: bool) -> str:
    explained = bench.explain(query)
    if format_ == "json":
        return json.dumps({"sql": explained.sql, **({"plan": explained.plan} if plan else {})}, ensure_ascii=False)
    return "\n".join([*(f"· {line}" for line in explained.words), "", explained.sql]) if plan else explained.sql


def _members(bench: Workbench, format_: str) -> str:
    members = bench.members()
    if format_ == "json":
        return json.dumps([member.model_dump(mode="json") for member in members], ensure_ascii=False)
    wide = min(max((len(member.member) for member in members), default=0), WIDEST)
    lines: list[str] = []
    for kind in ("metric", "dimension", "segment"):
        chosen = [member for member in members if member.kind == kind]
        if chosen:
            lines += ["", click.style(f"{kind}s", bold=True)]
            lines += [f"  {m.member.ljust(wide)}  {m.description}".rstrip() for m in chosen]
    return "\n".join(lines).lstrip("\n")


def _write(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text)
        return
    _write_bytes((text + "\n").encode(), out)


def _write_arrow(bench: Workbench, query: MetricQuery, format_: str, out: Path | None) -> None:
    if format_ in BINARY and out is None and sys.stdout.isatty():
        raise UsageError(f"{format_} is not text", remedy=f"Add --out FILE.{format_}, or send it into a pipe.")
    content = bench.export(query, format_)
    if out is None:
        sys.stdout.buffer.write(content)
    else:
        _write_bytes(content, out)


def _write_bytes(content: bytes, out: Path) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written: {error.strerror}", remedy="Name a file in a folder that is there."
        ) from None
