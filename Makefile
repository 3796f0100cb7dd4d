# Every target sets up what it needs: `make demo` and `make test` work on a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export HF_HUB_OFFLINE ?= 1

.PHONY: demo web test test-slow test-ray test-clap test-vllm check format clean

$(VENV)/core: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/dev: $(VENV)/core
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev,charts,web]"
	touch $@

web: $(VENV)/web
	$(BIN)/gainsay web

$(VENV)/web: $(VENV)/core
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[web]"
	touch $@

demo: $(VENV)/core
	$(BIN)/gainsay demo

test: $(VENV)/dev
	$(BIN)/python -m pytest

test-slow: $(VENV)/dev
	$(BIN)/python -m pytest -m slow

$(VENV)/ray: $(VENV)/dev
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[ray]"
	touch $@

test-ray: $(VENV)/ray
	$(BIN)/python -m pytest -m ray

# In an environment of its own: laion-clap pins an older numpy, and only its models are used.
CLAP := .venv-clap
test-clap: $(CLAP)/clap
	$(CLAP)/bin/python -m pytest -m clap -s -rs tests/test_mixer_laion_parity.py

$(CLAP)/clap: pyproject.toml constraints.txt
	test -x $(CLAP)/bin/python || $(PYTHON) -m venv $(CLAP)
	$(CLAP)/bin/pip install --quiet --constraint constraints.txt --editable . pytest pytest-timeout
	$(CLAP)/bin/pip install --quiet --no-deps "laion-clap>=1.1.5"
	$(CLAP)/bin/pip install --quiet --constraint constraints.txt torchlibrosa h5py
	touch $@

check: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

format: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(CLAP) build dist *.egg-info
