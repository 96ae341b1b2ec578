# One command each: `make demo` to watch it, `make test` to check it, `make run` to serve it.
PYTHON ?= python3
BIN := .venv/bin
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --no-strip-extras
.DEFAULT_GOAL := help

.PHONY: help setup lock demo run test chaos bench check format web pictures clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{sub(":.*", "", $$1); printf "  make %-9s %s\n", $$1, $$2}'

setup: .venv/.installed ## create .venv from the lock file

.venv/.installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Countersign needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv --clear .venv || { echo "Python cannot make a virtual environment here; on Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

lock: ## pin every dependency again, with hashes
	uv pip compile $(LOCK) --group dev --output-file requirements.lock pyproject.toml
	uv pip compile $(LOCK) --constraint requirements.lock --output-file requirements-run.lock pyproject.toml

demo: setup ## the bot in a Slack of its own on this machine (TOUR=1: it plays its story by itself)
	$(BIN)/python -m bot demo $(if $(TOUR),--tour)

run: setup ## serve a real workspace, with the settings in .env
	$(BIN)/python -m bot serve

test: setup ## every test but the kills, on every core
	$(BIN)/python -m pytest -n auto --dist loadfile

chaos: setup ## kill bots, workers and connections (CHAOS_ROUNDS=10 kills 600 at random, CHAOS_SEED=… replays)
	$(BIN)/python -m pytest tests/chaos -n auto --dist loadfile -m "chaos$(if $(CHAOS_ROUNDS),, and not long)"

bench: setup ## measure it beside the bare engine and a naive bot; writes benchmarks/README.md
	$(BIN)/python -m benchmarks

check: setup ## lint, types and the dependency picture, as CI runs them
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	PYTHONPATH=bot $(BIN)/lint-imports

format: setup ## let ruff write the layout
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

web: ## build the local workspace's page (it needs Node.js 20 or newer)
	cd bot/slack_local/web && npm ci && npm run build

pictures: setup ## take the README's pictures again
	PICTURES=1 $(BIN)/python -m pytest tests/browser/test_pictures.py -n 0

clean: ## forget the environment and the local data
	rm -rf .venv .data
