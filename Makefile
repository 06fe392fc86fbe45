# Dutyline's few commands; `make` alone names them. Nothing here asks for root.

SHELL := /bin/sh
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help

VENV := .venv/bin
# What follows the command: `make run ARGS=--offline`, `make test ARGS="-k failsafe"`.
ARGS ?=
# Another Python: `make run PYTHON=/opt/python3.12/bin/python3`.
PYTHON ?=

# The first Python that starts and is new enough makes .venv, or sees that it is made.
define set-up
for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
	if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
		exec "$$python" -m ivr.setup $(1); \
	fi; \
done; \
echo "dutyline: no Python 3.11 or newer was found (looked for: $(or $(PYTHON),python3.13, python3.12, python3.11, python3));" \
	"install one, name it with PYTHON=..., or use Docker: docker compose up." >&2; \
exit 1
endef

.PHONY: help run test lint docs bench drill clean programs

help: ## name the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: ## start everything on this machine, and say what to try; Ctrl-C stops it
	@$(call set-up,--extra test)
	@$(VENV)/dutyline up $(ARGS)

test: programs ## every test, those on real Asterisk included
	@$(VENV)/python -m tests $(ARGS)

lint: ## style, types, and who may import whom
	@$(call set-up,--extra test --extra lint)
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy
	$(VENV)/lint-imports --no-logo

bench: ## how fast, beside the same flow done in other ways on the same machine
	@$(call set-up,--extra test)
	@$(VENV)/python -m bench $(ARGS)

drill: programs ## kill the service with -9 under a page, 200 times at random moments (DUTYLINE_DRILLS)
	@DUTYLINE_DRILLS="$${DUTYLINE_DRILLS:-200}" $(VENV)/python -m pytest -q tests/stories/test_page_drill.py $(ARGS)

docs: ## write anew what in docs/ is made from the description of the language
	@$(call set-up,--extra test)
	@$(VENV)/python -m ivr.cli.reference

programs:
	@$(call set-up,--extra test)
	@$(VENV)/python -m asterisk.obtain asterisk sipp espeak graphviz >/dev/null

clean: ## remove .venv and what tools leave behind; calls, mails and Asterisk are kept
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
