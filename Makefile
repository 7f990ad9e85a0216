# The front door. Every target sets up what it needs by itself; see scripts/need.

PRESETS := release debug asan tsan bench
JOBS ?= $(shell nproc)

.PHONY: help demo test build bench experiments fuzz soak format tidy clean $(PRESETS)

help:
	@echo "make demo         build, start a simulated internet, and probe a million names in it"
	@echo "make test         build everything, with and without sanitizers, and run all tests"
	@echo "make build        build/release/atonce"
	@echo "make bench        measure against peers side by side; writes bench/results.md"
	@echo "make experiments  the five experiments that this program grew out of, beside their published figures; ROUNDS=5 for more"
	@echo "make fuzz         fuzz every parser, FUZZ_SECONDS each (60)"
	@echo "make soak         a thousand kills, power cuts, and worlds that nobody has seen, for SOAK_SECONDS (600) at least"
	@echo "make format       format the code; make tidy checks it"
	@echo "make clean        remove build/"

build/%/build.ninja: CMakeLists.txt cmake/house.cmake CMakePresets.json
	@cmake --preset $* >build-$*.log 2>&1 || { cat build-$*.log; rm -f build-$*.log; exit 1; }
	@rm -f build-$*.log

$(filter-out bench,$(PRESETS)): %: build/%/build.ninja
	@cmake --build --preset $@ -j $(JOBS)

build: need-build need-test
	@$(MAKE) --no-print-directory build/release/atonce

build/release/atonce: build/release/build.ninja FORCE
	@cmake --build --preset release -j $(JOBS) --target atonce
FORCE:

need-%: FORCE
	@scripts/need $*

demo: need-build need-test
	@$(MAKE) --no-print-directory build/release/atonce
	@scripts/demo

test: need-build need-test
	@scripts/test

bench: need-build need-bench build/bench/build.ninja
	@cmake --build --preset bench -j $(JOBS)
	@bench/run

experiments: need-build need-test
	@$(MAKE) --no-print-directory build/release/atonce
	@scripts/experiments $(if $(ROUNDS),--rounds $(ROUNDS)) $(NAMES)

FUZZ_SECONDS ?= 60
fuzz: need-build need-test
	@$(MAKE) --no-print-directory build/asan/build.ninja
	@cmake --build --preset asan -j $(JOBS) --target fuzzers
	@scripts/fuzz $(FUZZ_SECONDS)

SOAK_SECONDS ?= 600
soak: need-build need-test build/release/build.ninja
	@cmake --build --preset release -j $(JOBS) --target atonce simulated_sweep_test results_test
	@scripts/soak $(SOAK_SECONDS)

format: need-format
	@git ls-files '*.cc' '*.h' | xargs clang-format-19 -i

tidy: need-format need-build
	@$(MAKE) --no-print-directory build/debug/build.ninja
	@git ls-files 'atonce/*.cc' | xargs -P $(JOBS) -n 4 clang-tidy-19 -p build/debug --quiet

clean:
	rm -rf build
