# The test runner, and the runs that take long and are not part of `make check`.

#: fuzz          each target in tests/fuzz for FUZZ_SECONDS=60, by libFuzzer (clang)
#: soak          1,000,000 messages, and 200,000 sessions with troubles (root; minutes)
#: bench         ratios to other filters, as a table (root; minutes); bench-quick: a small
#:               one that judges no speed
#: cover         lines and branches of src/ that the tests run (root)
#: check-kernels what p0f calls Debian's kernels 5.10, 6.1 and 6.18, in qemu (root; minutes)
#: memcheck      unit and fault tests under valgrind (root); memcheck-unit: without root
#: check-other   the unit tests on i386, and src/ compiled for musl (root); check-foreign: the
#:               unit tests on s390x, in qemu, whose byte order is the other one (root)
.PHONY: check-other check-musl check-foreign
.PHONY: fuzz soak check-kernels bench bench-quick cover memcheck memcheck-unit deps-memcheck

MEMCHECK_PACKAGES = valgrind

# TESTS: a pattern for the names of the tests to run.
TESTS     = *
RUN_TESTS = $(PYTHON) tests/tools/run --program $O/p0f-milter --only '$(TESTS)'

# What libFuzzer finds is left in build/fuzz/findings.
FUZZ_SECONDS = 60
FUZZ_TARGETS = $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
fuzz:
	$(MAKE) O=build/fuzz CC=clang SAN=fuzzer-no-link,address,undefined LIBFUZZER=-fsanitize=fuzzer \
		$(FUZZ_TARGETS:%=build/fuzz/tests/fuzz/fuzz_%)
	for target in $(FUZZ_TARGETS); do \
		tests/tools/fuzz build/fuzz $$target $(FUZZ_SECONDS) || exit 1; done

# The long runs of the tests that take their size from the environment.
soak: deps
	$(MAKE) all tests
	SESSIONS=200000 MESSAGES=1000000 $(PYTHON) tests/system/57-many-sessions $O/p0f-milter
	P0F_STOPS='1 5 30' $(PYTHON) tests/system/32-p0f-under-load $O/p0f-milter
	LOG_MINUTE=1 $(PYTHON) tests/system/62-log $O/p0f-milter

check-kernels: deps
	$(RUN_TESTS) kernels=tests/kernels

bench bench-quick: deps
	$(MAKE) all $(BENCHES)
	$(PYTHON) tests/bench/run $(if $(filter %-quick,$@),--quick) $O

# gcc's counts, in a separate build. Fails below that percentage of lines.
COVER_LINES = 95
cover: deps
	rm -f build/cover/src/*.gcda
	$(MAKE) O=build/cover CFLAGS='-O0 -g -DINSTRUMENTED --coverage -fprofile-update=atomic' LDFLAGS=--coverage check
	tests/tools/cover build/cover $(COVER_LINES)

# valgrind: errors and definite leaks. The fault tests run the filter under it.
MEMCHECK_TESTS = 30-p0f-troubles 32-p0f-under-load 33-p0f-is-full 40-mta-troubles
memcheck: memcheck-unit
	$(MAKE) all
	for test in $(MEMCHECK_TESTS); do \
		$(PYTHON) tests/system/$$test tests/tools/memcheck-filter || exit 1; done

memcheck-unit: deps-memcheck
	$(MAKE) tests
	$(PYTHON) tests/tools/run --under tests/tools/memcheck unit=$O/tests/unit

deps-memcheck: deps
	@tests/tools/deps $(MEMCHECK_PACKAGES)

# musl's own headers come first; the libraries' are glibc's.
MUSL_CPPFLAGS = -idirafter /usr/include -idirafter /usr/include/$(shell gcc -print-multiarch)
check-musl: deps
	@tests/tools/deps musl-tools
	$(MAKE) O=build/musl CC=musl-gcc CPPFLAGS='$(MUSL_CPPFLAGS)' CFLAGS='-O2 -Werror' $(SRCS:%.c=build/musl/%.o)

check-other: check-musl
	tests/tools/debian this i386 sh -c 'make deps >/dev/null && make check-unit'

FOREIGN = s390x-linux-gnu
check-foreign:
	tests/tools/debian this amd64 tests/tools/foreign $(FOREIGN)
