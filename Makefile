# Set-up, build and tests: `make help` lists them. Needs Python 3.11 or newer; all else is set up in .venv.
.DEFAULT_GOAL := help
.PHONY: abstract baselines bench check clean docs fill gallery help lint lock new pictures poster preview print report schema setup setup-dev test verify

# `make report ENGINE=quarto THEME=mono STRICT=1`: make puts such choices into the environment of the command.
# Python shall keep its compiled code: without it every import takes four times longer.
unexport PYTHONDONTWRITEBYTECODE

# Where Homebrew keeps Pango. macOS drops this variable when it starts a shell, so it stands in the commands.
ifeq ($(shell uname -s),Darwin)
MAC := DYLD_FALLBACK_LIBRARY_PATH=/opt/homebrew/lib:/usr/local/lib:/usr/lib
endif
PYTHON = $(MAC) .venv/bin/python
COHORTPRESS = $(MAC) .venv/bin/cohortpress

report: setup ## Abstract and poster, as PDF and HTML, into _output/
	@$(COHORTPRESS) build

abstract poster: setup ## The one document alone
	@$(COHORTPRESS) build $@

# DATA may hold several files, and their names spaces: words are one name up to where there is such a file.
new: setup ## A study of your own: make new STUDY=my-study DATA=visits.xlsx
	@[ -n "$$STUDY" ] || { echo "Name its folder and your file: make new STUDY=my-study DATA=visits.xlsx" >&2; exit 2; }
	@set -f; name=; for word in $$DATA; do \
	  name="$${name:+$$name }$$word"; \
	  if [ -f "$$name" ]; then set -- "$$@" --data "$$name"; name=; fi; \
	done; \
	if [ -f "$$DATA" ]; then set -- --data "$$DATA"; elif [ -n "$$name" ]; then set -- "$$@" --data "$$name"; fi; \
	$(COHORTPRESS) new "$$STUDY" "$$@"

preview: setup ## Pages in a browser that follow every file you save
	@$(COHORTPRESS) preview

check: setup ## What STROBE and SAMPL ask, and what the abstract answers
	@$(COHORTPRESS) check

fill print: setup ## For Quarto's pre-render and post-render
	@$(COHORTPRESS) $@

verify: setup ## Read the finished documents back and hold every number against the results
	@$(COHORTPRESS) verify

test: lint ## Linters, types and tests
	@$(PYTHON) -m pytest --quiet --numprocesses auto --maxprocesses 4 --dist loadfile

lint: setup-dev ## Linters and types alone
	@.venv/bin/ruff check --output-format concise
	@.venv/bin/mypy

bench: setup-dev ## How long and how much memory, beside the floor and R Markdown
	@$(PYTHON) bench/bench.py
	@echo
	@$(PYTHON) bench/statistics_bench.py
	@echo
	@$(PYTHON) bench/printing_bench.py
	@echo
	@$(PYTHON) bench/new_study_bench.py
	@echo
	@$(PYTHON) bench/preview_bench.py

gallery: setup ## Pictures of all themes and figures for the documentation
	@$(PYTHON) tools/gallery.py

baselines: report ## The small pictures that tests hold the flagship's pages against
	@$(PYTHON) tools/baselines.py

docs: setup-dev ## The documentation as a site, into build/docs
	@$(PYTHON) -m sphinx --quiet --fail-on-warning --keep-going -d build/doctrees docs build/docs
	@echo build/docs/index.html

pictures: setup-dev ## The pictures of the tutorial
	@$(PYTHON) tools/pictures.py

schema: setup ## The JSON Schema of study.yml, of the models that read it
	@$(PYTHON) tools/schema.py

lock: setup-dev ## Lock the newest versions of all packages anew
	@sh tools/lock.sh

clean: ## Remove what was made, but for .venv
	@rm -rf build _output .mypy_cache .pytest_cache .ruff_cache .hypothesis

help: ## This list
	@sed -n 's/^\([a-z ]*\):.*## /\1:/p' Makefile | awk -F: '{printf "  %-17s%s\n", $$1, $$2}'
	@echo "Choices of a build: ENGINE=pandoc or quarto, THEME=a folder below templates/themes, STRICT=1"

setup:
	@sh tools/setup.sh

setup-dev:
	@sh tools/setup.sh dev
