# Verity. `make` lists the targets. `make demo` does the main job; `make test` passes the tests; `make check` is all CI runs.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
LOCK := --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras -q
DEMO_DIR ?= demo
SERVE ?= 1
SEED ?=

help:  ## list these targets
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: .venv/.dev  ## make .venv with everything needed to develop, from the hash-locked files

demo: .venv/.demo  ## the main job on the sample project: sync, build, check, ask (SERVE=0: never waits)
	$(BIN)/verity demo $(DEMO_DIR) --fresh

test: .venv/.dev  ## every test of every day (at most 10 minutes)
	$(BIN)/python -m pytest -n 2 --dist loadfile -q

unit: .venv/.dev  ## the unit tests alone (under a minute)
	$(BIN)/python -m pytest tests/unit tests/golden tests/architecture -n 2 --dist loadfile -q -m "not slow"

types: .venv/.dev  ## strict type checking
	$(BIN)/mypy

fix: .venv/.dev  ## format, and mend what ruff can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

static: .venv/.dev  ## ruff, types, import contracts, generated files fresh
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tests.generated --check

check: static  ## what CI runs: static checks, the tests with coverage, a sample of each long suite
	rm -f .coverage .coverage.*
	$(BIN)/python -m coverage run -m pytest -n 2 --dist loadfile -q
	$(BIN)/coverage combine -q && $(BIN)/coverage report | tail -n 3
	$(BIN)/python -m tests.soak all --sample $(if $(SEED),--seed $(SEED))

soak: .venv/.dev $(if $(filter spark engines,$(SUITE)),.venv/.spark)  ## one long suite in full, its result saved: make soak SUITE=kill (python -m tests.soak lists them)
	$(BIN)/python -m tests.soak $(SUITE) --full $(if $(SEED),--seed $(SEED))

test-clean:  ## make demo and make test in an empty clone with an empty HOME and only the system's own tools
	scripts/test-clean

docs: .venv/.dev  ## write the generated reference pages and the JSON Schema
	$(BIN)/python -m tests.generated --write

bench: .venv/.dev  ## every number of the design, measured here (BENCH=name for one)
	$(BIN)/python -m benchmarks $(BENCH)

lock:  ## resolve the dependencies anew into requirements/ (needs uv)
	uv pip compile $(LOCK) --extra all --extra dev pyproject.toml -o requirements/dev.txt
	uv pip compile $(LOCK) -c requirements/dev.txt pyproject.toml -o requirements/base.txt
	uv pip compile $(LOCK) --extra demo -c requirements/dev.txt pyproject.toml -o requirements/demo.txt
	uv pip compile $(LOCK) --extra spark -c requirements/dev.txt pyproject.toml -o requirements/spark.txt
	uv pip compile $(LOCK) -c requirements/dev.txt requirements/build.in -o requirements/build.txt

clean:  ## remove what was made here: .venv, caches, the demo
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* dist $(DEMO_DIR)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Verity needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv

.venv/.demo: requirements/demo.txt requirements/build.txt pyproject.toml | .venv/bin/python
	@echo "installing the demo's set into .venv ..."
	$(PIP) install --require-hashes -r requirements/demo.txt -r requirements/build.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements/dev.txt requirements/build.txt pyproject.toml | .venv/bin/python
	@echo "installing the developer's set into .venv ..."
	$(PIP) install --require-hashes -r requirements/dev.txt -r requirements/build.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch .venv/.demo $@

.venv/.spark: requirements/spark.txt .venv/.dev
	@echo "installing Spark into .venv ..."
	$(PIP) install --require-hashes -r requirements/spark.txt
	@touch $@

.PHONY: help setup demo test unit types fix static check soak test-clean docs bench lock clean
