# Casella's commands. Everything that they need beside Python 3.11 and make, they bring themselves.
.DEFAULT_GOAL := help
.PHONY: help setup setup-tests demo run test chaos hostile outages soak bench lint audit-dependencies protos protos-image lock clean
PYTHON := .venv/bin/python
# Programs of the environment find each other without being activated.
export PATH := .venv/bin:$(PATH)
# Without kept bytecode every process compiles all that it imports: a Casella costs half as much again to start.
unexport PYTHONDONTWRITEBYTECODE
TESTS ?= tests
SEED ?= 1

help:
	@echo "make demo     set everything up and play seven customers' stories, with time moved forward"
	@echo "make run      start everything and show where it is, until Ctrl-C"
	@echo "make test     run all tests"
	@echo "make chaos    kill processes at every moment that stories pass, and at random (CONTRIBUTING.md)"
	@echo "make hostile  try bad input on every field of every RPC, and every caller before each"
	@echo "make outages  take away what Casella needs, each thing for five minutes: an hour and a half"
	@echo "make soak     let MONTHS=24 pass for CUSTOMERS=200 who do what they like, and hold the books against the bank"
	@echo "make bench    measure speed and memory; BENCH=orders for a part (bench/README.md)"
	@echo "make setup    install what the others need, which each does by itself first"
	@echo "make lint     style, types, imports, contracts"
	@echo "make audit-dependencies  ask a public list for known vulnerabilities; needs internet"
	@echo "make protos   make the Python stubs from protos/ again"
	@echo "make lock     lock the dependencies of requirements.in again"
	@echo "make clean    remove what these commands made: environments, caches, var/"

setup:
	@sh deploy/build/setup.sh

setup-tests:
	@sh deploy/build/setup.sh --judge

demo: setup
	@exec $(PYTHON) -m deploy.local.demo

run: setup
	@exec $(PYTHON) -m deploy.local

# By file, because a file's world is started once; pytest-xdist 3.8 no longer sees groups under pytest 9.2.
test: setup-tests
	@$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(TESTS)

chaos: setup-tests
	@exec $(PYTHON) -m tests.chaos

outages: setup-tests
	@OUTAGES=$${OUTAGES:-all} OUTAGE_SECONDS=$${OUTAGE_SECONDS:-300} \
		$(PYTHON) -m pytest -s -v -o faulthandler_timeout=0 tests/outages

soak: setup-tests
	@exec $(PYTHON) -m tests.soak --months $${MONTHS:-24} --customers $${CUSTOMERS:-200} --seed $(SEED)

bench: setup
	@exec $(PYTHON) -m bench

# All of it takes minutes: bad input for every field of every RPC as every caller. SEED=… makes other random texts.
hostile: setup-tests
	@HOSTILE=all SEED=$(SEED) $(PYTHON) -m pytest -s tests/hostile

lint: setup
	@$(PYTHON) -m deploy.build.lint

audit-dependencies:
	@sh deploy/build/setup.sh --audit
	@$(PYTHON) -m deploy.build.audit

protos: setup
	@$(PYTHON) -m deploy.build.stubs

# Once a change of the contracts is released: from then on `make lint` compares with it.
protos-image: setup
	@buf build -o protos/casella.binpb

lock: setup
	@$(PYTHON) -m deploy.build.lock

clean:
	@sh deploy/build/clean.sh
