# Two commands do everything: `make review` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
LINES  ?= 5000000
SEED   ?= 1
PIP    := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help setup review test lint lab lock bench bench-findings soak screenshots clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; set it with make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@git config diff.ipynb.textconv "$(BIN)/nbstripout -t" 2>/dev/null || true
	@touch $@

setup: $(READY) ## install into .venv from the lock, nothing else

review: $(READY) ## demo company -> monthly and annual review -> site; prints where it is
	@$(BIN)/review demo
	@$(BIN)/review publish monthly --period last
	@$(BIN)/review publish annual --period last

test: $(READY) ## all tests: units, worked examples, notebooks, the built site in a browser
	@PYTHONHASHSEED=0 $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

lint: $(READY) ## style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

lab: $(READY) ## open the notebooks in JupyterLab
	@$(BIN)/review lab

bench: $(READY) ## time the main job against plain papermill, the door and the metrics against raw DuckDB
	@$(BIN)/python benchmarks/main_job.py
	@$(BIN)/python benchmarks/warm_engine.py
	@$(BIN)/python benchmarks/no_change.py data/demo
	@$(BIN)/python benchmarks/all_orders.py --lines $(LINES)
	@$(BIN)/python benchmarks/month_of_metrics.py

bench-findings: $(READY) ## count which planted stories findings tell, and their false alarms
	@$(BIN)/python benchmarks/findings.py --write benchmarks/results/findings.md

soak: $(READY) ## laws, spoilt files, killed publications: long campaigns, and what became of them
	@$(BIN)/python -m pytest -n auto -m hypothesis --hypothesis-profile=soak
	@$(BIN)/python tests/hostile/soak.py --seed $(SEED) --write benchmarks/results/hostile_input.md
	@$(BIN)/python tests/publish/soak.py --seed $(SEED) --write benchmarks/results/readers.md
	@$(BIN)/python tests/unattended/soak.py killed --seed $(SEED) --write benchmarks/results/killed.md
	@$(BIN)/python tests/unattended/soak.py failed --seed $(SEED) --write benchmarks/results/disk_full.md

lock: ## resolve the pins anew (needs uv) and write requirements.lock and environment.yml
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header --quiet --extra dev pyproject.toml -o requirements.lock
	$(PYTHON) tools/lock.py

clean: ## remove what was built; data and declarations stay
	rm -rf build .pytest_cache .ruff_cache .mypy_cache data/demo
