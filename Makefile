# Everything from a fresh Debian or Ubuntu machine: `make demo` shows Anban at work, `make test` tests it.
# What is missing is installed first; the second time that takes no time.

SHELL := /bin/bash -o pipefail
LANGUAGE ?= zh
MADE := .cache/make
PYTHON := .venv/bin/python
MOVED := $(shell tools/forget-moved.sh)

# Every process of every test would otherwise compile all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev plot demo test tests lint soak bench lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(MADE)/runtime $(MADE)/dialogue ## install what Anban needs to run
	@if [ "$(MAKECMDGOALS)" = setup ]; then cat tools/set-up.txt; fi
setup-dev: $(MADE)/dev $(MADE)/dialogue ## the same, and the tools of its developers

plot: $(MADE)/plot ## install what `anban replay --plot` needs beside that

demo: setup ## a synthetic elder talks with Anban; no hardware (LANGUAGE=zh or en)
	.venv/bin/anban demo --lang $(LANGUAGE)

# Both at once: mypy knows one core, and the tests that come first mostly wait.
test: setup-dev ## style, types and all tests; those with real parts end to end beside the quick ones
	@$(MAKE) --no-print-directory -j 2 lint tests

tests:
	$(PYTHON) -m pytest -m "not soak" -n 3 --dist loadscope --no-loadscope-reorder

lint: setup-dev ## style and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	nice .venv/bin/mypy

soak: setup-dev ## long runs: hours
	for run in {1..20}; do \
	  $(PYTHON) -m pytest -q -m "hypothesis and not soak" --hypothesis-profile search || exit 1; done
	$(PYTHON) -m pytest -m soak --timeout 14400 -rA

bench: setup-dev ## measure, and write benchmarks/RESULTS.md
	$(PYTHON) -m benchmarks

lock: $(MADE)/uv ## resolve the dependencies anew, for x86-64 and ARM64
	tools/lock.sh --upgrade

clean: ## remove what was installed and built
	rm -rf .venv dialogue/.venv .cache .tools

# ---------------------------------------------------------------------------- set-up steps

$(MADE)/debian: tools/debian-packages.txt tools/install-debian.sh
	@mkdir -p $(@D)
	tools/install-debian.sh $<
	@pwd -P > $(@D)/folder
	@touch $@

$(MADE)/uv: $(MADE)/debian tools/install-uv.sh
	tools/install-uv.sh > $@.new
	@mv $@.new $@

$(MADE)/runtime: requirements.lock pyproject.toml $(MADE)/uv
	@echo "== Anban's own environment (.venv)"
	tools/environment.sh requirements.lock
	@touch $@

$(MADE)/debian-dev: tools/debian-packages-dev.txt $(MADE)/debian
	tools/install-debian.sh $<
	@touch $@

$(MADE)/dev: requirements-dev.lock $(MADE)/runtime $(MADE)/debian-dev
	@echo "== the developers' tools"
	tools/environment.sh requirements-dev.lock
	@touch $@

$(MADE)/plot: requirements-plot.lock $(MADE)/runtime
	@echo "== what draws pictures"
	tools/environment.sh requirements-plot.lock
	@touch $@

$(MADE)/dialogue: dialogue/requirements.lock dialogue/.python-version $(MADE)/uv
	@echo "== the environment of Rasa (dialogue/.venv, Python 3.10, about 2.5 GB)"
	tools/dialogue-environment.sh
	@touch $@
