# What to do with this project; `make` alone prints the targets.
# Each needs python3 (3.11 or newer, with venv) and make, and makes its own virtual environment in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
INSTALLED := $(VENV)/.installed
CHRONICLE := $(BIN)/chronicle
STORE := .demo/chronicle.db
DAY := 2015-04-30

.DEFAULT_GOAL := help
.PHONY: help setup demo test quick browser snapshots check bench gate peers crash clean

help:  ## the targets, as printed now
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: $(INSTALLED)  ## .venv with the package and all that tests and checks need

demo: $(READY)  ## the main job, end to end: text files -> timeline and state -> store -> the same state
	@rm -rf $(dir $(STORE)) && mkdir -p $(dir $(STORE))
	@printf '== What happened, as the text files in events/ tell it\n\n'
	@$(CHRONICLE) --from events timeline
	@printf '\n== What was so on $(DAY)\n\n'
	@$(CHRONICLE) --from events as-of $(DAY)
	@printf '\n== The same events, recorded in a store\n\n'
	@$(CHRONICLE) record events/*.yaml --into $(STORE)
	@$(CHRONICLE) verify $(STORE)
	@printf '\n== What was so on $(DAY), replayed from the store\n\n'
	@$(CHRONICLE) --from $(STORE) as-of $(DAY)
	@$(CHRONICLE) --from events as-of $(DAY) --json > $(dir $(STORE))files.json
	@$(CHRONICLE) --from $(STORE) as-of $(DAY) --json > $(dir $(STORE))store.json
	@cmp $(dir $(STORE))files.json $(dir $(STORE))store.json && printf '\nFiles and store give the same answer.\n'
	@printf '\n== All of it as one page, for a browser\n\n'
	@$(CHRONICLE) --from events report -o $(dir $(STORE))report.html

test: $(INSTALLED)  ## every test, with coverage
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal --cov --cov-report=term

quick: $(INSTALLED)  ## the tests that take no more than two seconds each, without coverage
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal -m 'not slow' --ignore=tests/crash

snapshots: $(INSTALLED)  ## write anew the pages that tests compare with, to be read with git diff
	@CHRONICLE_WRITE_SNAPSHOTS=1 $(BIN)/python -m pytest tests/test_render.py tests/test_render_questions.py tests/test_owner_pages.py

browser:  ## axe-core in .browser, which tests/browser judges pages with; needs npm
	@npm install --silent --no-save --no-audit --no-fund --prefix .browser axe-core@4

check: $(INSTALLED)  ## everything that must hold before a change is taken; .ci/run does the same
	@printf '== ruff\n' && $(BIN)/ruff check . && $(BIN)/ruff format --check .
	@printf '== mypy\n' && $(BIN)/mypy
	@printf '== floors\n' && $(BIN)/lint-imports --no-logo --no-cache
	@printf '== tests\n' && $(MAKE) --no-print-directory test
	@printf '== benchmarks: their answers, not their times\n' && $(BIN)/python -m pytest benchmarks --benchmark-disable
	@printf '== demo\n' && $(MAKE) --no-print-directory demo

bench: $(INSTALLED)  ## how fast, with the answers checked
	@$(BIN)/python -m pytest benchmarks --benchmark-only --benchmark-columns=min,median,max,rounds --benchmark-sort=fullname

gate: $(INSTALLED)  ## whether a hot path became slower since BASE=<commit>: both timed in turns
	@rm -rf .gate && git worktree prune && git worktree add --quiet --detach .gate $(or $(BASE),HEAD~1)
	@$(BIN)/python tools/speed_gate.py .gate .; status=$$?; git worktree remove --force .gate; exit $$status

peers: $(INSTALLED)  ## Chronicle beside its peers, and beside BASE=<commit> if given (an hour or two): docs/performance.md
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@rm -rf .peers && git worktree prune && git worktree add --quiet --detach .peers $(or $(BASE),HEAD)
	@$(BIN)/python -m benchmarks.peers $(if $(BASE),--base .peers) $(OPTIONS); status=$$?; git worktree remove --force .peers; exit $$status

crash: $(INSTALLED)  ## the crash suite at full size (about two hours), and the table in docs/reliability.md
	@rm -f .crash.json
	@CHRONICLE_CRASH=full CHRONICLE_CRASH_RESULTS=.crash.json $(BIN)/python -m pytest tests/crash
	@$(BIN)/python tools/reliability.py .crash.json

clean:  ## away with all that was made
	@rm -rf $(VENV) .browser .gate .peers build dist .crash.json .demo .benchmarks .coverage .coverage.* htmlcov .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What the package itself needs, and the page of a history; the demo needs no more.
$(READY): pyproject.toml constraints.txt
	@printf '== making $(VENV)\n'
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Chronicle needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[report]'
	@touch $@

# And what tests and checks need besides.
$(INSTALLED): $(READY)
	@printf '== adding what the tests need\n'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@
