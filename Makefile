# hoshi. Each target does its own set-up and builds nothing twice. `make run` serves on port 8080.

SHELL := /bin/bash
.DELETE_ON_ERROR:

NODE ?= node
# The TypeScript of tsconfig.serving.json, and of tsconfig.json. An upload to Google Cloud has no test/ and no bench/.
SERVING_SOURCES := $(shell find bin cli function lib model native -name '*.ts')
SOURCES := $(SERVING_SOURCES) $(shell find image bench test -name '*.ts' 2>/dev/null)
CXX_SOURCES := $(shell find native -name '*.cc' -o -name '*.h')
CXX_TEST_SOURCES := $(shell find test bench -name '*.cc' -o -name '*.h' 2>/dev/null)
# The engines that `make server` packs: `native-lightgbm` for both native engines, which serve any model; `native` alone;
# or `all`. Only `native` needs no LightGBM.
ENGINES ?= native-lightgbm
ENGINE := build/addon/Release/hoshi_engine.node
LIGHTGBM := build/addon/Release/hoshi_lightgbm.node
# CMake's list of the compiler's calls, from which the gate takes the flags.
COMPILE_COMMANDS := build/addon/compile_commands.json
DICTIONARY := build/dictionary/ipadic.bin
NORMALIZER := build/dictionary/normalizer.bin
SERVER := build/server/server.cjs
COMPILED := model/stars/vocabulary.bin model/stars/forest.bin model/stars/contributions.bin
# All that a server needs. LightGBM is not in it.
SERVING := dist/.tsbuildinfo-serving $(ENGINE) $(DICTIONARY) $(NORMALIZER) $(COMPILED)
CLANG_FORMAT := build/clang-format/clang_format/data/bin/clang-format
CLANG_FORMAT_VERSION := 23.1.5
TYPEDOC_VERSION := 0.28.20

# Runs NAME-files in a make of its own, with two jobs. Only one such make runs in a checkout: the next one waits for its
# end, then finds the work done.
make-locked = @mkdir -p build; \
  flock --nonblock build/lock true || echo 'hoshi: waiting for another build in this folder' >&2; \
  flock build/lock $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,--jobs=2) $@-files

# The platforms of `make package`, and those without musl of `make wheel`: native/zig/toolchain has them.
PLATFORMS ?= linux-x64 linux-arm64 linux-x64-musl linux-arm64-musl
PREBUILDS = $(PLATFORMS:%=build/prebuilds/%/hoshi_engine.node)
PACKAGE := build/package/files.txt

.PHONY: run serving development lightgbm build server package wheel docs image deploy gcp-build \
  serving-files development-files lightgbm-files build-files server-files wheel-files \
  check format test browser clients image-test knative-test package-test wheel-test spark-test spark-rates spark-image-test buildpack-test \
  arm64-test sanitize tsan fuzz wheel-sanitize wheel-long faults imports bigquery-peers bigquery-rate \
  bench gate train spreadsheets tools tools-lightgbm clean

run: serving
	$(NODE) dist/function/main.js

# Builds what serves: under a minute in a new checkout, most of it npm packages and C++.
serving:
	$(make-locked)

# Builds LightGBM and its addon, for training, imports and the engines that predict with LightGBM. `bin/hoshi` calls it when
# a command needs them.
lightgbm:
	$(make-locked)

# A test that hangs fails after ten minutes, and its name is printed.
test: build server
	$(NODE) --test --test-timeout=600000 $$(find dist/test -name '*.test.js' -not -path '*/browser/*' -not -path '*/knative/*' -not -path '*/package/*' -not -name image.test.js | sort)

build:
	$(make-locked)

# Builds build/server, hoshi's part of an image: the server in one file, with the addon and the tables that it needs.
server:
	$(make-locked)

# Compiles all TypeScript, with the tests, and installs the packages for development.
development:
	$(make-locked)

# Builds the Python package for x64 and arm64: build/wheel/*.whl. PLATFORMS=linux-x64 builds one of them.
wheel:
	$(make-locked)

wheel-files: $(DICTIONARY) $(NORMALIZER) $(COMPILED)
	python/build $(filter-out %-musl,$(PLATFORMS))

# Tests the wheel: alone, with numpy, pandas, Arrow and DuckDB, and its types.
wheel-test: build
	test/python/run bare packages types

# The C ABI from C, and the package, under the address and undefined-behaviour sanitizers.
wheel-sanitize: build
	test/python/run sanitize

# The wheel on each Python from 3.10 to 3.13 that is found: 100,000 texts, two threads, 10,000 loads.
wheel-long: build
	test/python/run long

# Scores in Spark with two executors, and kills one: make spark-test ROWS=1000000. It needs Java 17.
spark-test: build
	ROWS=$(ROWS) test/python/run spark

# Where the time of a job in Spark goes: make spark-rates ROWS=200000 ROUNDS=5. It needs Java 17.
spark-rates: build
	ROWS=$(ROWS) ROUNDS=$(ROUNDS) test/python/run rates

# Builds the image of deploy/spark with buildah, and scores in it with a Spark that is mounted. It needs root, Java 17, `make wheel`
# and `HOSHI_TOOL=buildah make image`. SPARK='3.5.9 4.3.0' mounts one after the other.
spark-image-test: build
	test/deploy/spark-image

serving-files: $(SERVING); @:
lightgbm-files: $(LIGHTGBM); @:
build-files: $(SERVING) $(LIGHTGBM) dist/.tsbuildinfo; @:
server-files: $(SERVER); @:
package-files: $(PACKAGE); @:
development-files: dist/.tsbuildinfo; @:

# Writes the documentation of the library, as HTML, to build/docs. TypeDoc needs the compiler of TypeScript 6, so it is no
# dependency of hoshi.
docs: serving
	npx --yes --package typedoc@$(TYPEDOC_VERSION) --package typescript@6.0.3 typedoc lib/index.ts --tsconfig tsconfig.serving.json \
	  --out build/docs --readme lib/README.md --name hoshi --treatWarningsAsErrors --disableSources

# Builds a container image of build/server with docker or buildah. image/build lists its variables.
image:
	image/build

# Builds the image and tests it, started as a container runtime would start it.
image-test: build
	$(NODE) --test dist/test/image/image.test.js

# Packs hoshi for npm, with the addons of all PLATFORMS: build/package/hoshi-VERSION.tgz, its checksum, bill of materials and
# list of files. The first run compiles LightGBM for each platform, about three minutes each on two cores.
package:
	$(make-locked)

# Tests the list of the package, then installs it without compiler and network in another Debian release, on each Node of
# NODES. It needs root and debootstrap. The tests build no package: run `make package` first, as CI does for its one platform.
package-test: $(PACKAGE) dist/.tsbuildinfo
	$(NODE) --test dist/test/package/*.test.js
	test/package/install $(NODES)

# Types, lint, format, and the rules of the layout: which files include <napi.h>, and which folders each folder imports.
check: development $(CLANG_FORMAT)
	npx --no-install biome check .
	$(CLANG_FORMAT) --dry-run -Werror $(CXX_SOURCES) $(CXX_TEST_SOURCES)
	$(NODE) --test dist/test/layout.test.js

format: development $(CLANG_FORMAT)
	npx --no-install biome check --write .
	$(CLANG_FORMAT) -i $(CXX_SOURCES) $(CXX_TEST_SOURCES)

# Repeats the tests that reach C++, on addons with the address and undefined-behaviour sanitizers. About three minutes.
sanitize: build
	NODE=$(NODE) test/native/sanitize

# Tests the addons on arm64 (under qemu on another processor), and compares all answers with x64. FULL=1 is longer.
arm64-test: build
	NODE=$(NODE) test/arm64/run

# Scores batches, explains texts and trains on many threads, under the thread sanitizer.
tsan: build/tsan/scorer_pool build/tsan/training serving
	TSAN_OPTIONS=halt_on_error=1 build/tsan/scorer_pool $(DICTIONARY) $(NORMALIZER) $(COMPILED)
	TSAN_OPTIONS=halt_on_error=1 build/tsan/training $(DICTIONARY) $(NORMALIZER) $(firstword $(COMPILED))

# Tests the server with Python clients and schemathesis, which are installed into build/.
clients: build
	NODE=$(NODE) test/clients/run

# Compares POST /bigquery with the handler that BigQuery DataFrames generates. It installs 800 MB into build/.
bigquery-peers: build
	NODE=$(NODE) BIGFRAMES=1 test/clients/run

# Scores a million rows by POST /bigquery. ARGS='--batch 100 --mode label' changes the requests.
bigquery-rate: build server
	$(NODE) dist/test/long/bigquery.js $(ARGS)

# Tests the page in Chromium. If Chromium is missing, the tests are skipped, or fail with CHROMIUM_REQUIRED=1.
# Screenshots go to build/browser.
browser: build
	$(NODE) --test dist/test/browser/*.test.js

# Kills `hoshi train` before each of its system calls, and lets each call on a file fail: half an hour or more. The older
# bundle or the new one has to be there each time. ARGS='--every 10' is shorter. It needs g++.
faults: build
	$(NODE) dist/test/long/faults.js $(ARGS)

# For Google Cloud's buildpacks, which run it after `npm ci` and before `npm prune`. It is not for a working copy: it
# changes package.json, so that `npm prune` removes the packages of tools/, too.
gcp-build:
	rm -rf build dist
	touch node_modules/.serving
	$(MAKE) --no-print-directory serving
	rm -rf build/addon/CMakeFiles build/addon/Release/obj* build/lock
	npm pkg delete workspaces

# Does the steps of Google's buildpacks in a root with the packages of its builder image. It needs root and debootstrap.
buildpack-test:
	test/deploy/buildpack

# Deploys the image of `make image` to a cluster with Knative: make deploy REGISTRY=HOST/PROJECT/REPOSITORY
deploy:
	deploy/apply

# Tests hoshi on a real Knative: on the cluster of KUBECONFIG, or on one that the tests start if they can. FULL=1 makes
# the longer runs. FILES limits the run to some of dist/test/knative/*.test.js.
knative-test: build
	NODE=$(NODE) FULL=$(FULL) test/knative/run $(FILES)

# Runs each fuzzer for SECONDS seconds. Findings go to build/fuzz. It needs clang and its libFuzzer.
SECONDS := 60
FUZZERS := analyzer dictionary vocabulary forest contributions normalizer normalizer_tables
fuzz: $(FUZZERS:%=build/fuzz/%) serving development
	$(NODE) dist/test/fuzz/seeds.js build/fuzz/corpus
	for fuzzer in $(FUZZERS); do \
	  build/fuzz/$$fuzzer -max_total_time=$(SECONDS) -timeout=20 -max_len=4500 -print_final_stats=1 \
	    -artifact_prefix=build/fuzz/$$fuzzer- build/fuzz/corpus/$$fuzzer || exit 1; \
	done

# Imports models of many versions of scikit-learn and LightGBM, and damaged ones. It installs the versions into build/imports
# for each Python from 3.9 to 3.13 that it finds; about half an hour.
imports: build
	$(NODE) dist/test/long/imports.js

bench: build
	$(NODE) dist/bench/main.js

# Fails if a stage of the engine executes over 5 % more instructions than bench/instructions.json says. It needs
# valgrind. It is skipped with another compiler than that of the file, or fails with GATE_REQUIRED=1.
gate: build $(COMPILE_COMMANDS)
	$(NODE) dist/bench/main.js gate

# Trains the shipped model from the corpus. It makes the same bytes each time.
train: build
	bin/hoshi train-corpus --out model/stars

# Writes the files of test/fixtures/spreadsheets again with LibreOffice.
spreadsheets:
	test/fixtures/spreadsheets/make

# Stops at the first missing prerequisite, and prints the command that installs it.
tools:
	@need() { echo "hoshi: $$1 is missing: $$2" >&2; exit 1; }; \
	command -v $(NODE) >/dev/null || need 'Node 20 or newer' 'apt-get install nodejs npm (or nodejs.org)'; \
	[ "$$($(NODE) -p 'process.versions.node.split(".")[0] >= 20')" = true ] || need 'Node 20 or newer' "found Node $$($(NODE) --version); see nodejs.org"; \
	command -v npm >/dev/null || need npm 'apt-get install npm'; \
	command -v g++ >/dev/null || need g++ 'apt-get install g++'

tools-lightgbm: tools
	@need() { echo "hoshi: $$1 is missing, which LightGBM needs: $$2" >&2; exit 1; }; \
	command -v python3 >/dev/null || need python3 'apt-get install python3-pip'; \
	python3 -m pip --version >/dev/null 2>&1 || need pip 'apt-get install python3-pip'

# The packages that hoshi runs on, and those of tools/package.json, which compile it. Installed packages for development stay.
node_modules/.serving: package.json package-lock.json tools/package.json | tools
	npm ci --no-audit --no-fund $(if $(wildcard node_modules/.development),,--omit=dev)
	@touch $@

# Also the packages that check, test and pack hoshi. `npm ci` would remove the others first, from under a running server.
node_modules/.development: node_modules/.serving
	npm install --no-save --no-audit --no-fund --include=dev
	@touch $@

build/lightgbm/lib/lib_lightgbm.a: native/lightgbm/build | tools-lightgbm node_modules/.serving
	native/lightgbm/build
	@touch $@

$(ENGINE) $(COMPILE_COMMANDS) &: native/build CMakeLists.txt $(CXX_SOURCES) node_modules/.serving
	native/build hoshi_engine
	@touch $(ENGINE) $(COMPILE_COMMANDS)

# Both addons are in one folder of CMake, which runs there once at a time.
$(LIGHTGBM): build/lightgbm/lib/lib_lightgbm.a native/build CMakeLists.txt $(CXX_SOURCES) node_modules/.serving | $(ENGINE)
	native/build hoshi_lightgbm
	@touch $@

dist/.tsbuildinfo-serving: tsconfig.json tsconfig.serving.json node_modules/.serving $(SERVING_SOURCES)
	npx --no-install tsc --build tsconfig.serving.json
	@touch $@

dist/.tsbuildinfo: dist/.tsbuildinfo-serving node_modules/.development $(SOURCES)
	npx --no-install tsc --build
	@touch $@

# The files that the native engine maps: kuromoji's dictionary, with its frequent entries close together, the tables of
# the normalizer, and the shipped model. The corpus gives the frequencies.
$(DICTIONARY) $(NORMALIZER) &: $(wildcard model/compile/*.ts model/reference/normalization/*.tsv) $(wildcard model/corpus/*.tsv model/corpus/sentences/*.tsv) node_modules/.serving | dist/.tsbuildinfo-serving
	bin/hoshi compile-dictionary --out $(DICTIONARY)
	@touch $(DICTIONARY) $(NORMALIZER)

$(COMPILED) &: $(wildcard model/compile/*.ts) model/bundle/compile.ts model/stars/manifest.json | dist/.tsbuildinfo-serving
	bin/hoshi compile model/stars

$(SERVER): $(SOURCES) $(SERVING) $(if $(filter-out native,$(ENGINES)),$(LIGHTGBM)) package.json LICENSE NOTICE \
  $(wildcard function/pages/*) | dist/.tsbuildinfo
	$(NODE) dist/image/pack.js $(@D) $(ENGINES)

# native/prebuild makes both addons.
build/prebuilds/%/hoshi_engine.node: native/prebuild native/zig/toolchain native/zig/requirements.txt native/zig/libm.cc native/addon.map \
  native/lightgbm/build CMakeLists.txt $(CXX_SOURCES) node_modules/.serving
	native/prebuild $*

# Two runs for one commit and the same PLATFORMS give the same bytes.
$(PACKAGE): $(PREBUILDS) $(DICTIONARY) $(NORMALIZER) $(COMPILED) dist/.tsbuildinfo package.json package-lock.json LICENSE NOTICE \
  README.md README.ja.md $(wildcard function/pages/* model/stars/*) build/package/platforms
	$(NODE) dist/image/npm-package.js $(@D)/new $(PLATFORMS)
	rm -rf $(@D)/hoshi $(@D)/*.tgz* && mv $(@D)/new/* $(@D) && rmdir $(@D)/new
	@touch $@

# Changes if PLATFORMS do.
build/package/platforms: FORCE
	@mkdir -p $(@D); echo '$(PLATFORMS)' | cmp --silent - $@ || echo '$(PLATFORMS)' >$@
FORCE:

# The engine without Node, for the programs in test/ that are pure C++.
CORE := $(addprefix native/,table_file.cc dictionary.cc normalizer/elongation.cc normalizer/kaomoji.cc \
  normalizer/nfkc.cc normalizer/normalizer.cc normalizer/spelling.cc normalizer/steps.cc normalizer/tables.cc \
  analyzer.cc vocabulary.cc ruled_terms.cc vectorizer.cc extractor.cc linear_leaf.cc forest.cc contributions.cc \
  explanation.cc scorer_pool.cc)
CORE_FLAGS := -std=c++20 -O2 -g -fno-omit-frame-pointer -ffp-contract=off -D_GLIBCXX_ASSERTIONS -Inative \
  $(if $(filter x86_64,$(shell uname -m)),-march=x86-64-v2)

build/tsan/scorer_pool: test/native/scorer_pool_tsan.cc test/native/loaded.h $(CORE) $(wildcard native/*.h) | tools
	@mkdir -p $(@D)
	g++ $(CORE_FLAGS) -fsanitize=thread -pthread $< $(CORE) -o $@

build/tsan/training: test/native/training_tsan.cc test/native/loaded.h native/ridge.cc native/term_counter.cc $(CORE) $(wildcard native/*.h) | tools
	@mkdir -p $(@D)
	g++ $(CORE_FLAGS) -fsanitize=thread -pthread $< native/ridge.cc native/term_counter.cc $(CORE) -o $@

build/fuzz/%: test/fuzz/%.cc test/fuzz/table_input.h $(CORE) $(wildcard native/*.h)
	@command -v clang++ >/dev/null || { echo 'hoshi: clang++ is missing: apt-get install clang' >&2; exit 1; }
	@mkdir -p $(@D)
	clang++ $(CORE_FLAGS) -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $< $(CORE) -o $@

$(CLANG_FORMAT): | tools
	python3 -m pip install --quiet --target build/clang-format clang-format==$(CLANG_FORMAT_VERSION)

clean:
	rm -rf build dist node_modules
