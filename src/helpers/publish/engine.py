"""Call Jupyter Book 1.0.4. No other module knows which builder, version or theme is used.

Run as ``python -m helpers.publish.engine JOB``: importing Sphinx takes seconds and leaves global
state behind, so every language has a process of its own. The job is a JSON file: ``config``
(``book/_config.yml``) and ``books``, each with ``source``, ``output``, ``scratch`` and
``settings``. A warning is an error; what went wrong stands on stderr, one line each.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from helpers.config.secrets import page_environment
from helpers.paths import BOOK
from helpers.reviews.imports import spare_the_address_grammar
from helpers.vocabulary.faults import Fault, WorkFailed
from helpers.vocabulary.labels import Language

# What Sphinx leaves in its output that no reader needs; `_static` holds other themes' parts.
_LEFTOVERS = ("_static", "_sources", ".buildinfo", "objects.inv")
_EPILOGUE = "The full traceback has been saved"
_WARNING = re.compile(
    r"^(?P<where>.*?)(?::(?P<line>\d+))?: (?P<level>WARNING|ERROR|CRITICAL): (?P<what>.*)$"
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class BookSource:
    """A folder that is ready to be built: notebooks or Markdown, and the frame's settings.

    Args:
        folder: Holds the pages.
        output: Where the HTML goes; made here.
        pages: File stems in reading order; the front page, if there is one, is called ``index``.
        title: What the browser's tab says after the page's own title.
        frame: What the templates of ``book/theme`` are given.
    """

    folder: Path
    output: Path
    pages: Sequence[str]
    title: str
    language: str
    frame: Mapping[str, Any]

    def write_contents(self) -> None:
        """Write ``_toc.yml``: Jupyter Book builds what it names and nothing else."""
        first, *rest = self.pages
        toc: dict[str, Any] = {"format": "jb-book", "root": first}
        if rest:
            toc["chapters"] = [{"file": one} for one in rest]
        (self.folder / "_toc.yml").write_text(json.dumps(toc), encoding="utf-8")

    def as_job(self) -> dict[str, Any]:
        """Write the book down for the process that builds it."""
        return {
            "source": str(self.folder),
            "output": str(self.output),
            "scratch": str(self.folder.with_name(f"{self.folder.name}-scratch")),
            "has_front": "index" in self.pages,
            "settings": {
                "language": self.language,
                "html_title": self.title,
                "html_context": {"frame": dict(self.frame)},
                "html_theme_path": [str(BOOK)],
            },
        }


def build(books: Mapping[Language, Sequence[BookSource]]) -> None:
    """Build every book, one process for each language, all at once.

    Raises:
        WorkFailed: A book did not build cleanly; carries every warning of every book.
    """
    faults: list[Fault] = []
    with tempfile.TemporaryDirectory(prefix="book-jobs-") as folder:
        running = []
        for language, sources in books.items():
            for source in sources:
                source.write_contents()
            job = Path(folder) / f"{language}.json"
            content = {
                "config": str(BOOK / "_config.yml"),
                "books": [one.as_job() for one in sources],
            }
            job.write_text(json.dumps(content), encoding="utf-8")
            command = [sys.executable, "-m", "helpers.publish.engine", str(job)]
            # What the builder writes of its troubles goes with this folder, too.
            quiet = {**page_environment(), "NO_COLOR": "1", "PYTHONUTF8": "1", "TMPDIR": folder}
            # Its complaints come through a pipe: on a full disk a file of them stays empty. Who
            # complains at length waits until those before it have ended, and goes on then.
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, env=quiet, encoding="utf-8", errors="replace",
            )  # fmt: skip
            running.append((language, process))
        for language, process in running:
            _, log = process.communicate()
            if process.returncode != 0:
                faults.extend(_as_faults(language, log, process.returncode))
    if faults:
        raise WorkFailed(faults)


def _as_faults(language: str, log: str, code: int) -> Iterable[Fault]:
    """Read Sphinx's warnings; when there is none, the process itself broke and its end is told."""
    lines = [_COLOUR.sub("", line).strip() for line in log.splitlines() if line.strip()]
    found = [match for line in lines if (match := _WARNING.match(line))]
    for match in found:
        line = f", line {match['line']}" if match["line"] else ""
        name = Path(match["where"]).name or "book"
        yield Fault(f"{name} ({language}){line}", match["what"], "correct the page")
    if not found:
        # Where it has kept its traceback, and where to report it, comes after what happened.
        told = next((at for at, line in enumerate(lines) if line.startswith(_EPILOGUE)), None)
        ended = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        said = " / ".join(lines[:told][-3:]) or f"the builder {ended} and said nothing"
        way_out = "" if lines else "look whether memory ran out, and publish again"
        yield Fault(f"book ({language})", said, way_out)


def _spare_the_imports() -> None:
    """Keep imports out of this process that cost more than the whole build.

    ``jupyter_cache`` brings SQLAlchemy for running notebooks, which never happens here.
    """
    spare_the_address_grammar()
    wanted = {
        "jupyter_cache": ("get_cache",),
        "jupyter_cache.base": ("CacheBundleIn",),
        "jupyter_cache.cache": (),
        "jupyter_cache.cache.db": ("NbProjectRecord",),
        "jupyter_cache.executors": (),
        "jupyter_cache.executors.utils": ("single_nb_execution",),
    }
    for name, attributes in wanted.items():
        empty = ModuleType(name)
        for attribute in attributes:
            setattr(empty, attribute, None)
        sys.modules[name] = empty


def _build_one(config: Path, book: Mapping[str, Any]) -> int:
    # Imported here: the parent process uses this module without paying for Sphinx.
    _spare_the_imports()
    from jupyter_book.sphinx import build_sphinx

    scratch = Path(book["scratch"])
    # Built inside the scratch folder: notebooks are also written beside the output.
    built = scratch / "html"
    outcome = build_sphinx(
        book["source"],
        str(built),
        path_config=str(config),
        noconfig=True,
        # Jupyter Book takes this one out of the settings without asking whether it is there.
        confoverrides={**book["settings"], "latex_individualpages": False},
        doctreedir=str(scratch / "doctrees"),
        freshenv=True,
        quiet=True,
        warningiserror=True,
        keep_going=True,
    )
    if outcome != 0:
        return 1
    for name in _LEFTOVERS:
        left = built / name
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    if not book["has_front"]:  # then one is made that sends readers on to the first page
        (built / "index.html").unlink(missing_ok=True)
    output = Path(book["output"])
    output.parent.mkdir(parents=True, exist_ok=True)
    built.rename(output)
    return 0


def main(job: str) -> int:
    """Build the books of one job; 0 when all of them are clean."""
    content = json.loads(Path(job).read_text(encoding="utf-8"))
    config = Path(content["config"])
    return max(_build_one(config, book) for book in content["books"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
