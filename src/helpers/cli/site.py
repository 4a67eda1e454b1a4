"""``review serve``, ``send`` and ``lab``: look at what was made, send it, look at what makes it.

It is ``send`` and not ``publish`` or ``sync``: no edition is made, and nothing comes back.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from helpers.cli.options import to_option, workspace_option
from helpers.cli.showing import progress_bar, say


@click.command()
@workspace_option
@click.option("--port", default=8765, show_default=True, type=click.IntRange(1, 65535))
def serve(workspace: str | None, port: int) -> None:
    """Show the built site on this machine only."""
    from helpers.config.workspace import load_workspace
    from helpers.publish.serve import serve

    _, paths = load_workspace(workspace)
    serve(paths.site, port)


@click.command()
@workspace_option
@to_option
@click.option("--everything", is_flag=True, help="Compare every file there, and mend what differs.")
def send(workspace: str | None, to: tuple[str, ...], everything: bool) -> None:
    """Send the site as it stands to the targets of workspace.yml, or to those named.

    Only what is missing goes, and readers are led to it last: an interrupted sending leaves the
    old site whole, and the next one carries on.
    """
    send_to(workspace, to, everything)


def send_to(
    workspace: str | None, to: Sequence[str], everything: bool = False, quiet: bool = False
) -> None:
    """Send the site, and say what that came to unless asked to be quiet."""
    from helpers.config.workspace import load_workspace
    from helpers.publish.sending import send

    declared, paths = load_workspace(workspace)
    with progress_bar("send", hidden=quiet) as progress:
        sent = send(declared, paths, to, everything=everything, progress=progress)
    for one in () if quiet else sent:
        say(str(one))


def refuse_targets(workspace: str | None, to: Sequence[str]) -> None:
    """Refuse a target that is none before work is done for it."""
    from helpers.config.workspace import load_workspace
    from helpers.publish.sending import places_named

    if to:
        places_named(*load_workspace(workspace), to)


@click.command()
@workspace_option
def lab(workspace: str | None) -> None:
    """Open the notebooks in JupyterLab."""
    import os
    import subprocess

    from helpers.paths import NOTEBOOKS, workspace_folder

    environment = {**os.environ, "REVIEW_WORKSPACE": str(workspace_folder(workspace))}
    command = [sys.executable, "-m", "jupyterlab", "--notebook-dir", str(NOTEBOOKS)]
    sys.exit(subprocess.run(command, env=environment, check=False).returncode)
