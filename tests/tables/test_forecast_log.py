"""Published forecasts are kept for good, told once, and scored when their month has come."""

import json
from datetime import date

import pandas as pd
import pytest

from helpers.analysis.desk import desk_at
from helpers.analysis.forecast.outlook import OUTLOOK_COLUMNS, score, scored
from helpers.config.swap import ASIDE
from helpers.reviews.foretold import MIME, carried_forecasts, forecasts_in
from helpers.tables.forecast_log import forecast_files, log_forecasts
from helpers.tables.warehouse import Warehouse
from warehouse_builder import make_workspace, order_line, write_table

KNOWN = date(2025, 1, 31)


def forecast(month="2025-02", middle=110.0, **given):
    return {
        "made_on": "2025-01-31", "metric": "gmv", "dimension": "", "member": "", "month": month,
        "first_day": f"{month}-01", "last_day": f"{month}-28", "horizon": int(month[-2:]) - 1,
        "p10": middle - 20, "p50": middle, "p90": middle + 20, "unit": "money",
        "currency": "GBP", "model": "ets", "version": "1", **given,
    }  # fmt: skip


@pytest.fixture
def company(tmp_path):
    """One order a month: 100 in January 2025, 100 in February, 50 in March."""
    workspace, paths = make_workspace(tmp_path, base_currency="GBP")
    lines = [
        order_line(store_id="shop-uk", order_id=day, local_date=day, list_amount=amount,
                   currency="GBP", country="GB")
        for day, amount in (("2025-01-01", "100.00"), ("2025-02-28", "100.00"),
                            ("2025-03-31", "50.00"))
    ]  # fmt: skip
    write_table(paths, "order_lines", lines)
    return workspace, paths


def test_a_forecast_is_told_once_and_no_file_is_rewritten(company):
    _, paths = company
    assert log_forecasts(paths, [forecast(), forecast("2025-03")], "annual/2024/r1", KNOWN) == 2
    first = {file: file.read_bytes() for file in forecast_files(paths)}
    # Both languages tell the same, and so does a second edition; one month more is new.
    again = [forecast(middle=99.0), forecast(middle=99.0), forecast("2025-04")]
    assert log_forecasts(paths, again, "annual/2024/r2", KNOWN) == 1
    assert {file: file.read_bytes() for file in first} == first
    assert len(forecast_files(paths)) == 2
    assert log_forecasts(paths, [], "annual/2024/r3", KNOWN) == 0


def test_what_a_killed_process_left_is_no_forecast(company):
    workspace, paths = company
    paths.forecasts.mkdir()
    (paths.forecasts / f"{ASIDE}0123.parquet").write_bytes(b"half")
    with Warehouse.open(paths, workspace) as warehouse:
        assert warehouse.sql("SELECT * FROM forecast_log").empty
    assert log_forecasts(paths, [forecast()], "e", KNOWN) == 1
    assert [one.suffix for one in paths.forecasts.iterdir()] == [".parquet"]


def test_only_forecasts_whose_month_has_come_make_a_page_stale(company):
    workspace, paths = company

    def print_of():
        with Warehouse.open(paths, workspace) as warehouse:
            return warehouse.fingerprint(["forecast_log"])

    before = print_of()
    log_forecasts(paths, [forecast("2025-04")], "e", KNOWN)
    assert print_of() == before  # published, and nothing to be scored yet
    log_forecasts(paths, [forecast("2025-03")], "e", KNOWN)
    assert print_of() != before


def test_what_is_published_after_the_month_has_foretold_nothing(company):
    _, paths = company
    assert log_forecasts(paths, [forecast("2025-02")], "e", date(2025, 2, 28)) == 0
    assert log_forecasts(paths, [forecast("2025-02")], "e", date(2025, 2, 27)) == 1


def test_forecasts_are_scored_when_the_month_has_come(company):
    workspace, paths = company
    told = [forecast(middle=110.0), forecast("2025-03", 80.0), forecast("2025-04", 70.0)]
    log_forecasts(paths, told, "annual/2024/r1", KNOWN)
    with Warehouse.open(paths, workspace) as warehouse:
        found = scored(desk_at(warehouse, "2025-03", "en"))
    assert list(found["month"]) == ["2025-02", "2025-03", "2025-04"]
    assert list(found["actual"][:2]) == [100.0, 50.0] and pd.isna(found["actual"][2])
    by_horizon = score(found).set_index("horizon")
    assert by_horizon.loc[1, "wape"] == pytest.approx(0.1)  # 110 for 100
    assert by_horizon.loc[2, "bias"] == pytest.approx(0.6)  # 80 for 50
    assert list(by_horizon["coverage"]) == [1.0, 0.0]


def test_a_notebook_carries_what_its_exhibits_forecast(company, tmp_path):
    _, paths = company
    row = dict.fromkeys(OUTLOOK_COLUMNS, "") | {
        "metric": "gmv", "month": "2025-03", "value": 80.0, "lower": 60.0, "upper": 95.0,
        "made_on": pd.Timestamp("2025-01-31"), "model": "theta", "kind": "forecast",
    }  # fmt: skip
    frame = pd.DataFrame([row | {"kind": "actual"}, row])
    carried = carried_forecasts(frame)
    assert carried_forecasts(frame[["metric", "value"]]) == {}
    notebook = tmp_path / "page.ipynb"
    output = {"output_type": "execute_result", "data": {"text/html": "<p>", **carried}}
    notebook.write_text(json.dumps({"cells": [{"outputs": [output]}, {"source": "words"}]}))
    (found,) = forecasts_in(notebook)
    assert set(carried) == {MIME}
    assert (found["horizon"], found["p10"], found["p50"], found["p90"]) == (2, 60.0, 80.0, 95.0)
    assert (found["first_day"], found["last_day"]) == ("2025-03-01", "2025-03-31")
    assert log_forecasts(paths, [found], "e", KNOWN) == 1
