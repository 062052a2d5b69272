# `make run` and `make test` need Python 3.11 or newer and make, nothing else. Each makes the virtual
# environment .venv first, and again only when pyproject.toml has changed.
#
#   make PYTHON=python3.12 run      to choose the interpreter that .venv is made with
#   make EPISODES=200 run           to play fewer episodes

PYTHON   ?= python3
EPISODES ?= 1000
SEED     ?= 1
WORKERS  ?= auto

# One job at a time: everything shares one environment, and pytest makes its own workers.
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help run test browser verify figures bench docs reference clean

# Without the times of day that `jupyter execute` would record: the same outputs give the same file.
define RUN_NOTEBOOK
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], 4)
nbclient.execute(notebook, record_timing=False)
notebook.metadata["language_info"] = {"name": "python"}
nbformat.write(notebook, sys.argv[1])
endef
export RUN_NOTEBOOK

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

help: ## show this list
	@echo "wargame: strategic games among states, played many times"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

run: .venv/.installed ## play the Korea scenario 1,000 times; tables and figures in results/korea-2025-run
	$(BIN)/wargame run korea-2025 -n $(EPISODES) --seed $(SEED) --out results/korea-2025-run

test: .venv/.installed-dev ## check style and types, then run the tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest -n $(WORKERS)
	@echo "Not among these: make browser (the report in Chromium), make verify (slow statistics)."

browser: .venv/.installed-dev ## look at the report in Chromium, on a phone and on a desk; needs Chromium
	$(BIN)/pytest -m browser

verify: .venv/.installed-dev ## run the slow statistical tests
	$(BIN)/pytest -m verify -n $(WORKERS)

figures: .venv/.installed-dev ## draw the pictures that figures are compared with again; look at what changed
	$(BIN)/pytest -q -m mpl_image_compare --mpl-generate-path=tests/plots/images tests/plots

bench: .venv/.installed-dev ## measure both engines, in some minutes, and write docs/performance.md
	$(BIN)/python benchmarks/bench.py

docs: .venv/.installed-dev ## make the README's picture and the notebooks' outputs again
	$(BIN)/wargame run korea-2025 -n 1000 --seed 1 --out results/korea-2025-run --quiet
	cp results/korea-2025-run/figures/outcomes.png docs/images/outcomes.png
	for notebook in notebooks/*.ipynb; do $(BIN)/python -c "$$RUN_NOTEBOOK" $$notebook || exit 1; done

reference: .venv/.installed-dev ## make the reference run of the Korea baseline in results/ again
	$(BIN)/wargame run korea-2025 -n 4000 --seed 1 --out results/korea-2025 --quiet
	$(BIN)/wargame sweep korea-2025 --lhs 100 -n 200 --seed 1 --out results/korea-2025-unknown --quiet
	$(BIN)/wargame report results/korea-2025 --sweep results/korea-2025-unknown --quiet

clean: ## remove the environment, caches, builds and runs; keeps reference results
	rm -rf .venv build dist results/*-run results/*-experiment results/*-sweep .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find wargame tests benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# --- the environment ---------------------------------------------------------------------------

.venv/.installed: pyproject.toml | $(BIN)/python
	@echo "Installing wargame into .venv (a minute or two the first time) ..."
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip
	$(PIP) install --editable .
	@touch $@

.venv/.installed-dev: pyproject.toml .venv/.installed
	@echo "Installing the tools for tests into .venv ..."
	$(PIP) install --editable '.[dev]'
	@touch $@

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "error: '$(PYTHON)' was not found. Install Python 3.11 or newer, or name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: wargame needs Python 3.11 or newer, but '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "       If a newer one is installed, name it: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "error: '$(PYTHON)' cannot make virtual environments: its venv or ensurepip module is missing." >&2; \
	  echo "       On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
