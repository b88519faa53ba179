# Two commands set everything up on a fresh machine: `make demo` and `make test`.
# Both make their own virtual environment, .venv, and install this checkout into it.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
OLDEST := .venv/oldest

.PHONY: demo test test-long lint typecheck pytest oldest benchmark docs clean

demo: .venv/demo.stamp
	$(BIN)/python examples/smax_3m.py

test: lint typecheck pytest oldest

lint: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

typecheck: .venv/test.stamp
	$(BIN)/pyright --pythonpath $(BIN)/python

# Two processes, one a core; each is told not to spread over both. Tests that compile a program for
# every id do so without optimisation: they look at behaviour, and compiling is what takes time.
RUN := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist worksteal
QUICKLY := XLA_FLAGS=--xla_backend_optimization_level=0

pytest: .venv/test.stamp
	$(QUICKLY) $(RUN) tests/conformance tests/adapters
	$(RUN) --ignore tests/conformance --ignore tests/adapters

# the wrappers again, on the oldest Gymnasium that we support
oldest: .venv/test.stamp
	test -d $(OLDEST) || $(PIP) install -q --no-deps --target $(OLDEST) "gymnasium==1.2.2"
	PYTHONPATH=$(OLDEST) $(QUICKLY) $(RUN) -k "not SMAX or SMAX-3m" \
		tests/adapters/test_gymnasium.py tests/adapters/test_gymnasium_vector.py

# what `make test` leaves out because it takes long
test-long: .venv/test.stamp
	$(RUN) -m long

# about a quarter of an hour; nothing else should run on the machine
benchmark: .venv/test.stamp
	$(PIP) install -q -c constraints.txt -e ".[benchmark]"
	$(BIN)/python benchmarks/smax_against_jaxmarl.py
	$(BIN)/python benchmarks/parts.py
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/report.py

docs: .venv/test.stamp
	$(BIN)/python docs/generate.py

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/demo.stamp: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) install -q -c constraints.txt -e ".[all]"
	touch $@

.venv/test.stamp: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) install -q -c constraints.txt -e ".[dev]"
	$(PIP) install -q -c constraints.txt --no-deps overcooked  # its rules alone, which need NumPy only
	touch $@ .venv/demo.stamp

clean:
	rm -rf .venv dist
