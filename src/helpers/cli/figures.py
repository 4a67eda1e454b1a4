"""``review metrics``, ``findings`` and ``check``: ask, without making a page."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from helpers.cli.options import json_option, period_option, workspace_option
from helpers.cli.showing import (
    as_csv,
    say,
    show_figures,
    show_findings,
    show_table,
    with_written_notes,
)
from helpers.vocabulary.labels import LANGUAGES, Language

if TYPE_CHECKING:
    import pandas as pd


@click.command()
@workspace_option
@period_option
@click.option("--metric", "wanted", multiple=True, help="A metric id; all of them by default.")
@click.option("--by", default="", help="Dimensions, such as market,platform.")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table"
)  # fmt: skip
@click.option("--list", "listing", is_flag=True, help="List the catalogue instead.")
@json_option
def metrics(
    workspace: str | None,
    period: str,
    wanted: tuple[str, ...],
    by: str,
    form: str,
    listing: bool,
    as_json: bool,
) -> None:
    """Print figures: the stable interface by which anyone can check a number.

    The columns of `--format csv` are metric, period, dimension, member, value, unit, status,
    numerator, denominator and note: what is typed in, what is missing and why.
    """
    form = "json" if as_json else form
    if listing:
        from helpers.config.workspace import load_workspace
        from helpers.metrics.catalogue import catalogue_of
        from helpers.metrics.definitions import definitions

        chosen = catalogue_of(load_workspace(workspace)[0]) if workspace else None
        frame = definitions(chosen).rename(columns={"metric": "id"})
    else:
        frame = _figures(workspace, period, wanted, by)
    if form == "json":
        click.echo(_as_json(frame))
    elif form == "csv":
        click.echo(as_csv(frame if listing else with_written_notes(frame)), nl=False)
    elif listing:
        show_table(frame[["id", "label_en", "label_zh", "formula", "unit"]])
    else:
        show_figures(frame)


@click.command()
@workspace_option
@period_option
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@json_option
def findings(workspace: str | None, period: str, language: Language, as_json: bool) -> None:
    """Tell what management should hear: what chance does not explain, and what rules say."""
    from helpers.analysis.desk import open_desk
    from helpers.analysis.findings.telling import find

    found = find(open_desk(workspace, period, language))
    if as_json:
        rows = [one.as_dict() for one in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False))
    else:
        show_findings(found, language)


@click.command()
@workspace_option
@json_option
def check(workspace: str | None, as_json: bool) -> None:
    """Check every declaration, contract, plan and notebook; runs nothing slow."""
    from helpers.cli.checking import check_everything

    checked = check_everything(workspace)
    if as_json:
        click.echo(json.dumps([one.as_dict() for one in checked], ensure_ascii=False, indent=1))
    else:
        for one in checked:
            say(f"{'ok  ' if not one.faults else 'FAULT'} {one.what}")
            for fault in one.faults:
                click.echo(str(fault), err=True)
    if any(one.faults for one in checked):
        sys.exit(1)


def _figures(workspace: str | None, period: str, wanted: tuple[str, ...], by: str) -> pd.DataFrame:
    from helpers.config.workspace import load_workspace
    from helpers.metrics.catalogue import catalogue
    from helpers.metrics.compute import compute
    from helpers.tables.coverage import resolve_period
    from helpers.tables.warehouse import Warehouse
    from helpers.vocabulary.periods import parse_period

    declared, paths = load_workspace(workspace)
    if period not in ("last", "all"):
        parse_period(period)  # a misspelt period is told before anything is opened
    warehouse = Warehouse.open(paths, declared)
    when = resolve_period(period, warehouse.coverage(), declared.fiscal_year_start)
    dimensions = tuple(part.strip() for part in by.split(",") if part.strip())
    return compute(warehouse, wanted or tuple(catalogue()), when, dimensions)


def _as_json(frame: pd.DataFrame) -> str:
    """Give a bare list of records; what is missing is null and never NaN, which is no JSON."""
    records = json.loads(frame.to_json(orient="records", double_precision=15))
    return json.dumps(records, ensure_ascii=False, indent=1)
