# The commands of this project; each needs nothing but make, Python 3.11 or newer, and what it installs itself.
PYTHON ?= python3
export PYTHON PORT
# `make outputs` prints JSON and nothing else, also when another make runs it.
MAKEFLAGS += --no-print-directory
override RUN := .venv/bin/python

# Options are data: make does not expand them, and the shell gets them through the environment.
$(foreach .given,$(.VARIABLES),$(if $(filter command,$(origin $(.given))),\
  $(eval override $(.given) := $$(value $(.given)))$(eval export $(.given))))
# An option of a command from the variable of its name: its value; each of its words; the option alone, but not by 0.
# Those of common names (NAME, TOKEN) count from the command line of make alone, not from a person's environment.
override option = $${$(2):+"--$(1)=$$$(2)"}
override given = $(if $(filter override,$(origin $(2))),$(option))
override each = set -f; for one in $$$(2); do set -- "$$@" "--$(1)=$$one"; done;
override flag = $(if $(and $(filter override,$(origin $(2))),$(filter-out 0 no false,$(value $(2)))),--$(1))

.PHONY: up preview outputs env refresh destroy https stop login token logout user export adopt diff bench test fuzz check
.PHONY: mail people status trigger reference format lock
# Commands named together share one stack and one .venv: with -j, too, each sees what the one before has done.
.NOTPARALLEL:

# These commands only work on the local stack, so refuse STACK=dev.
override ON_LOCAL = $(if $(and $(filter override,$(origin STACK)),$(filter-out local,$(value STACK))),$(error \
  `make $@` only works on the local stack. For other stacks use the Pulumi CLI: pulumi up --stack dev))$(RUN) -m local

up preview refresh destroy: .venv/installed
	@$(ON_LOCAL) $@ $(call flag,json,JSON)

outputs: .venv/installed
	@$(ON_LOCAL) $@ $(call flag,show-secrets,SHOW_SECRETS)

env stop: .venv/installed
	@$(ON_LOCAL) $@

https: .venv/installed
	@$(ON_LOCAL) $@ $(call option,tls-port,TLS_PORT)

# The subcommands of `python -m cli` by their names, with their options; and the benchmark.
override ON = $(call option,stack,STACK) $(call option,client,CLIENT)
override PRINT = $(call given,token,TOKEN) $(call flag,json,JSON)
override BROWSER = $(call flag,no-browser,NO_BROWSER) $(call flag,paste,PASTE) $(call given,timeout,TIMEOUT)

login: .venv/installed
	@$(call each,scope,SCOPE) $(RUN) -m cli $@ $(ON) "$$@" $(BROWSER) $(PRINT)

token: .venv/installed
	@$(call each,scope,SCOPE) $(RUN) -m cli $@ $(ON) "$$@" $(PRINT) $(call flag,refresh,REFRESH)

logout: .venv/installed
	@$(RUN) -m cli $@ $(ON)

user: .venv/installed
	@$(RUN) -m cli $@ $(call option,stack,STACK) $(call given,name,NAME) $(call flag,json,JSON)

export: .venv/installed
	@$(RUN) -m cli $@ $(ON) $(call given,to,TO) $(call flag,without-secrets,WITHOUT_SECRETS)

mail: .venv/installed
	@$(RUN) -m cli $@ $(call flag,open,OPEN) $(call flag,json,JSON)

people: .venv/installed
	@$(RUN) -m cli $@ $(call option,stack,STACK) $(call given,add,ADD) $(call flag,header,HEADER) $(call given,import,IMPORT) \
	  $(call given,role,ROLE) $(call flag,json,JSON)

status: .venv/installed
	@$(RUN) -m cli $@

trigger: .venv/installed
	@$(RUN) -m cli $@ $(ON) $(call given,name,NAME) $(call given,user-name,USER_NAME) $(call given,source,SOURCE) \
	  $(call given,version,VERSION) $(call given,request,REQUEST)

adopt: .venv/installed
	@$(call each,id,ID) $(call each,only,ONLY) $(call each,leave,LEAVE) $(RUN) -m cli $@ $(call option,stack,STACK) \
	  $(call option,pool,POOL) "$$@" $(call option,take,TAKE) $(call flag,write,WRITE) $(call flag,import,IMPORT) \
	  $(call flag,check,CHECK)

diff: .venv/installed
	@$(call each,stack,STACK) $(RUN) -m cli $@ "$$@" $(call option,markdown,MARKDOWN) -- $${BASE:+"$$BASE"}

bench: .venv/installed-dev
	@$(RUN) -m tests.performance $(call given,rounds,ROUNDS) $(call flag,large,LARGE) $(call flag,small,SMALL) $(call given,json,JSON)

test: .venv/installed-dev
	@$(RUN) -m local.pulumi_cli || echo "The tests that need the engine will fail." >&2
	@$(RUN) -m pytest -n auto --dist loadfile --no-loadscope-reorder

check: .venv/installed-dev
	@$(RUN) -m ruff check . && $(RUN) -m ruff format --check . && $(RUN) -m mypy .
	@$(RUN) -m cli reference --check
	@.venv/bin/actionlint -shellcheck .venv/bin/shellcheck -pyflakes= && .venv/bin/zizmor --offline --quiet .github

# Generated from the declarations of the settings: Pulumi.yaml, the tables of the pages, the JSON schema.
reference: .venv/installed
	@$(RUN) -m cli $@ $(call flag,check,CHECK)

# 12,000 cases of the property tests; the same ones again with the SEED that it prints.
fuzz: .venv/installed-dev
	@seed="$${SEED:-$$(date +%s)}" && printf 'SEED=%s\n' "$$seed" && \
	  $(RUN) -m pytest tests/identity/test_fuzz.py tests/identity/test_pool_round_trip.py --hypothesis-profile=fuzz --hypothesis-seed="$$seed"

format: .venv/installed-dev
	@$(RUN) -m ruff check --fix . && $(RUN) -m ruff format .

lock: override LOCK := .venv/bin/uv pip compile -q --universal --generate-hashes --no-header --no-annotate pyproject.toml
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

override define INSTALL
	@"$$PYTHON" -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12 ...")' >&2
	@echo "Installing the Python packages into .venv (once, about a minute) ..." >&2
	@"$$PYTHON" -m venv .venv >&2
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $< >&2 || { \
	  echo "The Python packages could not be installed; see pip's message above. Without a network, set a mirror in PIP_INDEX_URL." >&2; exit 1; }
	@touch $@
endef
