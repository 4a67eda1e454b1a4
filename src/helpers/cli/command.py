"""The subcommands of ``review`` (DESIGN 5), each declared where its subject is.

A module is imported when one of its commands is asked for; only the list of all of them imports
every one, for their first lines.
"""

from __future__ import annotations

from importlib import import_module

import click

#: Subcommand -> the module of this room that declares it, and its name there if another.
COMMANDS = {
    "demo": "data",
    "ingest": "data",
    "metrics": "figures",
    "findings": "figures",
    "check": "figures",
    "list": "reviews:list_pages",
    "run": "reviews",
    "publish": "reviews",
    "due": "scheduling",
    "backfill": "scheduling",
    "schedule": "scheduling",
    "sign": "signing",
    "waive": "signing",
    "editions": "history",
    "diff": "editions",
    "verify": "editions",
    "prune": "editions",
    "rollback": "editions",
    "serve": "site",
    "send": "site",
    "lab": "site",
    "new": "starting",
    "notices": "telling",
}


class WhenAsked(click.Group):
    """A group that imports a subcommand's module when the subcommand is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the subcommands, as they are listed."""
        return sorted({*COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give a subcommand; None where there is no such."""
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            module, _, name = COMMANDS[cmd_name].partition(":")
            found = getattr(import_module(f"helpers.cli.{module}"), name or cmd_name)
            self.add_command(found, cmd_name)
        return super().get_command(ctx, cmd_name)


@click.group(
    cls=WhenAsked,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="cross-border-operations-review")
def review() -> None:
    """From a pile of marketplace exports to the operations review."""
