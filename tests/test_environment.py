"""pyproject.toml, requirements.lock and environment.yml say the same."""

import re
import tomllib

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers.paths import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def locked() -> dict[str, str]:
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?: ; ([^\\\n]+))?", LOCK, re.MULTILINE)
    usable = [pin for pin in pins if ">= '3.12'" not in pin[2] and "== '3.1" not in pin[2]]
    return {canonicalize_name(name): version for name, version, _ in usable}


def declared() -> list[Requirement]:
    optional = [one for group in PROJECT["optional-dependencies"].values() for one in group]
    return [Requirement(one) for one in PROJECT["dependencies"] + optional]


def test_every_declared_dependency_is_locked_within_its_bounds():
    assert len(declared()) > 20
    for requirement in declared():
        version = locked().get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not in requirements.lock: run make lock"
        assert requirement.specifier.contains(version), f"{requirement} against {version}"


def test_every_pin_has_hashes_and_no_index_is_named():
    blocks = re.split(r"\n(?=[A-Za-z0-9])", LOCK.strip())
    assert len(blocks) > 100
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert not re.search(r"https?:|file:|--index|--extra-index|--find-links", LOCK)


def test_conda_gets_the_same_pins():
    (pip,) = (one["pip"] for one in ENVIRONMENT["dependencies"] if isinstance(one, dict))
    pins = {
        canonicalize_name(Requirement(one).name): str(Requirement(one).specifier)[2:]
        for one in pip
        if one != "-e ."
    }
    assert "-e ." in pip
    assert {name: version for name, version in pins.items() if locked().get(name) != version} == {}
    assert set(locked()) - set(pins) == set()


def test_python_bound_agrees():
    assert PROJECT["requires-python"] == ">=3.11"
    assert "python=3.11" in ENVIRONMENT["dependencies"]
