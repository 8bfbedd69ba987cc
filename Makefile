# Casset. `make run` runs the site, `make video` makes a music video, `make test` runs the tests;
# each sets everything up first.
.DEFAULT_GOAL := help
SHELL := /bin/bash
python := .venv/bin/python

# What a person types is handed over by the environment, letter for letter: no quoting, no expansion.
export CASSET_SONG := $(value SONG)
export CASSET_PROMPT := $(value PROMPT)
export CASSET_OUT := $(value OUT)
export CASSET_ASPECT := $(value ASPECT)
export CASSET_LYRICS := $(value LYRICS)
export CASSET_COVER := $(value COVER)
export CASSET_SEED := $(value SEED)
export CASSET_BEATS := $(value BEATS)
export CASSET_EMAIL := $(value EMAIL)

.PHONY: help setup setup-dev run servers admin video analyse test check bench lock clean

help: ## what can be made
	@echo 'make run [PORT=8000]: the whole site on this machine, until Ctrl-C'
	@echo 'make admin EMAIL=you@example.com: let a person use the admin'
	@echo 'make video SONG=song.ogg PROMPT="a lone figure walks neon streets in the rain" [OUT=out.mp4]'
	@echo '           [ASPECT=16:9|9:16|1:1] [LYRICS=song.lrc] [COVER=cover.jpg] [SEED=7] [BEATS=auto|half|double]'
	@echo 'make analyse SONG=song.ogg [OUT=analysis.json] [LYRICS=song.lrc] [BEATS=auto|half|double]'
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1: /'

setup: ## install what making videos needs
	@tools/setup.sh

setup-dev: ## and what the tests need
	@tools/setup.sh dev

run: setup
	@$(python) manage.py up

servers: setup ## PostgreSQL and Redis alone, while you use manage.py
	@$(python) manage.py servers

admin: setup
	@$(python) manage.py make_admin "$$CASSET_EMAIL"

video: setup ## song and sentence to a finished music video
	@$(python) manage.py make_video \
		--song="$$CASSET_SONG" --prompt="$$CASSET_PROMPT" --out="$${CASSET_OUT:-out.mp4}" \
		--aspect="$${CASSET_ASPECT:-16:9}" --lyrics="$$CASSET_LYRICS" --cover="$$CASSET_COVER" \
		--seed="$${CASSET_SEED:-1}" --beats="$${CASSET_BEATS:-auto}"

analyse: setup ## the audio parser alone, as JSON
	@$(python) manage.py analyse --song="$$CASSET_SONG" --out="$${CASSET_OUT:-analysis.json}" \
		--lyrics="$$CASSET_LYRICS" --beats="$${CASSET_BEATS:-auto}"

test: setup-dev ## all tests
	@$(python) -m pytest -q --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

check: setup-dev ## style, types, import rules
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@.venv/bin/lint-imports
	@$(python) -m mypy
	@$(python) manage.py check

bench: setup-dev ## figures beside peers, also written to benchmarks/results.json
	@$(python) -m benchmarks

lock: setup-dev ## pin requirements*.txt with hashes
	@$(python) tools/lock.py

clean: ## remove work folders and caches, not your videos nor what the site keeps
	rm -rf var/work var/cache var/static var/static.stamp var/tests .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
