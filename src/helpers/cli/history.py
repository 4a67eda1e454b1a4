"""``review editions``: what was published, and what ran."""

from __future__ import annotations

import json

import click

from helpers.cli.options import json_option, workspace_option
from helpers.cli.showing import say, show_rows

_MEGABYTE = 1_000_000


@click.command()
@click.argument("name", metavar="[REVIEW]", required=False)
@workspace_option
@click.option(
    "--runs", "count", default=20, show_default=True, type=click.IntRange(0, 100_000),
    help="So many of the last runs.",
)  # fmt: skip
@json_option
def editions(name: str | None, workspace: str | None, count: int, as_json: bool) -> None:
    """List every edition, and what ran when, how long, how much it read and what failed."""
    from helpers.config.workspace import load_workspace
    from helpers.publish.history import editions_in_rows, runs_in_rows

    _, paths = load_workspace(workspace)
    published = editions_in_rows(paths, name)
    ran, unread = runs_in_rows(paths, count, name)
    if as_json:
        told = {"editions": published, "runs": ran, "unread": unread}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    if published:
        show_rows(_edition_row(one) for one in published)
    else:
        say("nothing is published yet")
    if ran:
        say("")
        show_rows(_run_row(one) for one in ran)
    # What failed is told by the run and by the one that asked for it; once is enough.
    failed = (f"  {_moment(run['started'])} {one}" for run in ran for one in run["failures"])
    for line in dict.fromkeys(failed):
        say(line)
    for fault in unread:
        click.echo(fault, err=True)


def _edition_row(one: dict[str, object]) -> dict[str, str]:
    """Say of an edition what a person asks of it."""
    gone = "pruned" if one["pruned"] else "withdrawn" if one["withdrawn"] else ""
    shown = gone or ("shown" if one["shown"] else "superseded")
    return {
        "edition": f"{one['review']}/{one['period']}/{one['edition']}",
        "status": str(one["status"]),
        "readers": shown,
        "data to": str(one["data_through"] or ""),
        "MB": f"{int(str(one['bytes'])) / _MEGABYTE:.1f}",
        "published": _moment(one["published"]),
        "took": f"{one['seconds']} s" if one["seconds"] is not None else "",
        "signed": str(one["signed"] or ""),
        "awaits": str(one["awaiting"] or ""),
    }


def _run_row(one: dict[str, object]) -> dict[str, str]:
    pages = one["pages"]
    assert isinstance(pages, (list, tuple))
    ran = sum(page["status"] == "ran" for page in pages)
    return {
        "when": _moment(one["started"]),
        "what": str(one["kind"]),
        "of": f"{one['review']} {one['period']}".strip(),
        "outcome": str(one["outcome"]),
        "took": "" if one["seconds"] is None else f"{one['seconds']:.1f} s",
        "files": _count(one["files_read"]),
        "rows": _count(one["rows_read"]),
        "MB read": "" if one["bytes_read"] is None else f"{one['bytes_read'] / _MEGABYTE:.1f}",  # type: ignore[operator]
        "pages": f"{ran}/{len(pages)}" if pages else "",
        "asked by": str(one["asked_by"]),
    }


def _count(number: object) -> str:
    return "" if number is None else f"{number:,}"


def _moment(text: object) -> str:
    """Write a moment to the minute; the journal's own time is UTC."""
    return f"{str(text)[:16].replace('T', ' ')} UTC" if text else ""
