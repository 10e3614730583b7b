# The commands of a contributor. `make help` lists them; docs/operating.md is about running it for real.

PYTHON ?= python3
BIN := .venv/bin
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --all-build-deps --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check bench migrate lock messages

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS='	' read -r name what; do printf '  make %-10s %s\n' "$$name" "$$what"; done

run: .venv/run.stamp ## start the provider and two demonstration services (RESET=1 starts over)
	@$(BIN)/proffer demo $(if $(RESET),--reset)

test: .venv/dev.stamp ## run the tests (ARGS="tests/vault -x" for some of them)
	$(BIN)/pytest $(ARGS)

check: .venv/dev.stamp ## lint, types, imports, templates, architecture, translations
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates && $(BIN)/pytest -q tests/architecture

bench: .venv/dev.stamp ## measure requests a second against the yardstick
	$(BIN)/python -m tests.benchmarks $(ARGS)

migrate: .venv/run.stamp ## bring the database that settings name up to date
	$(BIN)/proffer migrate

lock: .venv/dev.stamp ## pin dependencies again (ARGS=--upgrade takes newer ones)
	$(LOCK) $(ARGS) -o config/locks/run.txt pyproject.toml
	$(LOCK) $(ARGS) --extra dev -c config/locks/run.txt -o config/locks/dev.txt pyproject.toml

messages: .venv/dev.stamp ## collect new texts into the message catalogues
	$(BIN)/python config/messages.py

.venv/run.stamp: config/locks/run.txt pyproject.toml config/build.py
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r config/locks/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

.venv/dev.stamp: .venv/run.stamp config/locks/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r config/locks/dev.txt
	@touch $@
