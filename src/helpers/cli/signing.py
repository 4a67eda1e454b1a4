"""What a named person answers for: the figures of an edition, and sources that will not come."""

from __future__ import annotations

import click

from helpers.cli.options import workspace_option
from helpers.cli.showing import say


@click.command()
@click.argument("edition")
@click.option("--by", required=True, metavar="NAME", help="Who signs.")
@click.option("--note", default=None, metavar="TEXT", help="Kept with the signature.")
@workspace_option
def sign(edition: str, by: str, note: str | None, workspace: str | None) -> None:
    """Sign the figures of EDITION, written monthly/2025-10/r2; without rN the one that is read.

    The signature holds for these figures only. Once everybody has signed who must (`signing` in
    workspace.yml; any one person where nothing is declared), `review publish` makes the period
    final.
    """
    from helpers.config.workspace import load_workspace
    from helpers.publish.editions import find_edition
    from helpers.publish.signing import sign, signatures_kept

    declared, paths = load_workspace(workspace)
    meant = find_edition(paths.site, edition)
    written = sign(meant, by, declared, paths, note)
    say(f"{meant.folder}: signed, {written}")
    awaited = signatures_kept(meant, declared, paths).awaited
    for one in awaited:
        say(f"{meant.folder}: awaits {one.en}")
    if not awaited:
        again = f"review publish {meant.review} --period {meant.period}"
        say(f"{meant.folder}: all have signed; final with {again}, once nothing else is awaited")


@click.command()
@click.argument("fact")
@click.option("--store", required=True, help="The store's id in workspace.yml.")
@click.option("--period", required=True, help="One month, quarter, week or year.")
@click.option("--by", required=True, metavar="NAME", help="Who says so.")
@click.option("--because", required=True, metavar="TEXT", help="Why; readers are told.")
@workspace_option
def waive(fact: str, store: str, period: str, by: str, because: str, workspace: str | None) -> None:
    """Admit that FACT (such as ads or fees) of a store will not come for a period.

    Nobody waits for it then, and every page says what is missing, who says so and why.
    """
    from helpers.config.workspace import load_workspace
    from helpers.tables.known_facts import known_facts
    from helpers.tables.waivers import waive
    from helpers.vocabulary.periods import parse_period

    declared, paths = load_workspace(workspace)
    when = parse_period(period, declared.fiscal_year_start)
    facts = known_facts().facts
    written = waive(
        paths, declared, facts, fact=fact, store=store, period=when, by=by, because=because
    )
    say(f"{store}: {fact} of {when} will not come, {written}")
