# What is checked without running the program.

#: lint, format  clang-format, clang-tidy, cppcheck, mandoc, analyzers, the rules in tests/lint
.PHONY: lint format deps-lint

LINT_PACKAGES = clang clang-format clang-tidy clang-tools cppcheck mandoc shellcheck
C_FILES       = $(wildcard src/*.[ch] tests/*/*.[ch])

lint: deps-lint
	for rule in structure faults versions defaults messages documents; do tests/lint/$$rule || exit 1; done
	mandoc -Tlint -Wwarning man/*
	shellcheck $(SCRIPTS:%=src/%)
	clang-format --dry-run --Werror $(C_FILES)
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,style,performance,portability \
		--inline-suppr --suppressions-list=tests/lint/cppcheck.txt -Isrc -Itests/lib \
		-D_DEFAULT_SOURCE $(filter %.c,$(C_FILES))
	clang-tidy --quiet --warnings-as-errors='*' $(filter %.c,$(C_FILES)) -- \
		$(ALL_CPPFLAGS) -Itests/lib -std=c11
	rm -rf build/analyze
	$(MAKE) O=build/analyze/gcc CC=gcc CFLAGS='-O2 -fanalyzer -Werror' all >/dev/null
	scan-build --status-bugs -o build/analyze/reports $(MAKE) O=build/analyze/clang all >/dev/null

format:
	clang-format -i $(C_FILES)

deps-lint: deps
	@tests/tools/deps $(LINT_PACKAGES)
