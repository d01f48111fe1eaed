# Two commands do everything on a fresh machine with Python 3.11 or newer: `make train` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUILD := pyproject.toml hatch_build.py $(shell find core -name '*.[ch]' -o -name '*.py')
ARGS ?=

.PHONY: train test test-full test-lab test-kernels test-thrice lint wasm wheels clean

train: $(VENV)/.for-use
	$(BIN)/byhand train $(ARGS)

PYTEST := $(BIN)/python -m pytest
PARALLEL := --numprocesses=auto --maxprocesses=4 --dist=worksteal

# What belongs before every commit. Needs no network. Under five minutes on two quiet cores; the percentage counts up.
test: $(VENV)/.for-test
	$(PYTEST) $(PARALLEL) --durations=10 $(ARGS)

# And what takes longer: real MNIST, kills at twenty moments, many seeds. Under ten minutes on two quiet cores.
test-full: $(VENV)/.for-test
	$(PYTEST) -m "not long and not browser" $(PARALLEL) --durations=20 $(ARGS)

# The lab's page in Chromium, which must be installed. Four minutes.
test-lab: $(VENV)/.for-browser
	$(PYTEST) -m "browser and not long" --durations=5 $(ARGS)

# The C core's tests once in each kernel that this processor has, as on one that has no better. Two minutes a kernel.
test-kernels: $(VENV)/.for-test
	$(BIN)/python tools/test_kernels.py $(ARGS)

# Whether the suite depends on how busy the machine is: two quiet runs, one beside four busy processes.
test-thrice: $(VENV)/.for-test
	$(BIN)/python tools/test_thrice.py $(ARGS)

lint: $(VENV)/.for-lint
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

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

$(VENV)/.for-lint: $(VENV)/bin/python $(BUILD)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[images,test,lint]'
	@touch $@

# For releases: the core for the page, and wheels for five platforms. Needs ziglang (see tools/cross.py).
wasm: $(VENV)/.for-use
	$(BIN)/python tools/cross.py wasm src/byhand/lab/static/core/core.wasm

wheels: $(VENV)/.for-use
	$(BIN)/python tools/cross.py wheels dist

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
