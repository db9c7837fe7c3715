PYTHON ?= python3
PORT ?= 8000
DEMO ?= yes

BIN := .venv/bin
PREPARE := manage.py prepare $(if $(filter no,$(DEMO)),--empty)
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(if $(UPGRADE),--upgrade) \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
SERVED := DJANGO_SETTINGS_MODULE=config.settings.production SITE_URL=http://localhost:$(PORT)
DEVELOPED := DJANGO_SETTINGS_MODULE=config.settings.development SITE_URL=http://localhost:$(PORT)

.PHONY: help install run dev test soak check bench audit audit-deps lock

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: .venv/dev.stamp ## Put all packages into .venv, those of tests and checks included

run: .venv/base.stamp ## Serve the site and its worker as production does (PORT=8000, DEMO=no for an empty one)
	@$(BIN)/python scripts/port_is_free.py $(PORT)
	@PYTHONPATH=site $(BIN)/python -m config.secret
	@$(SERVED) $(BIN)/python $(PREPARE)
	@echo "Ctrl-C ends it."
	@exec env $(SERVED) PYTHONPATH=site $(BIN)/python scripts/serve_site.py --port $(PORT)

dev: .venv/dev.stamp ## Serve the code as it is edited, with errors shown and the style guide
	@$(BIN)/python scripts/port_is_free.py $(PORT)
	@$(DEVELOPED) $(BIN)/python $(PREPARE)
	@echo "Ctrl-C ends it."
	@exec env $(DEVELOPED) $(BIN)/python scripts/serve.py \
		$(BIN)/python manage.py runserver $(PORT) -- $(BIN)/python manage.py worker

test: .venv/dev.stamp ## Run the whole suite, on PostgreSQL and with Redis too where they answer
	@$(BIN)/python -m tests.run

soak: .venv/dev.stamp ## Run what is killed, damaged or looked at in the suite many times more
	@SOAK=1 $(BIN)/python -m tests.run tests/search tests/outbox tests/updates tests/browser \
		tests/operate/test_killed.py

check: .venv/dev.stamp ## Look over code, layers, templates, migrations, settings, requirements
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	PYTHONPATH=site $(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python scripts/check_requirements.py
	$(BIN)/python manage.py makemigrations --check --settings config.settings.test
	ENV_FILE=/dev/null DATA_DIR=.venv/checked SITE_URL=https://ill.example.org \
		SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

bench: .venv/dev.stamp ## Measure pages, searches, mail (ONLY=pages LOAD=5000 SIZES="2000 20000 100000")
	@$(BIN)/python manage.py bench --settings config.settings.test $(if $(SIZES),--sizes $(SIZES)) \
		$(if $(ONLY),--only $(ONLY)) $(if $(LOAD),--load $(LOAD))

audit: .venv/dev.stamp ## Look at the site with Lighthouse and the Nu checker (needs node, java, Chromium)
	@$(BIN)/python -m tests.audit

audit-deps: .venv/dev.stamp ## Ask the package index what is known against the pinned releases (needs PyPI)
	@$(BIN)/python scripts/audit_requirements.py

lock: .venv/dev.stamp ## Pin requirements/*.in anew; UPGRADE=yes takes the newest releases
	$(LOCK) requirements/base.in -o requirements/base.txt
	$(LOCK) requirements/dev.in -c requirements/base.txt -o requirements/dev.txt

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, and $(PYTHON) is not. Name one: make PYTHON=python3.12"; \
		exit 1; }
	@$(PYTHON) -m venv .venv

.venv/%.stamp: requirements/%.txt | .venv/bin/pip
	@echo "Installing $<"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
