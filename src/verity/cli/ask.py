"""`verity ask`."""

from __future__ import annotations

from pathlib import Path

import click

from verity.charts.render import render
from verity.cli.common import common, open_bench, read_day
from verity.cli.main import FAILED, NOT_ANSWERED, OK
from verity.cli.text import show_answer
from verity.contracts.question import Answer, Language
from verity.exceptions import ChartNotWritten

EXIT = {"answered": OK, "clarify": NOT_ANSWERED, "refused": NOT_ANSWERED, "error": FAILED}


@click.command(name="ask")
@click.argument("question")
@click.option("--today", metavar="DATE", help="The day that 'today' and 'last month' are counted from.")
@click.option("--as", "principal", type=click.Path(path_type=Path), help="Ask as the principal of this JSON file.")
@click.option("--conversation", metavar="ID", help="Go on with a conversation.")
@click.option("--lang", type=click.Choice(["en", "es"]), help="Language of the answer (default: the question's).")
@click.option("--sql", is_flag=True, help="Show the SQL too.")
@click.option("--chart", type=click.Path(path_type=Path), help="Write the chart to FILE.png or FILE.svg.")
@common()
def command(
    question: str,
    today: str | None,
    principal: Path | None,
    conversation: str | None,
    lang: Language | None,
    sql: bool,
    chart: Path | None,
    project: Path | None,
    format_: str,
) -> int:
    """Answer QUESTION from the dictionary's metrics, or say why not.

    Exit code 3 where the question is asked back or refused.

    Example: verity ask "revenue by region in 2025" --sql
    """
    with open_bench(project, principal) as bench:
        answer = bench.ask(question, today=read_day(today, "--today"), conversation_id=conversation, language=lang)
    click.echo(answer.model_dump_json() if format_ == "json" else show_answer(answer, sql=sql))
    if chart is not None and answer.status == "answered":
        _write_chart(answer, chart)
        if format_ == "text":
            click.echo(f"chart: {chart}")
    return EXIT[answer.status]


def _write_chart(answer: Answer, path: Path) -> None:
    if answer.chart is None:
        raise ChartNotWritten("this answer has no chart", remedy="Ask for a metric by one dimension or by time.")
    render(answer.chart, path)
