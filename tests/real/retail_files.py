"""The real data: UCI Online Retail, beside the checkout and never in it."""

import os
import shutil
import tarfile
from pathlib import Path

import pytest

from helpers.paths import ROOT

FOLDER = ROOT.parent / "shared" / "data" / "online_retail"
ARCHIVE = FOLDER / "online_retail_by-day_305_csv.tar.xz"
PARQUET = FOLDER / "online_retail.parquet"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the archive and the Parquet file; missing is a failure where CI says so."""
    if not ARCHIVE.is_file():
        if os.environ.get("REQUIRE_REAL_DATA") == "1":
            pytest.fail(f"{ARCHIVE} is missing, and REQUIRE_REAL_DATA=1")
        pytest.skip(f"{ARCHIVE} is not on this machine")
    return FOLDER


@pytest.fixture(scope="session")
def daily_files(real_data, tmp_path_factory) -> Path:
    """The 305 daily CSVs, unpacked."""
    folder = tmp_path_factory.mktemp("online_retail_days")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    assert len(list(folder.rglob("*.csv"))) == 305
    return folder


def copy_of_example(folder: Path) -> Path:
    """A workspace with the committed declaration and mapping, and nothing else."""
    example = ROOT / "data" / "examples" / "online_retail"
    shutil.copy(example / "workspace.yml", folder / "workspace.yml")
    shutil.copytree(example / "sources", folder / "sources")
    return folder
