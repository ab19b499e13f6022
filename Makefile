# One verb per task; `make` lists them. CI calls `make check`, as a person would.

PYTHON ?= $(shell for python in python3 python /usr/bin/python3; do $$python -c '' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
SAM := .tools/sam/bin/sam
CHECKOV := .tools/checkov/bin/checkov
READY := .tools/ready
# One pytest per processor; `tests/conftest.py` says what stays together.
PARALLEL := --numprocesses auto --dist loadgroup

BENCHMARKS := cold_start emulator calls burst fleet engine pipelines compiling demo

.DEFAULT_GOAL := help
.PHONY: help setup demo up down build invoke test unit proof contract local container lint types template format bench check schema compile image lock clean

help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install everything into this folder, or mend it; the tasks below do it when needed
	@$(PYTHON) bootstrap.py
	@touch $(READY)

$(READY): uv.lock pyproject.toml scanners/uv.lock bootstrap.py
	@$(MAKE) --no-print-directory setup

demo: $(READY) ## the whole loop, from data to a version in use, and from drift to the next
	@$(BIN)/pointsman demo

up: $(READY) ## start the embedded AWS in the background, with the template deployed and the models applied
	@$(BIN)/pointsman up --deploy
	@$(BIN)/pointsman apply

down: ## stop the embedded AWS; what it holds is kept
	@if [ -x $(BIN)/pointsman ]; then $(BIN)/pointsman down; else echo "not set up"; fi

build: $(READY) ## build the functions, as an environment's `sam deploy` takes them
	@SAM_CLI_TELEMETRY=0 __SAM_CLI_APP_DIR=.tools/sam-settings $(SAM) build
	@$(BIN)/python -m pointsman.artefact

invoke: $(READY) ## a room in its container: make invoke ROOM=on_model_package EVENT=events/model_package_approved.json (takes Docker)
	@$(BIN)/pointsman invoke $(ROOM) $(EVENT)

test: $(READY) ## all tests
	@$(BIN)/pytest $(PARALLEL)

unit: $(READY) ## the tests that need no process and no socket
	@$(BIN)/pytest tests/unit

proof: $(READY) ## try to break every promise: all crash points, 10,000 stories, bugs put in on purpose (docs/proof.md)
	@$(BIN)/python -m tests.proof

contract: $(READY) ## the tests that hold fakes and real adapters to the same promises
	@$(BIN)/pytest $(PARALLEL) tests/contract

local: $(READY) ## the tests of the deployed template on the embedded AWS
	@$(BIN)/pytest $(PARALLEL) tests/local

container: $(READY) ## the tests of the built rooms in their containers, by the SAM CLI (takes Docker)
	@$(BIN)/pytest tests/container

lint: $(READY) ## style and common mistakes
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: $(READY) ## mypy, strict
	@$(BIN)/mypy

template: $(READY) ## is template.yaml valid, and what would a security review say?
	@SAM_CLI_TELEMETRY=0 __SAM_CLI_APP_DIR=.tools/sam-settings AWS_DEFAULT_REGION=us-east-1 $(SAM) validate --lint
	@found=$$(LOG_LEVEL=ERROR $(CHECKOV) --config-file .checkov.yaml) || { echo "$$found"; exit 1; }; echo "$$found"; \
	! echo "$$found" | grep "Parsing errors" # which it doesn't take for a failure

format: $(READY) ## rewrite the code in the project's format
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: $(READY) ## all benchmarks, a quarter of an hour; one alone: python -m benchmarks.NAME
	@for name in $(BENCHMARKS); do $(BIN)/python -m benchmarks.$$name || exit 1; done

check: lint types template test ## all that CI checks

schema: $(READY) ## write the JSON Schema of a model's YAML file anew, after a change of ModelSpec
	@$(BIN)/pointsman schema --output pipeline_defs/models/model.schema.json

compile: $(READY) ## write the pipelines' definitions anew, after a change of pipeline_defs/
	@$(BIN)/python -m pipeline_defs.compile

image: $(READY) ## build the image that steps run in, and push it for an environment: make image ENV=prod (takes Docker)
	@uri=$$($(BIN)/pointsman image --env $(ENV)) && registry=$${uri%%/*} && region=$$(echo $$registry | cut -d . -f 4) && \
	$(BIN)/aws ecr get-login-password --region $$region | docker login --username AWS --password-stdin $$registry && \
	docker build --platform linux/amd64 --tag $$uri pipeline_defs/images/steps && docker push $$uri

lock: $(READY) ## resolve the dependencies anew, after a change of pyproject.toml
	@.tools/uv/uv lock || uv lock
	@.tools/uv/uv lock --project scanners || uv lock --project scanners
	@(.tools/uv/uv export --frozen --only-group functions --no-emit-project --no-header -q -o functions/requirements.txt)
	@(.tools/uv/uv export --frozen --only-group steps --no-emit-project --no-header -q -o pipeline_defs/images/steps/requirements.txt)

clean: ## stop the embedded AWS, remove what was installed and built here
	-@if [ -x $(BIN)/pointsman ]; then $(BIN)/pointsman down; fi
	@rm -rf .venv .tools .aws-sam .pointsman .mypy_cache .ruff_cache .pytest_cache
