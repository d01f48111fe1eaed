# Two commands do everything on a fresh machine with Python 3.11 or newer: `make train` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUILD := pyproject.toml hatch_build.py $(shell find core -name '*.[ch]' -o -name '*.py')
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help train test test-full test-lab test-kernels test-thrice lint format bench bench-compare lessons docs wasm wheels clean

help: ## list these targets
	@grep -hE "^[a-z-]+:.*## " $(firstword $(MAKEFILE_LIST)) | sed -E "s/^([a-z-]+):.*## (.*)/  make \1\t\2/" | expand -t 22

train: $(VENV)/.for-use ## train on MNIST (or the bundled digits) and test once; ARGS="--epochs 10"
	$(BIN)/byhand train $(ARGS)

PYTEST := $(BIN)/python -m pytest
PARALLEL := --numprocesses=auto --maxprocesses=4 --dist=worksteal

# What belongs before every commit. Needs no network. About five minutes on two quiet cores; the percentage counts up.
test: $(VENV)/.for-test ## the default tests: about five minutes on two quiet cores
	$(PYTEST) $(PARALLEL) --durations=10 $(ARGS)

# And what takes longer: real MNIST, kills at twenty moments, many seeds. Some twenty minutes on two cores.
test-full: $(VENV)/.for-test ## these and the long ones, on the real MNIST where BYHAND_DATA names it
	$(PYTEST) -m "not long and not browser" $(PARALLEL) --durations=20 $(ARGS)

# The lab's page in Chromium, which must be installed. Half an hour on two cores.
test-lab: $(VENV)/.for-browser ## the page, in Chromium: half an hour on two cores
	$(PYTEST) -m "browser and not long" $(PARALLEL) --durations=5 $(ARGS)

# The C core's tests once in each kernel that this processor has, as on one that has no better. A minute a kernel.
test-kernels: $(VENV)/.for-test ## the C core once in each kernel that this processor has
	$(BIN)/python tools/test_kernels.py $(PARALLEL) $(ARGS)

# Whether the suite depends on how busy the machine is: two quiet runs, one beside four busy processes.
test-thrice: $(VENV)/.for-test ## the default tests three times, once beside four busy processes
	$(BIN)/python tools/test_thrice.py $(ARGS)

lint: $(VENV)/.for-lint ## linters, formatters and type checkers, changing nothing
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	$(BIN)/python core/build.py --strict
	$(BIN)/python tools/lint_page.py

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "byhand needs Python 3.11 or newer; try: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.for-use: $(VENV)/bin/python $(BUILD)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[images]'
	@touch $@

$(VENV)/.for-test: $(VENV)/bin/python $(BUILD)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[images,test]'
	@touch $@

$(VENV)/.for-browser: $(VENV)/bin/python $(BUILD)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[images,test,browser]'
	@touch $@

$(VENV)/.for-docs: $(VENV)/bin/python $(BUILD)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[images,plots,docs]'
	@touch $@

$(VENV)/.for-lint: $(VENV)/bin/python $(BUILD)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[images,test,lint]'
	@touch $@

format: $(VENV)/.for-lint ## format Python, C where clang-format is installed, and JavaScript where node is
	$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format .
	if command -v clang-format >/dev/null; then git ls-files 'core/*.[ch]' 'tests/native/*.c' | xargs clang-format -i; fi
	$(BIN)/python tools/lint_page.py --format

bench: $(VENV)/.for-use ## time an epoch, in turns with whatever other frameworks are installed; ARGS="--rounds 3"
	$(BIN)/byhand bench $(ARGS)

bench-compare: $(VENV)/.for-use ## an epoch of this C core beside that of another commit, in turns; OLD=main~1
	$(BIN)/python tools/bench_compare.py $(OLD) $(ARGS)

lessons: build/lessons/.made ## run the course's lessons and write them as notebooks to build/lessons

build/lessons/.made: $(VENV)/.for-docs $(wildcard lessons/*.py) tools/make_lessons.py
	$(BIN)/python tools/make_lessons.py build/lessons
	@touch $@

# Needs no network once the packages are there; a warning is an error. Under two minutes after `make lessons`.
docs: build/lessons/.made ## build the site, lessons and API reference included, to build/docs
	$(BIN)/python -m sphinx -c docs -b html -W --keep-going -q . build/docs
	@echo "build/docs/index.html"

# For releases: the core for the page, and wheels for five platforms. Needs ziglang (see tools/cross.py).
wasm: $(VENV)/.for-use ## compile the C core for the page (needs ziglang)
	$(BIN)/python tools/cross.py wasm src/byhand/lab/static/core/core.wasm
	$(BIN)/python tools/cross.py relaxed-wasm src/byhand/lab/static/core/core-relaxed.wasm
	$(BIN)/python tools/cross.py threads-wasm src/byhand/lab/static/core/core-threads.wasm

wheels: $(VENV)/.for-use ## wheels for five platforms (needs ziglang)
	$(BIN)/python tools/cross.py wheels dist

clean: ## remove what these targets made
	rm -rf $(VENV) node_modules build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
