"""Every kind of output, through a real kernel and through the warm engine, cell by cell."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

CELLS = [
    ("names", "import os, sys\n__name__, get_ipython().__class__.__name__, sys.path[0]"),
    ("where", "os.getcwd()"),
    ("nothing", "None"),
    ("quiet", "6 * 7;"),
    ("streams", "print('out'); print('err', file=sys.stderr); print('more')"),
    (
        "flushed",
        "print('a', flush=True); print('b', file=sys.stderr, flush=True); print('c', end='')",
    ),
    ("shell", "!echo from the shell\n%env HOME"),
    ("script", "%%sh\necho script; echo trouble >&2"),
    ("captured", "%%capture said\nprint('unseen')"),
    ("after-captured", "said.stdout"),
    ("unicode", "print('退货率 ✓ \\ud83d'.encode('utf-8', 'ignore').decode())\n'é'"),
    ("long", "print('x' * 300_000)"),
    ("progress", "for i in range(3): print(f'\\r{i}', end='')"),
    ("result-then-more", "print('before')\n{'b': [1, 2], 'a': None}"),
    ("history", "In[1][:9], _, Out[2] == os.getcwd()"),
    (
        "rich",
        "from IPython.display import *\n"
        "display(HTML('<b>b</b>'), Markdown('*m*'), Latex('$x$'), JSON({'n': [1, 2.5]}))\n"
        "display(SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>'), Javascript('1'))",
    ),
    (
        "bundle",
        "class Own:\n"
        "    def _repr_mimebundle_(self, include=None, exclude=None):\n"
        "        return {'text/plain': 'own', 'image/png': b'\\x89PNG'}, {'note': {'deep': 1}}\n"
        "Own()",
    ),
    (
        "broken-repr",
        "class Broken:\n    def _repr_html_(self): raise ValueError('no')\nBroken",
    ),
    ("not-a-number", "display({'application/json': {'a': float('nan')}}, raw=True)"),
    ("handle", "handle = display('first', display_id='one'); display('other')"),
    ("update", "handle.update('second'); update_display(HTML('<i>third</i>'), display_id='one')"),
    ("clear", "print('gone'); clear_output(); print('kept')"),
    ("clear-wait", "display(1); clear_output(wait=True); print('late'); display(2)"),
    ("frame", "import pandas as pd\npd.DataFrame({'金额': [1.5, None], 'b': ['<x>', 'y']})"),
    ("series", "pd.Series([1, 2], name='s')"),
    ("styled", "pd.DataFrame({'a': [1]}).style.set_uuid('u').format('{:.1f}')"),
    (
        "figures",
        "import matplotlib.pyplot as plt\nprint('above')\nplt.plot([1, 2]); plt.show()\n"
        "print('below')\nplt.figure(figsize=(2, 1)); plt.plot([2, 1]);",
    ),
    ("figure-result", "fig, ax = plt.subplots(figsize=(2, 2))\nax.plot([1, 3])\nfig"),
    ("retina", "%config InlineBackend.figure_formats = ['retina']\nplt.plot([1, 2]);"),
    (
        "seaborn",
        "import seaborn as sns\nsns.barplot(x=['a', 'b'], y=[1, 2])\n"
        "plt.get_backend(), plt.rcParams['figure.figsize'], len(plt.rcParams)",
    ),
    ("warned", "import warnings, logging\nwarnings.warn('careful')\nlogging.warning('logged')"),
    ("awaited", "import asyncio\nawait asyncio.sleep(0.01)\nloop = asyncio.get_running_loop()\n1"),
    ("task", "task = asyncio.ensure_future(asyncio.sleep(0, 'done'))"),
    ("task-done", "await task"),
    (
        "thread",
        "import threading\nt = threading.Thread(target=print, args=('threaded',))\n"
        "t.start(); t.join()",
    ),
    (
        "forked",
        "import multiprocessing\nwith multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "    print(pool.map(abs, [-1, -2]))\nmultiprocessing.current_process().name",
    ),
    ("pickled", "import pickle\npickle.loads(pickle.dumps(Own)) is Own"),
    ("asked", "input('?')", "raises-exception"),
    ("syntax", "1 +", "raises-exception"),
    (
        "chained",
        "try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('<b>') from e",
        "raises-exception",
    ),
    ("left", "sys.exit(3)", "raises-exception"),
    ("magic", "%nosuchmagic", "raises-exception"),
    ("skipped", "print('never')", "skip-execution"),
    ("empty", ""),
    ("environment", "sorted(name for name in os.environ if name.startswith(('MPL', 'TERM')))"),
    ("comm", "from comm import create_comm\nc = create_comm(target_name='none', data={'a': 1})"),
    ("failed", "def inner(n):\n    return 1 / n\n\ninner(0)"),
    ("never", "print('not reached')"),
]


def run(engine: str | None, folder: Path) -> dict[str, Any]:
    import nbformat
    from papermill import execute_notebook
    from papermill.exceptions import PapermillExecutionError

    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
    book.cells = [nbformat.v4.new_markdown_cell("# Words", id="words")]
    book.cells += [
        nbformat.v4.new_code_cell(source, id=name, metadata={"tags": list(tags)})
        for name, source, *tags in CELLS
    ]
    written = folder / f"{engine}.ipynb"
    with pytest.raises(PapermillExecutionError, match="division by zero"):
        execute_notebook(book, written, engine_name=engine, progress_bar=False, cwd=folder)
    return nbformat.read(written, as_version=4)


def comparable(book: dict[str, Any]) -> dict[str, Any]:
    """Put times in order of magnitude aside, and join text that a slow reader got in pieces."""
    cells = {}
    for number, cell in enumerate(book["cells"]):
        told = cell["metadata"].get("papermill", {})
        outputs: list[dict[str, Any]] = []
        for output in cell.get("outputs", []):
            same = outputs and output["output_type"] == outputs[-1]["output_type"] == "stream"
            if same and output["name"] == outputs[-1]["name"]:
                outputs[-1]["text"] += output["text"]
            else:
                outputs.append(dict(output))
        cells[f"{number} {cell['id'] if cell['cell_type'] == 'code' else ''}"] = {
            **{name: cell[name] for name in ("source", "cell_type")},
            "count": cell.get("execution_count"),
            "outputs": [{name: _without_chance(part) for name, part in o.items()} for o in outputs],
            "tags": cell["metadata"].get("tags"),
            "status": {name: told.get(name) for name in ("status", "exception")},
            "timed": {name for name, value in told.items() if value is not None},
            "execution": set(cell["metadata"].get("execution", {})),
        }
    told = book["metadata"].pop("papermill")
    return {**cells, "book": book["metadata"], "exception": told["exception"], "keys": set(told)}


def _without_chance(part: Any) -> Any:
    if isinstance(part, str):
        part = re.sub(r"ipykernel_\d+/\d+", "ipykernel", part)
        return re.sub(r"0x[0-9a-f]{6,}", "0x", part)
    if isinstance(part, dict):
        return {name: _without_chance(one) for name, one in part.items()}
    if isinstance(part, list):
        return [_without_chance(one) for one in part]
    return part


def test_every_kind_of_output_is_what_a_kernel_gives(tmp_path: Path):
    kernel, warm = (comparable(run(engine, tmp_path)) for engine in (None, "warm"))
    assert list(kernel) == list(warm)
    differing = {name: (kernel[name], warm[name]) for name in kernel if kernel[name] != warm[name]}
    assert not differing
    assert sum(len(cell["outputs"]) for cell in list(kernel.values())[:-3]) > 50
