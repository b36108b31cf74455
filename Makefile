# Everything runs from .venv and .parts; both are made at first need, and without root.
PYTHON ?= python3
RUN := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run test check far bench fault venv fetch all-parts lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 16

run: fetch ## start everything on this machine
	.venv/bin/duudlaga up

test: all-parts ## all tests, the real Asterisk, Postgres and Redis included
	$(MAKE) check
	$(RUN) -m pytest -m real

check: venv ## format, lint, types and the fast tests
	$(RUN) -m ruff format --check
	$(RUN) -m ruff check
	$(RUN) -m mypy
	$(RUN) -m pytest -m "not real and not fault"

far: venv ## `make check` in a folder and under an account with long names
	@.ci/far

bench: all-parts ## calls per second, and what a call costs
	$(RUN) -m tests.bench

fault: all-parts ## kill and stop services in the middle of calls; writes docs/reliability.md
	$(RUN) -m pytest -m "fault and not real" tests/call
	$(RUN) -m tests.fault.report

venv: ## the Python libraries of requirements.lock, into .venv
	@$(PYTHON) -m ari_app.standalone.python_env

fetch: venv ## Asterisk, Postgres, Redis and others, into .parts
	@$(RUN) -m ari_app.standalone.fetch

all-parts: venv
	@$(RUN) -m ari_app.standalone.fetch --tests

lock: venv ## requirements.lock from requirements.in, to the newest versions
	.venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --upgrade \
	  --no-config --no-header --no-annotate --quiet \
	  --override requirements.override --output-file requirements.lock requirements.in

clean: ## remove .venv, .parts and caches; recordings, journal and database in .duudlaga stay
	rm -rf .venv .parts .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
