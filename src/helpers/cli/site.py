"""``review serve`` and ``review lab``: look at what was made, and at what makes it."""

from __future__ import annotations

import sys

import click

from helpers.cli.options import workspace_option


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
def lab(workspace: str | None) -> None:
    """Open the notebooks in JupyterLab."""
    import os
    import subprocess

    from helpers.paths import NOTEBOOKS, workspace_folder

    environment = {**os.environ, "REVIEW_WORKSPACE": str(workspace_folder(workspace))}
    command = [sys.executable, "-m", "jupyterlab", "--notebook-dir", str(NOTEBOOKS)]
    sys.exit(subprocess.run(command, env=environment, check=False).returncode)
