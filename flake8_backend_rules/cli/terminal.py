"""How the command prints: plain text into pipes and files, with rich on a terminal where it is installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


def has_rich() -> bool:
    """Whether rich is installed (the extra `cli`)."""
    try:
        import rich  # noqa: F401
    except ImportError:
        return False
    return True


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a table: in aligned columns, the last one as long as it is."""
    if sys.stdout.isatty() and has_rich():
        from rich.console import Console
        from rich.table import Table

        table = Table(*headings, box=None, pad_edge=False)
        for row in rows:
            table.add_row(*row)
        Console().print(table, markup=False)
        return
    widths = [max(len(row[i]) for row in (headings, *rows)) for i in range(len(headings) - 1)]
    for row in (headings, *rows):
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]))


def print_markdown(text: str) -> None:
    """Prints a Markdown page: rendered on a terminal, as it is elsewhere."""
    if sys.stdout.isatty() and has_rich():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        print(text, end="")


def tracked(items: Sequence[T], title: str) -> Iterator[T]:
    """Goes through `items`, and shows on a terminal how far it is."""
    if not sys.stderr.isatty() or len(items) < 2:
        yield from items
    elif has_rich():
        from rich.console import Console
        from rich.progress import track

        yield from track(items, title, console=Console(stderr=True), transient=True)
    else:
        for number, item in enumerate(items, 1):
            print(f"\r{title} {number}/{len(items)}", end="", file=sys.stderr, flush=True)
            yield item
        print("\r\033[K", end="", file=sys.stderr, flush=True)


@contextmanager
def busy(title: str) -> Iterator[None]:
    """Says on a terminal what is going on, as long as it is."""
    if not sys.stderr.isatty():
        yield
    elif has_rich():
        from rich.console import Console

        with Console(stderr=True).status(title):
            yield
    else:
        print(f"{title} ...", end="", file=sys.stderr, flush=True)
        try:
            yield
        finally:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
