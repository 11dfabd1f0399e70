"""Progress of a long step on standard error: a bar in a terminal, a line a part where there is none."""

from __future__ import annotations

import shutil
import sys
from types import TracebackType

import click

from verity.contracts.tool import Progress


class ProgressBar:
    """Draws `Progress` events; silent where `quiet`. Use as a context manager, so that the line is always finished."""

    def __init__(self, title: str, *, quiet: bool = False) -> None:
        self._title = title
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._drawn = False

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            click.echo("\r\x1b[K", nl=False, err=True)

    def __call__(self, event: Progress) -> None:
        """Show one event."""
        if self._quiet or not self._terminal:
            return
        width = shutil.get_terminal_size().columns
        text = f"{self._title}  {_bar(event)}{event.what} {event.message}".rstrip()
        click.echo("\r\x1b[K" + text[: width - 1], nl=False, err=True)
        self._drawn = True


def _bar(event: Progress, wide: int = 20) -> str:
    if not event.total:
        return ""
    full = round(wide * min(event.done, event.total) / event.total)
    return f"{'█' * full}{'·' * (wide - full)} {event.done}/{event.total}  "
