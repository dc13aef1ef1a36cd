# Every task of the project, for people and for CI alike.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint app bench bundle fresh clean

demo: .venv/run            ## plan the demo city, print the result and write out/
	$(BIN)/govplan demo --output out

test: .venv/dev            ## every test; browser tests need Chromium
	$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: .venv/dev            ## style, types, layers, sizes, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_generated.py

app: .venv/run             ## the web face on http://localhost:8501
	$(BIN)/govplan app

bench: .venv/dev           ## every benchmark, one JSON object each
	$(BIN)/python -m benchmarks.city --against textbook
	$(BIN)/python -m benchmarks.city --systems 40
	$(BIN)/python -m benchmarks.province
	$(BIN)/python -m benchmarks.address_plan --prefixes 1000000
	$(BIN)/python -m benchmarks.extranet --villages 700000
	$(BIN)/python -m benchmarks.telemetry --samples 5000000 --fleet 2000

bundle: .venv/run          ## every wheel for a closed network, in bundle/
	$(BIN)/pip download -q --require-hashes -r requirements.lock -d bundle
	$(BIN)/pip wheel -q --no-deps --no-build-isolation -w bundle .

fresh: .venv/dev           ## write the generated files anew
	$(BIN)/python -m docs.generate

.venv: .venv/run
.venv/python: .python-version
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 12))' || { echo "govplan needs Python 3.12 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Install Python 3.13 or call: make PYTHON=python3.13" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	touch $@

.venv/run: requirements.lock pyproject.toml .venv/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/dev: requirements-dev.lock .venv/run
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

clean:
	rm -rf .venv out bundle
