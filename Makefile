# What there is to do here. Each target says what it needs; `make` alone lists them.

CARGO ?= cargo
SOAK ?=

.DEFAULT_GOAL := help
.PHONY: help demo demo-fleet store-engines test page-tools net-tools bench bench-curve soak lint fuzz dist

help: ## List the targets
	@echo "Frontage: a shop from a feed. Targets:"
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  DEMO_DATA=FILE make demo           a shop of what your back end exported: JSON, CSV or XML"
	@echo "  DEMO_DATA=FOLDER make demo         a shop of the Icecat data set, e.g. ../shared/data/icecat-chorus-19k"
	@echo "  DEMO_PORT, DEMO_ADMIN_PORT, DEMO_BACKEND_PORT, DEMO_DESK_PORT, DEMO_PRODUCTS, DEMO_FOLDER, DEMO_KEEP=1 and DEMO_SECONDS change the demo"
	@echo "  SOAK=NAME make soak                run one soak test"
	@echo "  BENCH_PRODUCTS and BENCH_MAPPED_PRODUCTS change the bench's sizes"

demo: ## Build everything and open a shop at http://127.0.0.1:8080/
	$(CARGO) build --release --locked -p frontage-ingest -p frontage-server
	$(CARGO) build --release --locked -p frontage-tests --bin demo --bin sample-backend
	@target/release/demo

demo-fleet: export STORE_ENGINES ?= moto
demo-fleet: store-engines ## The same with a bucket, two ingest daemons and three servers
	$(CARGO) build --release --locked -p frontage-ingest -p frontage-server
	$(CARGO) build --release --locked -p frontage-tests --bin demo --bin sample-backend
	@DEMO_FLEET=1 target/release/demo

# The end-to-end tests start the daemons as processes, so their binaries are built first.
# Whoever reads a long log of many tests wants what failed, not sixty lines of the runtime after each.
test: export RUST_BACKTRACE = 0
test: ## Run all tests and print their counts
	$(CARGO) build --locked --workspace --bins
	@log=$$(mktemp) && trap 'rm -f "$$log"' EXIT && \
	  { $(CARGO) test --locked --workspace --no-fail-fast 2>&1; echo "exit $$?" >> "$$log.code"; } | tee "$$log"; \
	  code=$$(sed -n 's/^exit //p' "$$log.code"); rm -f "$$log.code"; \
	  awk '/^test result:/ { passed += $$4; failed += $$6; ignored += $$8 } \
	    END { printf "tests: %d passed, %d failed, %d ignored\n", passed, failed, ignored }' "$$log"; \
	  exit "$$code"

# Tests that need them say that they are left out where they are missing.
page-tools: ## Install axe-core, the Nu HTML checker (needs Java) and Lighthouse for the tests, with npm
	npm install --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --prefix target/page-tools \
	  axe-core@4.13.0 vnu-jar@26.9.27 lighthouse@12.8.2

# h2load (nghttp2-client), wrk and promtool (prometheus) come with the distribution.
net-tools: ## Install sslyze for the tests, with Python
	test -x target/net-tools/sslyze/bin/sslyze || \
	  { python3 -m venv target/net-tools/sslyze && \
	    target/net-tools/sslyze/bin/pip install --quiet --disable-pip-version-check 'sslyze==6.3.1'; }

# Garage ignores conditions, the others keep to them. Its licence is the AGPL: it is run, and no part of anything here.
# What cannot be installed is left out, and said by the tests. Each is built as fast as it can be, not to be fast itself.
store-engines: ## Install object stores for the tests: moto with Python, s3s-fs and Garage with cargo (STORE_ENGINES="moto garage" for some)
	@for engine in $${STORE_ENGINES:-moto s3s garage}; do \
	  case $$engine in \
	    moto) test -x target/engines/moto/bin/moto_server || \
	      { python3 -m venv target/engines/moto && \
	        target/engines/moto/bin/pip install --quiet --disable-pip-version-check 'moto[server,s3]==5.2.5'; } || \
	      echo "moto could not be installed (is python3-venv there?)" >&2 ;; \
	    s3s) test -x target/engines/s3s/bin/s3s-fs || \
	      CARGO_TARGET_DIR=target/engines/build CARGO_PROFILE_DEV_DEBUG=0 $(CARGO) install --quiet --debug --locked \
	        --features binary --version 0.14.1 --root target/engines/s3s s3s-fs || \
	      echo "s3s-fs could not be installed" >&2 ;; \
	    garage) test -x target/engines/garage/bin/garage || \
	      CARGO_TARGET_DIR=target/engines/build CARGO_PROFILE_DEV_DEBUG=0 $(CARGO) install --quiet --debug --locked \
	        --no-default-features --features bundled-libs,lmdb --version 2.5.0 --root target/engines/garage garage || \
	      echo "Garage could not be installed" >&2 ;; \
	  esac; \
	done

bench: ## Measure pages, cycles and memory; writes target/bench.json
	$(CARGO) build --release --locked --workspace --bins
	target/release/bench

bench-curve: ## The same for 1 k to 1 M products; writes docs/performance-curve.svg
	$(CARGO) build --release --locked --workspace --bins
	BENCH_CURVE=1 target/release/bench
	cp target/performance-curve.svg docs/performance-curve.svg

soak: ## Run the long tests; writes target/soak.json
	$(CARGO) build --release --locked --workspace --bins
	target/release/soak $(SOAK)

lint: ## Check formatting and lints
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings

# The Debian package and the image are packed from what is built here; see docs/packaging.md.
dist: ## Build what is shipped into target/dist-files: binaries, manual, Debian package, image, bill of materials
	packaging/build target/dist-files
	packaging/deb target/dist-files target/dist-files
	packaging/image target/dist-files target/dist-files/frontage-image.tar
	cd target/dist-files && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | xargs sha256sum > SHA256SUMS

fuzz: ## Fuzz the snapshot reader, manifests, routes and mappings (nightly compiler and cargo-fuzz)
	tests/fuzz/run
