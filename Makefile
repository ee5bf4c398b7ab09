# The commands of this project; each needs nothing but make, Python 3.11 or newer, and what it installs itself.
export PORT ?= 4566
PYTHON ?= python3
# `make outputs` prints JSON and nothing else, also when another make runs it.
MAKEFLAGS += --no-print-directory
RUN := .venv/bin/python

.PHONY: up preview outputs env refresh destroy stop login token logout user export adopt diff bench test fuzz check format lock

up preview outputs env refresh destroy stop: .venv/installed
	@$(RUN) -m local $@

# What this checkout would change on top of another revision; MARKDOWN=<file> writes it down for a pull request.
BASE ?= main
diff: .venv/installed
	@$(RUN) -m local.pulumi_cli
	@$(RUN) -m revision_diff "$(BASE)" $(if $(MARKDOWN),--markdown "$(MARKDOWN)")

bench: .venv/installed-dev
	@$(RUN) -m local.pulumi_cli
	@$(RUN) -m bench

# Signing in: make login, or make login STACK=dev CLIENT=postman SCOPE="openid project.read".
STACK ?= local
ON = --stack $(STACK) $(if $(CLIENT),--client $(CLIENT))

login: .venv/installed
	@$(RUN) -m sign_in login $(ON) $(foreach scope,$(SCOPE),--scope $(scope))

token logout: .venv/installed
	@$(RUN) -m sign_in $@ $(ON)

# Bring what runs already under the program: docs/adopting.md.
adopt: .venv/installed
	@$(RUN) -m adopt --stack $(STACK) $(if $(POOL),--pool $(POOL)) $(if $(IMPORT),--import)

user export: .venv/installed
	@$(RUN) -m sign_in $@ --stack $(STACK)

test: .venv/installed-dev
	@$(RUN) -m local.pulumi_cli || echo "The tests that need the engine will fail." >&2
	@$(RUN) -m pytest -n auto --dist worksteal

check: .venv/installed-dev
	@$(RUN) -m ruff check . && $(RUN) -m ruff format --check . && $(RUN) -m mypy .
	@.venv/bin/actionlint -shellcheck .venv/bin/shellcheck -pyflakes= && .venv/bin/zizmor --offline --quiet .github

# 12,000 cases of the property tests; the same ones again with the SEED that it prints.
fuzz: SEED ?= $(shell date +%s)
fuzz: .venv/installed-dev
	@echo "SEED=$(SEED)" && $(RUN) -m pytest tests/test_fuzz.py --hypothesis-profile=fuzz --hypothesis-seed=$(SEED)

format: .venv/installed-dev
	@$(RUN) -m ruff check --fix . && $(RUN) -m ruff format .

lock: LOCK := .venv/bin/uv pip compile -q --universal --generate-hashes --no-header --no-annotate pyproject.toml
lock: .venv/installed-dev
	@$(LOCK) -o requirements.txt
	@$(LOCK) --group tools -o requirements-tools.txt
	@$(LOCK) --group dev -o requirements-dev.txt

# The packages of the program and its tools; and with those of the tests, which have all of them.
.venv/installed: requirements-tools.txt
	$(INSTALL)

.venv/installed-dev: requirements-dev.txt
	$(INSTALL)
	@touch .venv/installed

define INSTALL
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12 ...")' >&2
	@echo "Installing the Python packages into .venv (once, about a minute) ..." >&2
	@$(PYTHON) -m venv .venv >&2
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $< >&2
	@touch $@
endef
