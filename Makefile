# Two commands set everything up on a fresh Debian machine: `make demo` and `make test`.
# Everything is installed into .venv; system packages come from apt, as root or through sudo.
# `make test PYTHON=python3.13` tests with another Python, in an environment of its own (.venv-python3.13).

PYTHON ?= python3
VENV   := .venv$(if $(filter python3,$(PYTHON)),,-$(notdir $(PYTHON)))
BIN    := $(VENV)/bin
# For every system and every Python from the oldest that docgen runs on; with the hash of every file.
LOCK   := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes pyproject.toml
SUDO   := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)
# Python's venv; Pango and the subsetter that WeasyPrint draws with; fonts for Chinese, ticks and pictures, and the tool
# that finds them.
# The browser that the tests of the desk drive is installed for these alone.
APT_DEV := chromium-headless-shell
APT    := python3-venv fontconfig fonts-noto-cjk fonts-dejavu-core fonts-symbola libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0

# Hundreds of short processes import the same modules: they may keep what they have compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo desk test test-fast lint hooks bench coverage mutants docs pictures lock dist clean system system-dev

help:  ## Show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 11

demo: $(VENV)/installed  ## Make a packet from a sample sheet into outputs/
	$(BIN)/docgen packet inputs/accepted.xlsx --terms inputs/terms.yaml -o outputs
	@ls -1 outputs/*/

desk: $(VENV)/installed-desk  ## Open the pages in a browser, with the sample sheets in the inbox
	$(BIN)/docgen desk inputs/*.xlsx --folder outputs/desk

test: $(VENV)/installed-dev  ## Run all tests
	$(BIN)/pytest

test-fast: $(VENV)/installed-dev  ## Run the tests that are quick, in less than a quarter of the time
	$(BIN)/pytest -m "not slow"

lint: $(VENV)/installed-dev  ## Check format, style and types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

hooks: $(VENV)/installed-dev  ## Have git check each commit as lint does
	$(BIN)/pip install --quiet pre-commit
	$(BIN)/pre-commit install

bench: $(VENV)/installed-dev  ## Measure speed, as ratios in one run, and what hostile files cost
	$(BIN)/python -m compileall -q docgen
	$(BIN)/python tests/benchmarks/run.py
	$(BIN)/python tests/benchmarks/scale.py
	$(BIN)/python tests/benchmarks/desk.py
	$(BIN)/python tests/benchmarks/hostile.py
	$(BIN)/python tests/benchmarks/hostile_sheets.py
	$(BIN)/python tests/benchmarks/long_answers.py

coverage: $(VENV)/installed-dev  ## Show which lines and branches no test reaches
	$(BIN)/pip install --quiet 'coverage>=7.10'
	$(BIN)/coverage erase
	-$(BIN)/coverage run -m pytest -q
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

mutants: $(VENV)/installed-dev  ## Show which changes of the deciding code no test notices
	$(BIN)/pip install --quiet mutmut==3.8.1
	$(BIN)/python tests/mutants.py

docs: $(VENV)/installed-dev  ## Renew the generated parts of the documentation
	$(BIN)/python tests/reference.py

pictures: $(VENV)/installed-dev  ## Draw the pictures of the documentation anew (needs LibreOffice and poppler)
	$(BIN)/python tests/pictures.py
	$(BIN)/python tests/desk_pictures.py

lock: $(VENV)/installed-dev  ## Renew the lock files from pyproject.toml
	$(BIN)/pip install --quiet uv
	$(BIN)/$(LOCK) -o requirements.lock
	$(BIN)/$(LOCK) --extra dev -c requirements.lock -o requirements-dev.lock

dist: $(VENV)/installed-dev  ## Build the wheel and the sdist into dist/
	$(BIN)/python -m build --no-isolation

clean:  ## Remove what the other targets made
	rm -rf .venv .venv-* dist outputs/*/ .coverage* .pytest_cache .mypy_cache .ruff_cache

$(VENV)/installed: requirements.lock pyproject.toml | system
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	-$(BIN)/docgen fonts >/dev/null
	touch $@

$(VENV)/installed-desk: $(VENV)/installed requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check -c requirements-dev.lock -e '.[desk]'
	touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.lock | system-dev
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

# On systems without apt the packages above are the reader's to install; README says how.
system:
	@if command -v apt-get >/dev/null && ! dpkg -s $(APT) >/dev/null 2>&1; then \
	  echo "installing system packages: $(APT)"; \
	  $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(APT) >/dev/null; \
	fi

system-dev: system
	@if command -v apt-get >/dev/null && ! command -v chromium-headless-shell >/dev/null; then \
	  echo "installing system packages: $(APT_DEV)"; \
	  $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(APT_DEV) >/dev/null \
	    || command -v chromium >/dev/null; \
	fi
