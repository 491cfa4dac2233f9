# `make` alone prints this help.
.DEFAULT_GOAL := help
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= python3
CONSTRAINTS := constraints.txt
LOCK := requirements.lock
# The checker of the pages' modules; nothing that is installed for users. npm fetches this version alone.
TYPESCRIPT := 5.9.3
TSC := $(VENV)/tsc-$(TYPESCRIPT)

help: ## print the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Assay needs Python 3.11 or newer; run, for instance: make PYTHON=python3.12"  >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade pip -c $(CONSTRAINTS)

$(VENV)/.base: $(BIN)/python pyproject.toml $(CONSTRAINTS)
	$(BIN)/pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) -e '.[demo]'
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	$(BIN)/pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) --group dev -e '.[all,bulk,duckdb]'
	@touch $@

demo: $(VENV)/.base ## install, then run every step on a small program in ./demo
	$(BIN)/assay demo demo

test: $(VENV)/.dev ## install, then run the tests: every rule, and a share of the near-equal cases
	$(BIN)/pytest -n 2 --dist loadgroup -m "not long and not heavy"
	@echo "The long tests are run by: make test-long, the heaviest by: make test-heavy"

# What starts a browser, a server, a sandbox or a whole program is left to `make test`.
test-fast: $(VENV)/.dev ## units and properties, without a browser, a server or a sandbox
	$(BIN)/pytest -n 2 -m "not long and not heavy" tests/unit tests/properties tests/known_answers tests/golden \
	  --ignore=tests/unit/web --ignore=tests/unit/cli --ignore=tests/unit/desk --ignore=tests/unit/program \
	  --ignore=tests/unit/demo --ignore=tests/unit/client --ignore=tests/unit/verification/sandbox

test-long: $(VENV)/.dev ## run the rest: all cases, properties with five times the draws, data sets, the tutorial
	$(BIN)/pytest -n 2 --dist loadgroup --hypothesis-profile=long -m "(long or hypothesis) and not heavy"

test-heavy: $(VENV)/.dev ## run what takes minutes each: a million records, whole simulations (about an hour)
	$(BIN)/pytest -m heavy

check: $(VENV)/.dev ## format, lint, direction of imports, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	@$(MAKE) --no-print-directory check-web

# Without npm or its registry the modules cannot be checked: it is said aloud, and fails where
# REQUIRE_TYPESCRIPT is set. A machine that builds offline is no fault of the modules.
check-web: ## types of the pages' modules, by TypeScript
	@if [ -x $(TSC)/node_modules/.bin/tsc ] || { command -v npm >/dev/null && npm install --silent --no-save \
	  --no-package-lock --no-audit --no-fund --fetch-retries=0 --fetch-timeout=30000 --prefix $(TSC) typescript@$(TYPESCRIPT) >/dev/null; }; then \
	  $(TSC)/node_modules/.bin/tsc --project jsconfig.json; \
	else \
	  echo "NOT CHECKED: the types of src/assay/web/static. TypeScript $(TYPESCRIPT) is not in $(TSC), and npm" \
	    "could not fetch it: install Node.js with npm, or connect to its registry, and run: make check-web" >&2; \
	  [ -z "$$REQUIRE_TYPESCRIPT" ]; \
	fi

wire: $(VENV)/.dev ## regenerate the types of what the pages' modules send and get
	$(BIN)/python tools/wire_types.py

docs: $(VENV)/.dev ## regenerate the reference pages
	$(BIN)/python docs/generate.py

docs-site: $(VENV)/.dev ## build the documentation as a site in build/site; a broken link fails
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

pictures: $(VENV)/.dev ## take new pictures of the desk, in a real Chromium
	$(BIN)/python docs/pictures.py

goldens: $(VENV)/.dev ## regenerate the golden files and show what changed
	$(BIN)/pytest --update-goldens tests/golden tests/unit -q
	git diff --stat -- tests/golden

bench: $(VENV)/.dev ## print the figures as Markdown tables (about ten minutes; BENCH=--quick for one)
	@for script in benchmarks/*.py; do $(BIN)/python $$script $(BENCH); echo; done

measures: $(BIN)/python ## measure the source: sizes, names, documentation, tests
	$(BIN)/python tools/measures.py

mutants: $(VENV)/.dev ## change one boundary of a rule at a time: its tests must fail (about three minutes)
	$(BIN)/python tools/mutants.py

constraints: $(VENV)/.dev ## pin what is installed now, with the hashes of its files
	{ echo "# Exact versions that the tests ran with. Written by: make constraints"; \
	  $(BIN)/pip freeze --exclude-editable --all | grep -v '@ file:' | grep -viE '^(setuptools|wheel)=='; } > $(CONSTRAINTS)
	$(MAKE) lock

# pip names the file that it would take for each version, with its hash: that of this platform.
lock: $(VENV)/.dev ## write the hashes of the pinned versions
	{ echo "# $(CONSTRAINTS) with the hash of each file, for $$($(BIN)/python -c 'import platform; \
	  print("Python", platform.python_version_tuple()[0] + "." + platform.python_version_tuple()[1], \
	  "on", platform.system(), platform.machine())'). Written by: make lock"; \
	  $(BIN)/pip install --quiet --disable-pip-version-check --dry-run --ignore-installed --no-deps \
	    --report - -r $(CONSTRAINTS) | $(BIN)/python -c 'import json, sys; \
	  [print("{name}=={version} --hash=sha256:{hash}".format(**each["metadata"], \
	  hash=each["download_info"]["archive_info"]["hashes"]["sha256"])) \
	  for each in json.load(sys.stdin)["install"]]'; } > $(LOCK)

clean: ## remove what was built
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

.PHONY: help demo test test-fast test-long test-heavy check check-web wire docs docs-site pictures goldens bench measures mutants constraints lock clean
