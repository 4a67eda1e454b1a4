"""Measure findings: how many planted stories are told, and how often a quiet month is not quiet.

    python benchmarks/findings.py [--seeds 301-330] [--jobs 2] [--keep FOLDER] [--demo FOLDER ...]
                                  [--counted] [--write RESULTS.md]

Each seed is a company of ten stores over 54 months (``planted``), written into the canonical
tables through the product's own contracts, writer and build; the last 12 months are judged, each
from what was there at its end. What is judged is the whole way from ``compute`` to the sentence
(``findings.telling.of_month``); rules of the trade are facts and not counted. A story is told
when, in one of its months, a finding has its scope, chain and direction. A false alarm is any
finding in a month without a story.

No threshold was chosen on the seeds of the default. ``--counted`` leaves out the tables, which
take most of the time, and shows on the first seed that they lead to the same figures. ``--demo``
adds demo companies that are ingested already, with the stories of their ``truth.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

CHAIN = {
    "gmv": "sales", "orders_count": "sales", "sessions": "sales", "store_cvr": "sales",
    "aov": "sales", "units_sold": "sales", "refund_rate": "returns",
    "refunded_order_rate": "returns", "cpc": "advertising", "ad_cvr": "advertising",
}  # fmt: skip
PARTS = {"market": "market", "product": "product"}


def judge_seed(seed: int, folder: Path, last: int = 12, *, counted: bool = False) -> dict[str, Any]:
    """Make one company and ask for the findings of each judged month.

    ``counted``: its figures are counted from the rows and not measured through tables; the first
    seed goes both ways and they must agree.
    """
    from planted.company import FIRST, MONTHS, STORES, make_company, rows_of
    from planted.counted import count_figures, figures_until, same_figures
    from planted.writing import write_company

    from helpers.analysis.desk import open_desk
    from helpers.analysis.findings.telling import of_figures, of_month
    from helpers.analysis.findings.watching import MONTHS_BEFORE, read_figures, watched
    from helpers.vocabulary.periods import parse_period

    started = time.process_time()
    company = make_company(seed)
    rows = rows_of(company)
    where = folder / ("any-seed" if counted else f"seed-{seed}")
    first = not where.exists()
    if first:
        write_company(where, STORES, rows)
    made = time.process_time() - started
    names = [f"{FIRST + place // 12}-{place % 12 + 1:02d}" for place in range(MONTHS)]
    desk = open_desk(str(where), names[-1], "en")
    months = [parse_period(name) for name in names]
    figures = count_figures(rows, months) if counted else None
    if figures is None:
        # All months are measured once: a month's own desk would measure the same.
        desk.foresee(
            (metric, month, by)
            for one in watched()
            for by in {one.by, ()}
            for metric in one.metrics
            for month in months
        )
    elif first:
        same_figures(figures_until(figures, months, MONTHS - 1, MONTHS_BEFORE), read_figures(desk))
    told, seconds = {}, []
    for place in range(MONTHS - last, MONTHS):
        its = replace(desk, period=months[place])
        begun = time.process_time()
        if figures is None:
            found = of_month(its)
        else:
            found = of_figures(its, figures_until(figures, months, place, MONTHS_BEFORE))
        seconds.append(time.process_time() - begun)
        told[place] = [one.as_dict() for one in found if one.kind == "signal"]
    return {
        "seed": seed,
        "stories": [asdict(one) for one in company.stories],
        "told": told,
        "made": made,
        "seconds": sum(seconds) / len(seconds),
    }


def tells(finding: Mapping[str, Any], story: Mapping[str, Any]) -> bool:
    """Tell whether a finding says what happened: the scope, the chain and the direction."""
    scope, part = finding["scope"], (finding["driver"] or {}).get("part") or {}
    if CHAIN[finding["metric"]] != CHAIN[story["metric"]]:
        return False
    if finding["direction"] != story["direction"]:
        return False
    if not story["store"]:
        return not scope
    if scope.get("store") != story["store"]:
        return False
    if dimension := PARTS.get(story["kind"]):
        return story["member"] in (scope.get(dimension), part.get("member"))
    return len(scope) == 1


def names_driver(finding: Mapping[str, Any], story: Mapping[str, Any]) -> bool:
    """Tell whether it also names what was turned."""
    named = {finding["metric"], (finding["driver"] or {}).get("metric")}
    wanted = {"demand": {"sessions", "store_cvr", "gmv"}, "company": {"sessions"},
              "market": {"gmv", "orders_count", "units_sold", "sessions", "store_cvr"},
              "refunds": {"refund_rate", "refunded_order_rate"},
              "product": {"units_sold", "gmv", "sessions", "store_cvr"}}  # fmt: skip
    return bool(named & wanted.get(story["kind"], {story["metric"]}))


def outcomes(results: Iterable[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Give one line per judged story, and counts of quiet months and alarms."""
    from planted.ceiling import ceiling_of

    lines = []
    counts = {"quiet": 0, "alarms": 0, "alarmed": 0, "busy": 0, "strays": 0}
    for result in results:
        told = {int(month): found for month, found in result["told"].items()}
        first = min(told)
        for story in result["stories"]:
            mine = range(story["month"], story["month"] + story["months"])
            if story["month"] < first or not set(mine) <= set(told):
                continue
            hits = [[one for one in told[month] if tells(one, story)] for month in mine]
            lines.append(
                story
                | {
                    "at_once": bool(hits[0]),
                    "found": any(hits),
                    "ceiling": ceiling_of(result["seed"], story),
                    "driver": any(names_driver(one, story) for found in hits for one in found),
                }
            )
        for month, found in told.items():
            on = [s for s in result["stories"] if s["month"] <= month < s["month"] + s["months"]]
            if on:
                counts["busy"] += 1
                counts["strays"] += sum(not any(tells(one, s) for s in on) for one in found)
            else:
                counts["quiet"] += 1
                counts["alarms"] += len(found)
                counts["alarmed"] += bool(found)
    return lines, counts


def demo_outcomes(folder: Path, months: int) -> list[dict[str, Any]]:
    """Ask an ingested demo company for its stories, as its ``truth.json`` tells them."""
    from helpers.analysis.desk import open_desk
    from helpers.analysis.findings.telling import of_month
    from helpers.vocabulary.periods import parse_period

    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    desk = open_desk(str(folder), truth["until"], "en")
    judged = [one.text for one in desk.period.last_months(months)]
    told = {
        name: [
            one.as_dict()
            for one in of_month(replace(desk, period=parse_period(name)))
            if one.kind == "signal"
        ]
        for name in judged
    }
    found = []
    for story in truth["stories"]:
        scope = story["scope"]
        as_planted = {
            "kind": "product" if "product" in scope else "store", "metric": story["metric"],
            "store": scope["store"], "member": scope.get("product", ""),
            "direction": story["direction"],
        }  # fmt: skip
        span = [one.text for one in parse_period(story["period"]).months()]
        if not set(span) <= set(told):
            continue
        hits = [name for name in span if any(tells(one, as_planted) for one in told[name])]
        found.append(story | {"found": hits})
    quiet = [name for name in judged if name in truth["quiet_months"]]
    alarms = sum(len(told[name]) for name in quiet)
    return [{"demo": truth["seed"], "stories": found, "quiet": len(quiet), "alarms": alarms}]


def interval(found: int, of: int) -> str:
    """Write a share with its Wilson interval."""
    from helpers.analysis.rates import wilson_interval

    if not of:
        return "–"
    low, high = wilson_interval(found, of) or (0.0, 1.0)
    return f"{found / of:.0%} ({low:.0%} to {high:.0%}), {found} of {of}"


def table(rows: Sequence[Sequence[str]], head: Sequence[str]) -> str:
    """Write a Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def page(results: Sequence[Mapping[str, Any]], demos: Sequence[Mapping[str, Any]]) -> str:
    """Write the result page."""
    from planted.ceiling import ASKED
    from scipy.stats import chi2

    lines, counts = outcomes(results)
    seeds = sorted(one["seed"] for one in results)
    by_size = []
    for size in sorted({one["size"] for one in lines}):
        of = [one for one in lines if one["size"] == size]
        single = [one for one in of if one["months"] == 1]
        longer = [one for one in of if one["months"] > 1]
        by_size.append(
            [
                f"{size:g}",
                interval(sum(one["found"] for one in of), len(of)),
                interval(sum(one["found"] for one in single), len(single)),
                interval(sum(one["found"] for one in longer), len(longer)),
                f"{sum(one['ceiling'] for one in of) / len(of):.0%}",
            ]
        )
    large = [one for one in lines if one["size"] >= 3]
    by_kind = []
    for kind in dict.fromkeys(one["kind"] for one in lines):
        of = [one for one in large if one["kind"] == kind]
        hit = [one for one in of if one["found"]]
        by_kind.append(
            [
                kind,
                interval(len(hit), len(of)),
                f"{sum(one['ceiling'] for one in of) / len(of):.0%}" if of else "–",
                interval(sum(o["driver"] for o in hit), len(hit)),
            ]
        )
    quiet, alarms = counts["quiet"], counts["alarms"]
    cost = sum(one["seconds"] for one in results) / len(results)
    months = counts["quiet"] + counts["busy"]
    told = interval(sum(one["found"] for one in large), len(large))
    soon = interval(sum(one["at_once"] for one in large), len(large))
    most = sum(one["ceiling"] for one in large) / max(len(large), 1)
    low = chi2.ppf(0.025, 2 * alarms) / 2 / quiet if alarms else 0.0
    high = chi2.ppf(0.975, 2 * alarms + 2) / 2 / quiet
    text = [
        f"# Findings, {date.today()}",
        "",
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; "
        f"{len(seeds)} seeds ({seeds[0]} to {seeds[-1]}), {months} months judged, {len(lines)} "
        f"stories; {cost:.1f} CPU seconds a month besides measuring. "
        "`make bench-findings` repeats it.",
        "",
        "## Stories told",
        "",
        table(
            by_size,
            ["size (sd)", "told in one of its months", "of one month", "of two or three months",
             "ceiling"],
        ),
        "",
        f"From three standard deviations up: **{told}**, of a ceiling of {most:.0%}; in their "
        f"first month {soon}.",
        "",
        "The size is the shift of the mean, so that the month itself lies anywhere around it. The "
        "ceiling is what could be told of these very stories by somebody who knew every mean and "
        f"every spread for certain, at the {ASKED} standard deviations that so many series and so "
        "few alarms demand.",
        "",
        table(by_kind, ["kind, from three up", "told", "ceiling", "of these: driver named"]),
        "",
        "## Quiet months",
        "",
        f"**{alarms} false alarms in {quiet} quiet months: {alarms / quiet:.3f} a month** (95 % "
        f"interval {low:.3f} to {high:.3f}); {counts['alarmed']} of the months had any. In the "
        f"{counts['busy']} months with a story {counts['strays']} findings told something else.",
    ]  # fmt: skip
    if demos:
        rows = [
            [str(demo["demo"]), story["story"], story["metric"], "|".join(story["scope"].values()),
             story["period"], f"{story['size']:.1f}", ", ".join(story["found"]) or "–"]
            for demo in demos for story in demo["stories"]
        ]  # fmt: skip
        text += [
            "", "## Demo companies", "",
            table(rows, ["seed", "story", "metric", "scope", "planted", "size", "told in"]), "",
            "; ".join(f"seed {one['demo']}: {one['alarms']} findings in {one['quiet']} quiet months"
                      for one in demos) + ".",
        ]  # fmt: skip
    return "\n".join(text) + "\n"


def main() -> None:
    """Read the arguments, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", default="301-330")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--last", type=int, default=12, help="how many months are judged (to 18)")
    parser.add_argument("--keep", type=Path, help="keep companies and raw results here")
    parser.add_argument("--demo", type=Path, action="append", default=[])
    parser.add_argument("--months", type=int, default=12, help="of each demo company")
    parser.add_argument("--write", type=Path)
    parser.add_argument(
        "--counted", action="store_true",
        help="count figures from the rows, checked against the tables on the first seed",
    )  # fmt: skip
    asked = parser.parse_args()
    first, _, last = asked.seeds.partition("-")
    folder = asked.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    results = []
    os.environ["OMP_NUM_THREADS"] = "1"
    seeds = range(int(first), int(last or first) + 1)
    missing = [seed for seed in seeds if not (folder / f"{seed}.json").exists()]
    if asked.counted and missing and not (folder / "any-seed").exists():
        # By itself: the others use its tables for their calendar and names.
        seed = missing.pop(0)
        found = judge_seed(seed, folder, asked.last, counted=True)
        (folder / f"{seed}.json").write_text(json.dumps(found), encoding="utf-8")
    with ProcessPoolExecutor(asked.jobs) as pool:
        waiting = {
            seed: pool.submit(judge_seed, seed, folder, asked.last, counted=asked.counted)
            for seed in missing
        }
        for seed in seeds:
            kept = folder / f"{seed}.json"
            if seed in waiting:
                kept.write_text(json.dumps(waiting[seed].result()), encoding="utf-8")
                if not asked.keep and not asked.counted:
                    shutil.rmtree(folder / f"seed-{seed}")
            results.append(json.loads(kept.read_text(encoding="utf-8")))
            print(f"seed {seed}: {results[-1]['seconds']:.1f} CPU s a month", flush=True)
    demos = [one for demo in asked.demo for one in demo_outcomes(demo, asked.months)]
    text = page(results, demos)
    print(text)
    if asked.write:
        asked.write.write_text(text, encoding="utf-8")
    if not asked.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
