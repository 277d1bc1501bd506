# Everything below works in .venv, made from requirements.lock, and keeps what it makes in .headwater.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
REST := service or browser or slow
UV ?= uv

CASES ?= 10000

.PHONY: help demo story test check oracle up lock clean

help:
	@echo "make demo    run the loan approval pipeline, serve its model, trace one prediction to its source rows"
	@echo "make story   recall wrong rows of a bought list: what they reached, what is rebuilt, which decisions flip"
	@echo "make up      run Airflow, MLflow and the inference servers on this machine, until Ctrl-C"
	@echo "make test    run the tests that need nothing but Python"
	@echo "make check   run all other tests (services, a browser, long runs)"
	@echo "make oracle  hold impact and rebuild against brute force in 10,000 random pipelines (CASES=…)"
	@echo "make lock    choose the newest versions that setup.cfg allows (needs uv)"
	@echo "make clean   remove everything that the others made"

demo: $(INSTALLED)
	@$(BIN)/headwater demo

story: $(INSTALLED)
	@$(BIN)/headwater story

up: $(INSTALLED)
	@$(BIN)/headwater up

test: $(INSTALLED)
	@$(BIN)/python -m pytest -n logical -m "not ($(REST))"

check: $(INSTALLED)
	@$(BIN)/python -m pytest -m "$(REST)"

oracle: $(INSTALLED)
	@HEADWATER_ORACLE_CASES=$(CASES) $(BIN)/python -m pytest -p no:xdist tests/oracle/test_oracle.py

$(INSTALLED): requirements.lock setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Headwater needs Python 3.11 or newer, found $$($(PYTHON) --version). Try: make PYTHON=python3.12 …"; exit 1; }
	@echo "Installing into .venv, once; this takes a minute or two …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-cache-dir --no-compile --no-deps -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-cache-dir --no-deps --editable .
	@$(BIN)/python -m compileall -qq -j 0 .venv/lib pipeline lineage || true
	@touch $(INSTALLED)

lock:
	$(UV) pip compile --quiet --universal --python-version 3.11 --no-annotate --no-emit-index-url \
		--custom-compile-command "make lock" --upgrade --all-extras -o requirements.lock setup.cfg

clean:
	rm -rf .venv .headwater build dist *.egg-info .pytest_cache .hypothesis .import_linter_cache
	find pipeline lineage dags tests -name __pycache__ -type d -prune -exec rm -rf {} +
