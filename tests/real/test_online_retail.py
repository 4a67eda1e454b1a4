"""Half a million real lines through the front door, to the penny.

The expected figures were worked out from the raw files by others, with the definitions of
``data/examples/online_retail`` and none of this code.
"""

import csv
import hashlib
import io
import json
import re

import pytest
from click.testing import CliRunner
from retail_files import PARQUET, copy_of_example

from helpers.cli.command import review

WHOLE = "2010-12..2011-12"


def ask(*words, expected_exit=0):
    result = CliRunner().invoke(review, [str(word) for word in words])
    assert result.exit_code == expected_exit, f"{result.output}\n{result.exception!r}"
    return result


def figures(workspace, *words):
    """Ask as the stable interface promises, and read the CSV with nothing but the csv module."""
    text = ask("metrics", "--workspace", workspace, "--format", "csv", *words).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == [
        "metric", "period", "dimension", "member", "value", "unit", "status", "numerator",
        "denominator", "note",
    ]  # fmt: skip
    return rows


def figure(workspace, metric, period):
    (row,) = figures(workspace, "--metric", metric, "--period", period)
    return row


@pytest.fixture(scope="session")
def retail(daily_files, tmp_path_factory):
    workspace = copy_of_example(tmp_path_factory.mktemp("retail"))
    answer = ask("ingest", "--workspace", workspace, daily_files, "--json")
    files = json.loads(answer.stdout)["files"]
    assert len(files) == 305 and {one["status"] for one in files} == {"accepted"}
    read, kept, quarantined, duplicate = (
        sum(one[f"rows_{part}"] for one in files)
        for part in ("read", "kept", "quarantined", "duplicate")
    )
    assert (read, kept, quarantined, duplicate) == (541_909, 541_909, 0, 0)
    return workspace


@pytest.mark.parametrize(
    ("metric", "period", "expected"),
    [
        ("gmv", WHOLE, 10_666_684.54),
        ("net_sales", WHOLE, 9_747_747.93),
        ("orders_count", WHOLE, 19_960),
        ("customers", WHOLE, 4_338),
        ("aov", WHOLE, 534.40),
        ("gmv", "2011-11", 1_509_496.33),
        ("orders_count", "2011-11", 2_769),
        ("customers", "2011-11", 1_664),
        ("new_customers", "2011-11", 323),
        ("gmv", "2011-12", 638_792.68),
        # The business year December 2010 to November 2011, declared in workspace.yml.
        ("gmv", "2011", 10_027_891.86),
        ("net_sales", "2011", 9_314_079.92),
    ],
)
def test_to_the_penny(retail, metric, period, expected):
    row = figure(retail, metric, period)
    assert round(float(row["value"]), 2) == pytest.approx(expected, abs=0.0051)
    assert row["unit"] == ("GBP" if metric in {"gmv", "net_sales", "aov"} else "count")


def test_november_against_october(retail):
    row = figure(retail, "gmv_mom", "2011-11")
    assert round(float(row["value"]), 4) == 0.3069 and row["status"] == "ok"


def test_december_is_compared_with_the_same_nine_days(retail):
    row = figure(retail, "gmv_yoy", "2011-12")
    assert row["status"] == "preliminary"
    assert float(row["denominator"]) == pytest.approx(438_852.65, abs=0.0051)
    assert float(row["value"]) == pytest.approx(638_792.68 / 438_852.65 - 1, abs=1e-6)


def test_the_opening_month_has_no_new_customers(retail):
    row = figure(retail, "new_customers", "2010-12")
    assert (row["value"], row["status"]) == ("", "no_baseline")


def test_customers_say_how_many_lines_have_none(retail):
    answer = ask("metrics", "--workspace", retail, "--metric", "customers", "--period", WHOLE)
    assert "132,220" in answer.stdout
    row = figure(retail, "customer_coverage", WHOLE)
    assert float(row["denominator"]) - float(row["numerator"]) == 132_220


def test_postage_counts_but_never_ranks(retail):
    rows = figures(retail, "--metric", "gmv", "--period", "2011-11", "--by", "product")
    ranked = sorted((row for row in rows if row["value"]), key=lambda row: -float(row["value"]))
    assert ranked[0]["member"] == "23084"
    assert float(ranked[0]["value"]) == pytest.approx(34_556.72, abs=0.0051)
    no_goods = {"DOT", "POST", "C2", "M", "AMAZONFEE", "B", "BANK CHARGES", "S"}
    assert not no_goods & {row["member"].upper() for row in rows}


def test_the_same_files_again_change_nothing(retail, daily_files):
    before = figure(retail, "gmv", WHOLE)
    answer = ask("ingest", "--workspace", retail, daily_files, "--json")
    files = json.loads(answer.stdout)["files"]
    assert {one["status"] for one in files} == {"duplicate"}
    assert sum(one["rows_duplicate"] for one in files) == 541_909
    assert figure(retail, "gmv", WHOLE) == before


def test_the_parquet_file_says_the_same(real_data, tmp_path):
    workspace = copy_of_example(tmp_path)
    ask("ingest", "--workspace", workspace, PARQUET)
    assert round(float(figure(workspace, "gmv", WHOLE)["value"]), 2) == 10_666_684.54
    assert round(float(figure(workspace, "net_sales", WHOLE)["value"]), 2) == 9_747_747.93
    assert float(figure(workspace, "customers", WHOLE)["value"]) == 4_338


def test_no_buyer_is_in_the_warehouse(retail):
    """A buyer is kept as a keyed hash: never as the number, nor as a hash that needs no key.

    Only whole keys are compared: by chance, digits of a hash hold those of some customer number.
    """
    import duckdb

    parts = [
        str(one) for one in (retail / "warehouse" / "tables").rglob("order_lines/**/*.parquet")
    ]
    assert len(parts) >= 13
    with duckdb.connect() as con:
        keys = con.execute(f"SELECT DISTINCT customer_key FROM read_parquet({parts})").fetchall()
    known = {key for (key,) in keys if key}
    assert len(known) >= 4_338
    assert all(re.fullmatch("[0-9a-f]{32}", key) for key in known)
    for spelling in ("17850", "17850.0"):  # a customer of these files
        unkeyed = (
            hashlib.new(name, spelling.encode()).hexdigest()[:32]
            for name in ("md5", "sha1", "sha256", "blake2b")
        )
        assert not known & {
            *unkeyed,
            hashlib.blake2b(spelling.encode(), digest_size=16).hexdigest(),
        }
