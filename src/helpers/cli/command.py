"""The subcommands of ``review`` (DESIGN 5), each declared where its subject is.

A module is imported when one of its commands is asked for; only the list of all of them imports
every one, for their first lines.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module

import click

#: Subcommand -> the module of this room that declares it, and its name there if another; in the
#: order in which somebody comes to need them.
COMMANDS = {
    "Begin": {
        "demo": "data",
        "new": "starting",
        "check": "figures",
    },
    "Make a review": {
        "ingest": "data",
        "publish": "reviews",
        "serve": "site",
        "list": "reviews:list_pages",
        "run": "reviews",
        "lab": "site",
    },
    "Look a figure up": {
        "metrics": "figures",
        "findings": "figures",
        "diff": "editions",
        "editions": "history",
        "verify": "editions",
    },
    "Leave it to a schedule": {
        "schedule": "scheduling",
        "due": "scheduling",
        "backfill": "scheduling",
        "send": "site",
        "notices": "telling",
    },
    "Decide": {
        "sign": "signing",
        "waive": "signing",
        "rollback": "editions",
        "prune": "editions",
    },
}
_MODULES = {name: module for group in COMMANDS.values() for name, module in group.items()}


class WhenAsked(click.Group):
    """A group that imports a subcommand's module when the subcommand is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the subcommands, as they are listed."""
        return [*_MODULES, *(set(super().list_commands(ctx)) - _MODULES.keys())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give a subcommand; None where there is no such."""
        if cmd_name in _MODULES and cmd_name not in self.commands:
            module, _, name = _MODULES[cmd_name].partition(":")
            found = getattr(import_module(f"helpers.cli.{module}"), name or cmd_name)
            self.add_command(found, cmd_name)
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find what was asked for; a misspelt name is answered with its neighbours."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            near = get_close_matches(args[0], _MODULES)
            hint = f"; did you mean {' or '.join(near)}?" if near else "; see review --help"
            ctx.fail(f"No such command {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands by what they are for, each with the whole of its first sentence."""
        width = max(map(len, _MODULES))
        for title, group in COMMANDS.items():
            found = [(name, self.get_command(ctx, name)) for name in group]
            with formatter.section(title):
                formatter.write_dl(
                    [(f"{name:<{width}}", one.get_short_help_str(limit=200))
                     for name, one in found if one is not None]
                )  # fmt: skip


@click.group(
    cls=WhenAsked,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="cross-border-operations-review")
def review() -> None:
    """From a pile of marketplace exports to the operations review.

    REVIEW is monthly or annual. A first look: `review demo`, then `review publish monthly`.
    """
