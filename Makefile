# Needs make and Python 3.11 to 3.13 on Linux x86-64 with glibc 2.28 or newer; everything else goes
# into .venv.
# make figures: the laptop study; make test: the tests. make figures resumes if it is run again.

PYTHON ?= python3
CONFIG ?= config/laptop.yaml
CORES ?= all
ARCHIVE ?= results/$(call shown,$(basename $(notdir $(call hidden,$(CONFIG))))).tar
FOLDER ?= $(call shown,$(basename $(call hidden,$(ARCHIVE))))-from-archive
# One test process on each core.
PARALLEL := -n auto --dist worksteal
# Texts are UTF-8 whatever the locale; packages are the pinned ones and no others.
export PYTHONUTF8 := 1
export PYTHONNOUSERSITE := 1
unexport PYTHONPATH
VENV := .venv
BIN := $(VENV)/bin
# Marks: the folder that .venv was made in, which is written into it, and what is installed there.
sum = $(shell { pwd -P; cat /dev/null $(1); } | cksum | cut -d' ' -f1)
OWN := $(VENV)/of-$(call sum,)
READY := $(VENV)/ready-$(call sum,requirements.lock pyproject.toml)

# A text as one argument of a command; and blanks hidden from make, to which they end a name.
quoted = '$(subst ','\'',$(1))'
empty :=
hidden = $(subst $(empty) $(empty),|,$(1))
shown = $(subst |,$(empty) $(empty),$(1))

.PHONY: help install figures archive figures-from-archive test test-fast test-physics test-cluster \
    test-cluster-study docs benchmarks lint format lock dag clean-venv

help:  ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 24

install: $(READY)  ## install the pinned packages into .venv and compile kernels, and nothing else

figures: $(READY)  ## run the study of CONFIG (default: laptop) and write its report
	@$(BIN)/python -m softness run $(call quoted,$(CONFIG)) --time --cores $(CORES)

archive: $(READY)  ## pack what the figures of CONFIG are drawn from as ARCHIVE
	@$(BIN)/python -m softness archive $(call quoted,$(CONFIG)) $(call quoted,$(ARCHIVE))

figures-from-archive: $(READY)  ## check ARCHIVE and redraw its figures in FOLDER
	@$(BIN)/python -m softness figures-from-archive $(call quoted,$(ARCHIVE)) $(call quoted,$(FOLDER))

test: $(READY)  ## unit, physics and workflow tests, the fast ones first
	$(BIN)/python -m pytest tests/unit tests/physics tests/workflow -m "not long" $(PARALLEL)

test-fast: $(READY)  ## unit tests alone
	$(BIN)/python -m pytest tests/unit -m "not long" $(PARALLEL)

test-physics: $(READY)  ## the whole table of reference values, and long unit tests: hours of simulation
	$(BIN)/python -m pytest tests/physics $(PARALLEL)
	$(BIN)/python -m pytest tests/unit -m long $(PARALLEL)

test-cluster: $(READY)  ## install SLURM from the distribution (as root), run part of a study on it
	scripts/install_slurm
	SOFTNESS_CLUSTER=1 $(BIN)/python -m pytest tests/cluster -m "not long"

test-cluster-study: $(READY)  ## the same, and a whole study: half an hour
	scripts/install_slurm
	SOFTNESS_CLUSTER=1 $(BIN)/python -m pytest tests/cluster

docs: $(READY)  ## build the documentation site in docs/_build/html
	$(BIN)/python -m sphinx -W --keep-going -q docs docs/_build/html

benchmarks: $(READY)  ## measure speeds as ratios (docs/performance.md)
	for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

lint: $(READY)  ## check style of code and workflow
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	PATH="$(CURDIR)/$(BIN):$$PATH" snakemake --lint

format: $(READY)  ## put code and workflow into the project's style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/snakefmt Snakefile workflow

lock: $(READY)  ## pin all dependencies anew, with hashes
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate --upgrade \
	    --all-extras --output-file requirements.lock pyproject.toml

dag: $(READY)  ## draw the graph of rules of CONFIG as dag.svg (needs Graphviz)
	PATH="$(CURDIR)/$(BIN):$$PATH" snakemake --configfile $(call quoted,$(CONFIG)) --rulegraph | dot -Tsvg > dag.svg

clean-venv:  ## remove .venv; results stay
	rm -rf $(VENV)

# A copied or moved checkout makes .venv anew, so that the code that lies here is what runs; a new
# lock file installs again. An interrupted installation leaves no mark, and is done again. The check
# finds the engines, and compiles what would otherwise hold up the first study.
$(READY):
	@$(PYTHON) scripts/check_system.py
	@test -e $(OWN) && $(BIN)/python -m pip --version >/dev/null 2>&1 || \
	    { $(PYTHON) -m venv --clear $(VENV) && touch $(OWN); }
	@echo "Installing the pinned packages into $(VENV): a minute or two"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --prefer-binary \
	    --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	    --no-build-isolation --editable .
	@$(BIN)/python -m softness check config/smoke.yaml >/dev/null || \
	    echo "note: nothing can be simulated here until this is mended; all else is installed"
	@rm -f $(VENV)/ready-*
	@touch $@
