# make run    the demo store on http://127.0.0.1:8000/
# make help   everything else

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export PYTEST_ARGS ?=

# A stamp carries the checksum of what was installed, so that a second start takes no time and a
# changed requirement is installed whatever the files' dates say.
RUNTIME := $(VENV)/installed-runtime-$(shell cat requirements.txt requirements-demo.txt | cksum | cut -d' ' -f1)
DEVELOPMENT := $(VENV)/installed-development-$(shell cat requirements*.txt | cksum | cut -d' ' -f1)
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --require-hashes

.PHONY: help run demo test check quality simulated proof screenshots lighthouse bench format lock

help:
	@echo "make run      prepare the demo store and open it (PORT=8000, DATA_DIR=var)"
	@echo "make demo     only prepare it: database, catalogue, shoppers, ranker"
	@echo "make test     all tests (PYTEST_ARGS='-k cart')"
	@echo "make check    ruff, mypy, import rules, templates, migrations"
	@echo "make quality  how well the ranker foresees real choices (under 10 minutes; writes DATA_DIR/reports)"
	@echo "make simulated    how well it learns from simulated shoppers (half an hour; DATA_DIR/reports)"
	@echo "make bench    our pages against django-oscar's (ten minutes; installs it beside, in a folder of its own)"
	@echo "make proof    prove that it learns, with controls (seven minutes; fails when one does not hold)"
	@echo "make screenshots  pictures of an open store into docs/images (STORE=http://127.0.0.1:8000)"
	@echo "make lighthouse   Lighthouse on an open store, as a table (needs npx; STORE as above)"
	@echo "make format   let ruff and djlint rewrite what they can"
	@echo "make lock     compile requirements*.in into requirements*.txt, with hashes"

run: $(RUNTIME)
	@$(BIN)/python scripts/open_store.py

demo: $(RUNTIME)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python manage.py prepare_demo

test: $(DEVELOPMENT)
	@$(BIN)/python scripts/system_packages.py browser
	@$(BIN)/python scripts/system_packages.py servers
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest $(PYTEST_ARGS)

# Checks open a database and draw a key; neither belongs in the store's own folder.
check: export DATA_DIR := $(VENV)/checks
check: $(DEVELOPMENT)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint --lint templates
	$(BIN)/python scripts/check_templates.py
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run

quality: $(RUNTIME)
	OMP_NUM_THREADS=2 OMP_WAIT_POLICY=PASSIVE OPENBLAS_NUM_THREADS=1 $(BIN)/python manage.py evaluate_ranker --data complete-journey --households 800

simulated: demo
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python manage.py compare_rankers
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python manage.py learning_curve

bench: $(RUNTIME)
	@$(BIN)/python benchmarks/storefront.py

proof: demo
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python manage.py prove_learning

# Both look at a store that is open: make run, in another window.
screenshots lighthouse: $(DEVELOPMENT)
	@$(BIN)/python scripts/$@.py

format: $(DEVELOPMENT)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(DEVELOPMENT)
	@for part in requirements requirements-dev requirements-demo; do \
		$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
			--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
			--output-file $$part.txt $$part.in || exit 1; \
	done

$(VENV)/made:
	@test -n "$(PYTHON)" || { echo "Basketwise needs Python 3.11, and no python3 was found."; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v[:2] != (3, 11) and \
		"Basketwise needs Python 3.11; $(PYTHON) is %d.%d. Name another one: make PYTHON=/path/to/python3.11" % v[:2])'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python cannot make virtual environments (Debian and Ubuntu: sudo apt-get install python3.11-venv)."; exit 1; }
	@echo "Making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) && touch $@

$(RUNTIME): | $(VENV)/made
	@echo "Installing what the store runs on: about 60 packages, 250 MB; one to three minutes the first time"
	@$(INSTALL) -r requirements.txt -r requirements-demo.txt
	@$(BIN)/python scripts/system_packages.py openmp
	@rm -f $(VENV)/installed-runtime-* && touch $@

$(DEVELOPMENT): $(RUNTIME)
	@echo "Installing what checks and tests need"
	@$(INSTALL) -r requirements-dev.txt
	@rm -f $(VENV)/installed-development-* && touch $@
