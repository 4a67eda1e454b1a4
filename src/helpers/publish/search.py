r"""Make Chinese searchable: a Sphinx extension that no other room imports.

Sphinx looks a query up as it was typed, so a Chinese phrase is found only where the segmenter
happened to cut it the same way. Here a run of CJK is indexed as single characters and as pairs,
and the browser cuts the query the same way. Codes such as ``SKU-0003`` stay whole beside their
parts.

Sphinx indexes drawings and tables badly too: it deletes tags, so that two neighbouring cells
become one word. The builder below puts a space there, and keeps each section's text so that the
search page can show an excerpt without fetching a page, which ``file://`` forbids.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.search.en import SearchEnglish

LANGUAGE = "review"
#: Han, kana and Hangul; extension B onward counts too (rare characters in people's names).
_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_CJK}]+|(?:(?![{_CJK}])\w)+(?:[-./'](?:(?![{_CJK}])\w)+)*")
_IS_CJK = re.compile(rf"[{_CJK}]")
_PART = re.compile(r"[-./']")
_PLAIN = re.compile(r"[a-z]+")
_SILENT = re.compile(r"<(style|script|metadata|defs)\b.*?</\1>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
#: A table of thousands of rows must not make every page of the site slow to search.
_LONGEST_SECTION = 20_000

_SPLITTER = r"""
// Cut a query as the index was cut: pairs of CJK characters, words, and codes as a whole.
function splitQuery(query) {
  const cjk = "\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff" +
    "\\u{20000}-\\u{3ffff}";
  const letter = `(?:(?![${cjk}])[\\p{L}\\p{N}\\p{M}_])+`;
  const word = new RegExp(`[${cjk}]+|${letter}(?:[-./']${letter})*`, "gu");
  const found = [];
  for (const run of query.normalize("NFKC").toLowerCase().match(word) || []) {
    if (!new RegExp(`[${cjk}]`, "u").test(run)) { found.push(run); continue; }
    const characters = Array.from(run);
    if (characters.length === 1) found.push(run);
    for (let i = 1; i < characters.length; i++) found.push(characters[i - 1] + characters[i]);
  }
  return found;
}
"""


class BilingualSearch(SearchEnglish):
    """Words stemmed as English, CJK as characters and pairs, codes whole and in parts."""

    lang = LANGUAGE
    language_name = "Chinese and English"
    js_splitter_code = _SPLITTER

    def split(self, input: str) -> list[str]:
        """Cut text into what the index holds.

        >>> BilingualSearch({}).split("退货率 SKU-0003")
        ['退', '货', '率', '退货', '货率', 'sku-0003', 'sku', '0003']
        """
        found: list[str] = []
        for run in _WORD.findall(unicodedata.normalize("NFKC", input).lower()):
            if _IS_CJK.match(run):
                found.extend(run)
                found.extend(run[i : i + 2] for i in range(len(run) - 1))
            else:
                parts = _PART.split(run)
                found.append(run)
                found.extend(parts if len(parts) > 1 else ())
        return found

    def stem(self, word: str) -> str:
        """Stem plain English words only: a code or a number has no stem."""
        return super().stem(word) if _PLAIN.fullmatch(word) else word

    def word_filter(self, stemmed_word: str) -> bool:
        """Keep everything but English stop words; a single Chinese character is a word."""
        return bool(stemmed_word) and stemmed_word not in self.stopwords


def plain_text(markup: str) -> str:
    """Read HTML or SVG as its text, with a space wherever a tag stood.

    >>> plain_text("<td>海外仓</td><td>SKU-0003 &lt;b&gt;</td>")
    '海外仓 SKU-0003 <b>'
    """
    spaced = _TAG.sub(" ", _SILENT.sub(" ", markup))
    return " ".join(html.unescape(spaced).split())


def _readable(doctree: nodes.document) -> nodes.document:
    """Copy a page with its raw HTML turned into text, for the index."""
    copy: nodes.document = doctree.deepcopy()
    for raw in list(copy.findall(nodes.raw)):
        text = plain_text(raw.astext()) if "html" in raw.get("format", "") else ""
        raw.replace_self(nodes.paragraph(text, text))
    return copy


def _sections(doctree: nodes.document) -> list[list[str]]:
    """List anchor, heading and text of each section, in reading order."""
    found: list[list[str]] = []
    for section in doctree.findall(nodes.section):
        heading = next(iter(section.findall(nodes.title)), None)
        own = [
            child.astext()
            for child in section.children
            if not isinstance(child, nodes.section | nodes.title)
        ]
        text = " ".join(" ".join(own).split())[:_LONGEST_SECTION]
        found.append([section["ids"][0], heading.astext() if heading else "", text])
    return found


class SearchableHTMLBuilder(StandaloneHTMLBuilder):
    """The ordinary HTML builder, with an index of what a reader can see."""

    def init(self) -> None:
        """Begin with no page read."""
        super().init()
        self.section_texts: dict[str, list[list[str]]] = {}

    def index_page(self, pagename: str, doctree: nodes.document, title: str) -> None:
        """Index the page's visible text."""
        readable = _readable(doctree)
        self.section_texts[pagename] = _sections(readable)
        super().index_page(pagename, readable, title)

    def copy_static_files(self) -> None:
        """Copy nothing: the site's own assets are shared by all editions.

        The folder is made because MyST-NB puts a style sheet there; the engine drops it.
        """
        (Path(self.outdir) / "_static").mkdir(parents=True, exist_ok=True)

    def handle_finish(self) -> None:
        """Write the index, the excerpts and the splitter as scripts: the browser loads no data."""
        assert self.indexer is not None  # `html_use_search` is never switched off here
        out = Path(self.outdir)
        code = self.indexer.context_for_searchtool()
        (out / "language_data.js").write_text(
            f"var stopwords = {code['search_language_stop_words']};\n"
            f"{code['search_language_stemming_code']}\n{code['search_word_splitter_code']}",
            encoding="utf-8",
        )
        index = self.indexer.freeze()
        pages = index["docnames"]
        content = {
            "pages": [
                {"name": name, "sections": self.section_texts.get(name, [])} for name in pages
            ],
            "terms": index["terms"],
            "titleTerms": index["titleterms"],
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        # U+2028 and U+2029 end a line in a script but not in JSON.
        text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        (out / "searchindex.js").write_text(f"ReviewSearch.load({text});\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register language and builder with Sphinx."""
    app.add_search_language(BilingualSearch)
    app.add_builder(SearchableHTMLBuilder, override=True)
    # Jupyter Book passes these on for extensions that this book does not load.
    app.add_config_value("comments_config", {}, "")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
