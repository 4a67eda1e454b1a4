/* Search that works from file://: the index is a script, excerpts come from the index, and every
   word of a query must be on the page. A Chinese phrase is looked up by pairs of characters and
   then has to stand on the page as it was typed, so 仓外海 does not find 海外仓. */
"use strict";

const ReviewSearch = (function () {
  const MOST_EXCERPTS = 3;
  const AROUND = 60;
  const CJK = /[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\u{20000}-\u{3ffff}]/u;

  const plain = (text) => text.normalize("NFKC").toLowerCase();

  function stemmed(word) {
    return /^[a-z]+$/.test(word) ? new Stemmer().stemWord(word) : word;
  }

  /* Own properties only: a query for "constructor" must not find Object's. */
  function pagesWith(terms, word) {
    const held = Object.hasOwn(terms, word) ? terms[word] : [];
    return typeof held === "number" ? [held] : held;
  }

  function lookUp(index, word) {
    const found = new Set();
    for (const terms of [index.terms, index.titleTerms]) {
      pagesWith(terms, word).forEach((page) => found.add(page));
      if (word.length > 2 && !CJK.test(word)) {
        for (const term of Object.keys(terms)) {
          if (term.startsWith(word)) pagesWith(terms, term).forEach((page) => found.add(page));
        }
      }
    }
    return found;
  }

  /* What must stand on the page as typed: runs of CJK, and codes with a sign inside them. */
  function phrasesOf(query) {
    return plain(query).split(/\s+/).flatMap((part) => {
      const runs = part.match(new RegExp(`${CJK.source}+`, "gu")) || [];
      return runs;
    });
  }

  function count(text, needle) {
    let found = 0;
    for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + needle.length)) found++;
    return found;
  }

  function find(index, query) {
    const words = splitQuery(query).filter((word) => !stopwords.includes(word));
    if (!words.length) return [];
    const sets = words.map((word) => lookUp(index, stemmed(word)));
    const phrases = phrasesOf(query);
    const needles = phrases.concat(words.filter((word) => !CJK.test(word)));
    const results = [];
    for (const place of sets[0]) {
      if (!sets.every((one) => one.has(place))) continue;
      const page = index.pages[place];
      const sections = page.sections.map(([id, heading, text]) => ({ id, heading, text }));
      const whole = plain(sections.map((one) => `${one.heading}\n${one.text}`).join("\n"));
      if (!phrases.every((phrase) => whole.includes(phrase))) continue;
      let score = 0;
      for (const section of sections) {
        section.score = 0;
        for (const needle of needles) {
          section.score += count(plain(section.text), needle);
          if (plain(section.heading).includes(needle)) section.score += section === sections[0] ? 50 : 10;
        }
        score += section.score;
      }
      results.push({ name: page.name, title: sections.length ? sections[0].heading : page.name, sections, score });
    }
    return results.sort((a, b) => b.score - a.score).map((one) => ({ ...one, needles }));
  }

  /* Put the text around the first match into a paragraph, the match marked. */
  function excerpt(section, needles) {
    const text = section.text;
    const low = plain(text).length === text.length ? plain(text) : text.toLowerCase();
    const hits = needles.map((needle) => [low.indexOf(needle), needle.length]).filter(([at]) => at >= 0);
    if (!hits.length) return null;
    const [at, length] = hits[0];
    const from = Math.max(0, at - AROUND);
    const to = Math.min(text.length, at + length + AROUND);
    const line = document.createElement("p");
    const mark = document.createElement("mark");
    mark.textContent = text.slice(at, at + length);
    line.append((from ? "… " : "") + text.slice(from, at), mark, text.slice(at + length, to) + (to < text.length ? " …" : ""));
    return line;
  }

  function show(results, query) {
    const said = document.getElementById("search-said");
    const list = document.getElementById("search-found");
    const words = results.length ? said.dataset.count : said.dataset.none;
    said.textContent = words.replace("{count}", results.length).replace("{query}", () => query);
    for (const result of results) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.className = "found";
      link.href = `${result.name}.html`;
      link.textContent = result.title;
      item.append(link);
      const best = result.sections.filter((one) => one.score).sort((a, b) => b.score - a.score);
      for (const section of best.slice(0, MOST_EXCERPTS)) {
        const line = excerpt(section, result.needles);
        if (!line) continue;
        if (section.heading !== result.title) {
          const inner = document.createElement("a");
          inner.href = `${result.name}.html#${encodeURIComponent(section.id)}`;
          inner.textContent = section.heading;
          line.prepend(inner, " ");
        }
        item.append(line);
      }
      list.append(item);
    }
  }

  return {
    load(index) {
      const query = (new URLSearchParams(location.search).get("q") || "").trim();
      for (const box of document.querySelectorAll('input[name="q"]')) box.value = query;
      if (query) show(find(index, query), query);
      else document.getElementById("ask").focus();
    },
  };
})();
window.ReviewSearch = ReviewSearch;
