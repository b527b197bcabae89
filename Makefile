# The project's commands; `make` alone lists them. The logic is in bin/venv (environments) and manage.py serve (the site).
# What depends on torch has environments of its own, so that whoever only runs the site never downloads it.

PYTHON := .venv/bin/python
TRAINING := .venv-train/bin/python
BENCHMARK := .venv-bench/bin/python
TYPED := lpu_engine playground training bench manage.py

.PHONY: help run test check lint format types javascript fix tools live golden listings bench train evaluate
.DEFAULT_GOAL := help

help:
	@echo 'make run      the site on HOST:PORT (127.0.0.1:8000); HOST=0.0.0.0 make run: for phones on your network too'
	@echo 'make test     all tests; make test ARGS="tests/engine -x": some of them'
	@echo 'make check    lint, format, types, JavaScript syntax; make fix: mends what can be mended'
	@echo 'make live     adds transformers to .venv, so that make test compares with it live'
	@echo 'make golden   writes tests/golden/ anew'
	@echo 'make listings writes the listings among them, which need no transformers'
	@echo 'make bench    this engine beside llama.cpp and transformers; make bench ARGS="--only 6M": some parts; ARGS=--help'
	@echo 'make train    trains Pebble'
	@echo 'make evaluate asks it what it was never trained on; ARGS=--wrong shows what it got wrong'

run:
	@bin/venv .venv requirements.txt && exec $(PYTHON) manage.py serve

test: tools
	$(PYTHON) -m pytest -n 2 --dist worksteal $(ARGS)

check: lint format types javascript

lint: tools
	@echo '-- lint'
	@$(PYTHON) -m ruff check

format: tools
	@echo '-- format'
	@$(PYTHON) -m ruff format --check

types: tools
	@echo '-- types'
	@$(PYTHON) -m mypy $(TYPED)

javascript:
	@echo '-- JavaScript'
	@if command -v node >/dev/null; then \
	    find static -name '*.js' | while read -r file; do \
	        node --input-type=module --check - <"$$file" || { echo "in $$file" >&2; exit 1; }; \
	    done; \
	else echo 'skipped: node is not installed'; fi

fix: tools
	@$(PYTHON) -m ruff check --fix
	@$(PYTHON) -m ruff format

tools:
	@bin/venv .venv requirements.txt requirements-dev.txt

live: tools
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --constraint requirements-bench.txt torch transformers

golden: live listings
	$(PYTHON) -m tests.golden

listings: tools
	$(PYTHON) -m tests.golden.listings

bench:
	@bin/venv .venv-bench requirements.txt requirements-bench.txt
	@$(BENCHMARK) -m bench $(if $(filter --only --svg --help,$(ARGS)),,--svg docs/bench.svg) $(ARGS)

train:
	@bin/venv .venv-train requirements.txt requirements-train.txt
	@$(TRAINING) -m training.train $(ARGS)

evaluate:
	@bin/venv .venv requirements.txt
	@$(PYTHON) -m training.evaluate $(ARGS)
