"""How the command speaks: a progress bar where a person waits, plain lines where cron does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from helpers.vocabulary.units import Status
from helpers.vocabulary.wording import write_missing, write_value

if TYPE_CHECKING:
    import pandas as pd

    from helpers.analysis.findings.finding import Finding
    from helpers.config.workspace import Workspace
    from helpers.publish.changes.comparing import Comparison
    from helpers.vocabulary.labels import Language

#: Called with (done, of how many, what is being worked on).
Progressing = Callable[[int, int, str], None]


def say(line: str) -> None:
    """Print one plain line."""
    Console(highlight=False, soft_wrap=True, markup=False).print(line)


@contextmanager
def progress_bar(what: str, hidden: bool = False) -> Iterator[Progressing]:
    """Show a bar on a terminal, and nothing at all where nobody watches."""
    console = Console(stderr=True)
    if hidden or not console.is_terminal:
        yield lambda done, total, name: None
        return
    with _bars(console) as bars:
        yield _bar(bars, what)[1]


@contextmanager
def bars_within(
    what: str,
) -> Iterator[tuple[Progressing, Callable[[str], AbstractContextManager[Progressing]]]]:
    """Show a bar for the whole and, below it, one for each step while it lasts.

    Yields:
        How far the whole is, and what to open for a step.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, total, name: None, lambda step: progress_bar(step, hidden=True)
        return
    with _bars(console) as bars:

        @contextmanager
        def step_of(step: str) -> Iterator[Progressing]:
            task, progress = _bar(bars, f"  {step}")
            try:
                yield progress
            finally:
                bars.remove_task(task)

        yield _bar(bars, what)[1], step_of


def _bars(console: Console) -> Progress:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[name]}", markup=False),
    )
    return Progress(*columns, console=console, transient=True)


def _bar(bars: Progress, what: str) -> tuple[TaskID, Progressing]:
    task = bars.add_task(what, total=None, name="")

    def progress(done: int, total: int, name: str) -> None:
        bars.update(task, completed=done, total=total, name=name)

    return task, progress


def show_table(frame: pd.DataFrame) -> None:
    """Print a frame as a table; cell text is data, never markup."""
    table = Table(show_edge=False, header_style="bold")
    for column in frame.columns:
        numeric = frame[column].dtype.kind in "if"
        table.add_column(str(column).replace("_", " "), justify="right" if numeric else "left")
    for row in frame.itertuples(index=False):
        table.add_row(*(Text("" if _is_missing(value) else str(value)) for value in row))
    _console(frame).print(table)


def show_rows(rows: Iterable[Mapping[str, str]]) -> None:
    """Print rows that have the same columns as a table; numbers are written and stand right."""
    listed = list(rows)
    table = Table(show_edge=False, header_style="bold")
    for column in listed[0] if listed else ():
        numeric = all(row[column][:1].isdigit() or not row[column] for row in listed)
        table.add_column(column, justify="right" if numeric else "left")
    for row in listed:
        table.add_row(*map(Text, row.values()))
    Console(highlight=False, width=None if sys.stdout.isatty() else 220).print(table)


def as_csv(frame: pd.DataFrame) -> str:
    """Write a frame as CSV, values unrounded: whole numbers without a point, missing ones empty."""
    written = frame.astype(object).map(_unrounded)
    return str(written.to_csv(index=False))


def _unrounded(value: object) -> object:
    if _is_missing(value):
        return ""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def with_written_notes(frame: pd.DataFrame) -> pd.DataFrame:
    """Write each figure's note as a person reads it, in English, with the reason of a missing one.

    Typed figures, coverage and reasons are marked so, wherever the figure goes.
    """
    rows = zip(frame["note"], frame["status"], strict=True)
    return frame.assign(note=[_written_note(note, Status(status)) for note, status in rows])


def _written_note(note: str, status: Status) -> str:
    from helpers.metrics.notes import write_note

    return write_note(note, "en") or ("" if status is Status.OK else _status_words(status))


def show_figures(frame: pd.DataFrame) -> None:
    """Print figures as a person reads them, each with its reason where it has no value."""
    table = Table(show_edge=False, header_style="bold")
    for column, justify in [
        ("metric", "left"), ("period", "left"), ("member", "left"),
        ("value", "right"), ("unit", "left"), ("note", "left"),
    ]:  # fmt: skip
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    for row in with_written_notes(frame).to_dict("records"):
        shown = _exact(row["value"], row["unit"]) if Status(row["status"]).has_value else ""
        cells = (row["metric"], row["period"], row["member"], shown, row["unit"], row["note"])
        table.add_row(*(Text(str(cell)) for cell in cells))
    _console(frame).print(table)


def show_findings(findings: Sequence[Finding], language: Language) -> None:
    """Print findings as sentences, each with what stands behind it; a quiet month says so."""
    quiet = {"en": "Nothing stands out of chance.", "zh": "没有超出偶然波动的变化。"}
    if not findings:
        say(quiet[language])
        return
    table = Table(show_edge=False, header_style="bold")
    table.add_column("#", justify="right")
    for column in ("kind", "finding", "money", "sd", "q", "test"):
        table.add_column(
            column, justify="left" if column in ("kind", "finding", "test") else "right"
        )
    for one in findings:
        q = one.evidence.get("q")
        cells = (
            one.rank, one.kind, one.sentence.text(language),
            "" if one.size.money is None
            else write_value(one.size.money, "money", language, one.currency),
            "" if one.size.sd is None else f"{one.size.sd:+.1f}",
            "" if q is None else f"{q:.3f}", one.test,
        )  # fmt: skip
        table.add_row(*(Text(str(cell)) for cell in cells))
    width = None if sys.stdout.isatty() else 200
    Console(highlight=False, width=width).print(table)


def show_comparison(
    found: Comparison, workspace: Workspace, language: Language, everything: bool = False
) -> None:
    """Print the new period's headline, then what differs, what caused it, and pages come and gone.

    Args:
        found: Two editions side by side.
        workspace: The company.
        language: Of names and causes.
        everything: List numbers that are known only by their place in a table, too.
    """
    import pandas as pd

    from helpers.publish.changes.written import Written

    written = Written(workspace, found.causes.metrics, language)
    if news := written.news(found):
        shown = [
            {name: one[name] for name in ("name", "before", "after", "change")} for one in news
        ]
        show_table(pd.DataFrame(shown).rename(columns={"name": "new period"}))
    chosen = found.changes.every if everything else found.changes.of_the_catalogue
    rows, unseen = written.rows(chosen, found.causes)
    if rows:
        columns = ("name", "period", "before", "after", "difference", "causes")
        shown = [{name: str(row[name]) for name in columns} for row in rows]
        show_table(pd.DataFrame(shown).rename(columns={"name": "restated", "causes": "because of"}))
    else:
        say("no published figure reads otherwise")
    if unseen:
        say(f"{unseen} figures differ by less than is written; --json has them")
    hidden = len(found.changes.in_tables)
    if hidden and not everything:
        say(f"{hidden} numbers of tables changed with them; --all lists them")
    for page in found.pages_added:
        say(f"new page: {page.file}")
    for page in found.pages_removed:
        say(f"page no longer there: {page.file}")


def show_receipt(receipt: Any) -> None:
    """Print what came of the files: a line for each kind, the sums, and what is left to do."""
    taken = [one for one in receipt.files if one.status in ("accepted", "partly")]
    kinds = sorted({(one.store or "company", one.kind) for one in taken})
    if kinds:
        table = Table(show_edge=False, header_style="bold")
        for column in ("store", "kind"):
            table.add_column(column)
        for column in ("files", "rows read", "kept", "quarantined", "duplicate"):
            table.add_column(column, justify="right")
        for store, kind in kinds:
            files = [one for one in taken if (one.store or "company", one.kind) == (store, kind)]
            counts = [f"{len(files):,}", *(f"{count:,}" for count in _counted(files))]
            table.add_row(*(Text(cell) for cell in (store, kind, *counts)))
        width = None if sys.stdout.isatty() else 160
        Console(highlight=False, width=width).print(table)
    known = [one for one in receipt.files if one.status == "duplicate"]
    refused = [one for one in receipt.files if one.status == "refused"]
    for files, word in (
        (taken, "taken in"), (known, "taken in before"), (refused, "refused"),
        (receipt.skipped, "passed over"),
    ):  # fmt: skip
        if files:
            say(f"{len(files):,} file{'' if len(files) == 1 else 's'} {word}")
    if not receipt.files and not receipt.skipped:
        say("inbox: holds no file; put exports into it, or name files or folders")
    read, kept, held, twice = _counted(receipt.files)
    say(f"rows: {read:,} read = {kept:,} kept + {held:,} quarantined + {twice:,} duplicate")
    partly = [one for one in receipt.files if one.status == "partly"]
    to_do = [f"{one.status:8} {one.path}: {_unnamed(one)}" for one in (*refused, *partly)]
    to_do += [f"passed over {one.shown}: {one.reason}" for one in receipt.skipped]
    to_do += [f"note     {one}" for one in receipt.warnings]
    if to_do:
        say("")
        say("To look at:")
        for line in to_do:
            say(f"  {line}")


def _unnamed(file: Any) -> str:
    """Give what is said of a file that was named just before, without its name again."""
    name = str(file.path).replace("\\", "/").rsplit("/", 1)[-1]
    return str(file.message).removeprefix(f"{name}: ")


def _counted(files: Iterable[Any]) -> list[int]:
    """Add up rows read, kept, quarantined and duplicate."""
    files = list(files)
    return [
        sum(getattr(one, f"rows_{part}") for one in files)
        for part in ("read", "kept", "quarantined", "duplicate")
    ]


def _console(frame: pd.DataFrame) -> Console:
    """Never fold a table because a pipe has no width."""
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, width=max(200, 40 * len(frame.columns)))


def _exact(value: float, unit: str) -> str:
    known = {"percent", "count", "times", "days", "units", "score"}
    if unit in known:
        return write_value(value, unit, "en", short=False)
    return f"{value:,.2f}"


def _status_words(status: Status) -> str:
    return str(status) if status.has_value else write_missing(status, "en")


def _is_missing(value: object) -> bool:
    return value is None or value != value
