# Two words are all a newcomer needs: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Two more than there are cores: some tests wait for a helpdesk or a terminal most of their time.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 2)')

.DEFAULT_GOAL := help
.PHONY: help demo test lint types imports unit full messages lock audit screens bench bench-search bench-hub bench-folding bench-monitor bench-personal bench-training repeats live chaos chaos-store chaos-hub clean

help:  ## say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.run: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Atendente needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

demo: $(VENV)/.run  ## open the workstation on a scripted scenario, no set-up
	@$(BIN)/atendente demo

test: $(VENV)/.dev lint types imports unit  ## everything a change must pass

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

unit: $(VENV)/.dev
	$(BIN)/pytest --numprocesses=$(WORKERS) --dist=loadgroup -r fER

full: $(VENV)/.dev  ## the same tests at full size: every case of every promise (about an hour)
	ATENDENTE_FULL=1 $(BIN)/pytest --numprocesses=$(WORKERS) --dist=loadgroup -r fER

screens: $(VENV)/.run  ## draw the README's pictures from the running program
	$(BIN)/python -m tools.screens
	$(BIN)/python -m tools.monitor_screens
	$(BIN)/python -m tools.quality_screens
	$(BIN)/python -m tools.training_screens
	if command -v chromium >/dev/null; then $(BIN)/python -m tools.browser_screen; fi

messages: $(VENV)/.dev  ## compile the translations
	$(BIN)/python -m tools.messages

audit: $(VENV)/.dev  ## ask the advisories about every package of the lock files (needs their service)
	$(BIN)/pip-audit --disable-pip --requirement requirements.lock
	$(BIN)/pip-audit --disable-pip --requirement requirements-dev.lock

lock:  ## resolve the lock files again (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  --extra build --extra spelling pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  --extra build --extra hub --extra serve --extra spelling --group dev pyproject.toml -o requirements-dev.lock

bench: $(VENV)/.dev  ## measure against the targets: docs/benchmarks.md (about ten minutes)
	@$(BIN)/python -m bench $(ARGS)

bench-search: $(VENV)/.dev  ## how good the search over articles is, beside plain FTS5, and what a key costs: docs/benchmarks.md
	@$(BIN)/python -m bench.search --speed 100000 $(ARGS)

bench-hub: $(VENV)/.dev  ## measure the hub, on SQLite and PostgreSQL: docs/benchmarks.md (about a quarter of an hour)
	@$(BIN)/python -m bench.hub $(ARGS)

bench-monitor: $(VENV)/.dev  ## what the figures cost at 1,000,000 tickets against 1,000 and against SQL by hand: docs/benchmarks.md
	@$(BIN)/python -m bench.monitor $(ARGS)

bench-training: $(VENV)/.dev  ## a shift of eight hours played without a screen, and what proving one event costs: docs/benchmarks.md
	@$(BIN)/python -m bench.training $(ARGS)

repeats: $(VENV)/.run  ## every shipped scenario with every answer file a hundred times, byte for byte: docs/benchmarks.md (about a quarter of an hour)
	@$(BIN)/python -m bench.repeats $(ARGS)

bench-personal: $(VENV)/.dev  ## precision and recall of the personal-data finder: docs/privacy.md
	ATENDENTE_PERSONAL=2000 $(BIN)/pytest tests/privacy/test_personal.py --numprocesses=0 -q -s -k "corpus or alike"

bench-folding: $(VENV)/.dev  ## how much of quoted mail is told from its reply, on ../shared/data/emails-raw
	@$(BIN)/python -m bench.folding $(ARGS)

live: $(VENV)/.dev  ## everything against a real Request Tracker, seeded with 2,000 complaints and 100 tickets
	ATENDENTE_LIVE_ROWS=2000+100 $(BIN)/pytest tests/live --numprocesses=0 -s

chaos: $(VENV)/.dev  ## 10,000 simulated histories and 2,000 real kills, and what was lost or doubled (one to two hours)
	@$(BIN)/python -m tests.chaos $(ARGS)

chaos-store: $(VENV)/.dev  ## fill the disk, cut the power, damage the store and cut off changes of its key at full count (about half an hour)
	ATENDENTE_FULL_WRITES=200 ATENDENTE_DAMAGES=300 ATENDENTE_STEP=7 ATENDENTE_CUTS=10000 $(BIN)/pytest \
	  tests/store/test_full_disk.py tests/store/test_power_cut.py tests/store/test_random_damage.py tests/keys/test_cut_off.py --numprocesses=auto -s -o timeout=3600

chaos-hub: $(VENV)/.dev  ## kill -9 the hub 200 times in the middle of load, on each database
	HUB_KILLS=200 $(BIN)/pytest tests/hub/test_kill_hub.py --numprocesses=0 -s

clean:  ## remove what make built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
