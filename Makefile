# p0f-milter: GNU make. `make` builds build/p0f-milter; `make help` lists the rest.

VERSION = 0.1.0

PREFIX     = /usr/local
SBINDIR    = $(PREFIX)/sbin
SYSCONFDIR = /etc
DOCDIR     = $(PREFIX)/share/doc/p0f-milter
MANDIR     = $(PREFIX)/share/man
# Empty: no units.
UNITDIR    = $(PREFIX)/lib/systemd/system
INSTALL    = install

CC         = gcc
CFLAGS     = -O2 -g
PKG_CONFIG = pkg-config
PYTHON     = /usr/bin/python3

# Debian's packages: to build and test, and to lint.
PACKAGES      = gcc make libc6-dev pkg-config libmilter-dev libconfuse-dev libjansson-dev libcmocka-dev python3
LINT_PACKAGES = clang clang-format clang-tidy clang-tools cppcheck mandoc
MEMCHECK_PACKAGES = valgrind
DEB_PACKAGES  = dpkg-dev debhelper lintian
DEB_TEST_PACKAGES = debootstrap systemd-container

# SAN=address,undefined or SAN=thread: a build of its own beside the plain one.
comma := ,
O      = build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))
SANFLAGS = $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)

ALL_CPPFLAGS = -D_DEFAULT_SOURCE -DVERSION='"$(VERSION)"' \
	-DCONFIG_FILE='"$(SYSCONFDIR)/p0f-milter.conf"' -Isrc $(call pkg,CFLAGS,--cflags) $(CPPFLAGS)
ALL_CFLAGS   = -std=c11 -Wall -Wextra -Wshadow -Wvla -pthread $(SANFLAGS) $(CFLAGS)
ALL_LDFLAGS  = -pthread $(SANFLAGS) $(LDFLAGS)
LIBS         = $(call pkg,LIBS,--libs)
TEST_LIBS    = $(call pkg,TEST_LIBS,--libs,cmocka)

# Ask pkg-config once, and only when it is needed: `make deps` must run without it.
pkg = $(if $(PKG_$1),,$(eval PKG_$1 := $$(shell $(PKG_CONFIG) $2 milter libconfuse jansson $3) ))$(PKG_$1)

SRCS      = $(wildcard src/*.c)
OBJS      = $(SRCS:src/%.c=$O/src/%.o)
LIB_OBJS  = $(filter-out %/main.o,$(OBJS))
TESTS     = $(patsubst tests/unit/%.c,$O/tests/%,$(wildcard tests/unit/test_*.c))
TEST_HELP = $(patsubst tests/unit/%.c,$O/tests/%.o,$(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c)))
FUZZERS   = $(patsubst tests/fuzz/%.c,$O/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
# smoke.c drives the targets, unless libFuzzer does.
FUZZ_HELP = $(patsubst tests/fuzz/%.c,$O/fuzz/%.o,$(filter-out tests/fuzz/fuzz_% %_stub.c $(if $(LIBFUZZER),%/smoke.c), \
	$(wildcard tests/fuzz/*.c))) $O/tests/fake_wire.o $O/tests/header_reader.o
BENCHES   = $(addprefix $O/bench/,load reference rate)
LOAD_OBJS = $(patsubst %,$O/bench/%.o,load mta process script tally)
C_FILES   = $(SRCS) $(foreach folder,unit fuzz bench harness,$(wildcard tests/$(folder)/*.[ch])) $(wildcard src/*.h)

.PHONY: all check check-unit check-system demo deps deps-lint help install uninstall lint format clean FORCE
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:

all: $O/p0f-milter

$O/p0f-milter: $(OBJS)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$O/src/%.o: src/%.c $O/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$O/tests/%.o: tests/unit/%.c $O/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) -Itests/unit $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$O/tests/test_%: $O/tests/test_%.o $(TEST_HELP) $(LIB_OBJS)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) $(TEST_LIBS)

$O/fuzz/%.o: tests/fuzz/%.c $O/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) -Itests/unit $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$O/fuzz/fuzz_%: $O/fuzz/fuzz_%.o $(FUZZ_HELP) $(LIB_OBJS)
	$(CC) $(ALL_LDFLAGS) $(LIBFUZZER) $(WRAP:%=-Wl,--wrap=%) -o $@ $^ $(LIBS)

# Stands in for what is below the module.
$O/fuzz/fuzz_filter: $O/fuzz/milter_stub.o $O/fuzz/log_stub.o
$O/fuzz/fuzz_filter: WRAP = p0f_client_submit p0f_lookup_send p0f_lookup_wait p0f_lookup_free log_write log_write_limited \
	clock_gettime time nanosleep calloc
$O/fuzz/fuzz_p0f_conn: $O/fuzz/p0f_stub.o $O/fuzz/log_stub.o
$O/fuzz/fuzz_p0f_conn: WRAP = sock_open connect getsockopt send recv shutdown close log_write log_write_limited

$O/bench/%.o: tests/bench/%.c $O/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) -Itests/unit $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$O/bench/load: $(LOAD_OBJS)
$O/bench/reference $O/bench/rate: $O/bench/%: $O/bench/%.o
$(BENCHES): $(LIB_OBJS)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# A p0f for the system tests that watches its client's manners.
STRICT_P0F = $O/harness/strict_p0f

$O/harness/%.o: tests/harness/%.c $O/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) -Itests/unit $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(STRICT_P0F): $O/harness/strict_p0f.o $(addprefix $O/tests/,fake_p0f.o fake_wire.o scratch.o) $O/src/addr.o
	$(CC) $(ALL_LDFLAGS) -o $@ $^

# What the system tests run beside the program.
SYSTEM_HELP = $(STRICT_P0F) $O/bench/load

# Ratios to filters that do less or ask otherwise, against real p0f (root; minutes).
.PHONY: bench bench-quick
bench bench-quick: deps
	$(MAKE) all $(BENCHES)
	$(PYTHON) tests/bench/run $(if $(filter %-quick,$@),--quick) $O

# Everything is built anew when the compiler or a flag changes.
$O/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS))' | cmp -s - $@ || \
	echo '$(subst ','\'',$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS))' > $@

-include $(wildcard $O/src/*.d $O/tests/*.d $O/fuzz/*.d $O/bench/*.d $O/harness/*.d)

# The parts run in a make of their own: what deps installs must be there when they start.
check: deps
	$(MAKE) all unit-tests fuzz-smoke $(SYSTEM_HELP)
	$(PYTHON) tests/run --program $O/p0f-milter unit=$O/tests fuzz=$O/fuzz system=tests/system

# The long form of the tests that take their size from the environment; minutes.
.PHONY: soak
soak: deps
	$(MAKE) all $(SYSTEM_HELP)
	SESSIONS=200000 MESSAGES=1000000 $(PYTHON) tests/system/58-many-sessions $O/p0f-milter
	P0F_STOPS='1 5 30' $(PYTHON) tests/system/52-p0f-under-load $O/p0f-milter
	LOG_MINUTE=1 $(PYTHON) tests/system/68-log $O/p0f-milter

check-unit: unit-tests fuzz-smoke
	$(PYTHON) tests/run unit=$O/tests fuzz=$O/fuzz

check-system: all $(SYSTEM_HELP)
	$(PYTHON) tests/run --program $O/p0f-milter system=tests/system

.PHONY: unit-tests fuzz-smoke
unit-tests: $(TESTS)
fuzz-smoke: $(FUZZERS)

# Each target for that long, by libFuzzer; what it finds is left in build/fuzz/findings.
FUZZ_SECONDS = 60
FUZZ_TARGETS = $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
.PHONY: fuzz
fuzz:
	$(MAKE) O=build/fuzz CC=clang SAN=fuzzer-no-link,address,undefined \
		LIBFUZZER=-fsanitize=fuzzer fuzz-smoke
	for target in $(FUZZ_TARGETS); do \
		tests/fuzz/run build/fuzz $$target $(FUZZ_SECONDS) || exit 1; \
	done

# gcc's counts of what the tests run, in a build of its own. Fails below that many percent of lines.
COVER_LINES = 95
.PHONY: cover
cover: deps
	rm -f build/cover/src/*.gcda
	$(MAKE) O=build/cover CFLAGS='-O0 -g --coverage -fprofile-update=atomic' LDFLAGS=--coverage check
	tests/cover build/cover $(COVER_LINES)

# valgrind: errors, and what is definitely lost. The fault scripts run the filter under it.
MEMCHECK_TESTS = 50-p0f-troubles 52-p0f-under-load 53-p0f-is-full 55-mta-troubles
.PHONY: memcheck memcheck-unit deps-memcheck
memcheck: memcheck-unit
	$(MAKE) all
	for test in $(MEMCHECK_TESTS); do \
		$(PYTHON) tests/system/$$test tests/memcheck-filter || exit 1; \
	done

memcheck-unit: deps-memcheck
	$(MAKE) unit-tests
	$(PYTHON) tests/run --under tests/memcheck unit=$O/tests

deps-memcheck: deps
	@tests/deps $(MEMCHECK_PACKAGES)

demo: deps
	$(MAKE) all
	$(PYTHON) tests/demo $O/p0f-milter

deps:
	@tests/deps $(PACKAGES)

deps-lint: deps
	@tests/deps $(LINT_PACKAGES)

install: all
	$(INSTALL) -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(SYSCONFDIR) $(DESTDIR)$(DOCDIR)
	$(INSTALL) -m 755 $O/p0f-milter $(DESTDIR)$(SBINDIR)/p0f-milter
	$(INSTALL) -m 644 README.md NEWS.md LICENSE $(DESTDIR)$(DOCDIR)
	test -e $(DESTDIR)$(SYSCONFDIR)/p0f-milter.conf || \
	$(INSTALL) -m 644 etc/p0f-milter.conf $(DESTDIR)$(SYSCONFDIR)/p0f-milter.conf
	for file in $(EXAMPLES); do \
		$(INSTALL) -d $(DESTDIR)$(DOCDIR)/examples/$$(dirname $$file) && \
		$(INSTALL) -m 644 etc/$$file $(DESTDIR)$(DOCDIR)/examples/$$file || exit 1; \
	done
	$(INSTALL) -d $(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man8
	$(call INSTALL_TEXT,man/p0f-milter.conf.5,$(MANDIR)/man5/p0f-milter.conf.5)
	$(call INSTALL_TEXT,man/p0f-milter.8,$(MANDIR)/man8/p0f-milter.8)
ifneq ($(UNITDIR),)
	$(INSTALL) -d $(DESTDIR)$(UNITDIR) $(DESTDIR)$(PREFIX)/lib/sysusers.d
	$(call INSTALL_TEXT,etc/systemd/p0f-milter.service,$(UNITDIR)/p0f-milter.service)
	$(call INSTALL_TEXT,etc/systemd/p0f-milter.socket,$(UNITDIR)/p0f-milter.socket)
	$(call INSTALL_TEXT,etc/systemd/p0f@.service,$(UNITDIR)/p0f@.service)
	$(INSTALL) -m 644 etc/systemd/p0f-milter.sysusers \
		$(DESTDIR)$(PREFIX)/lib/sysusers.d/p0f-milter.conf
endif

EXAMPLES = postfix/p0f-milter.cf postfix/p0f_header_checks sendmail/p0f-milter.m4 spamassassin/p0f.cf \
	rspamd/p0f.lua haproxy/p0f.cfg \
	prometheus/p0f-milter.rules.yml grafana/p0f-milter.json

# With the paths of this installation.
INSTALL_TEXT = sed -e 's|/usr/sbin/p0f-milter|$(SBINDIR)/p0f-milter|' \
	-e 's|/etc/p0f-milter.conf|$(SYSCONFDIR)/p0f-milter.conf|' $1 > $(DESTDIR)$2 && \
	chmod 644 $(DESTDIR)$2

# The configuration is yours: it stays.
uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/p0f-milter $(DESTDIR)$(MANDIR)/man5/p0f-milter.conf.5 \
		$(DESTDIR)$(MANDIR)/man8/p0f-milter.8
ifneq ($(UNITDIR),)
	rm -f $(DESTDIR)$(UNITDIR)/p0f-milter.service $(DESTDIR)$(UNITDIR)/p0f-milter.socket \
		$(DESTDIR)$(UNITDIR)/p0f@.service $(DESTDIR)$(PREFIX)/lib/sysusers.d/p0f-milter.conf
endif
	rm -rf $(DESTDIR)$(DOCDIR)

# Into the folder $1, after the commands $2, in a copy of the tree: dpkg-buildpackage
# writes beside it, and cleans it.
define build_deb
	rm -rf $1
	mkdir -p $1/p0f-milter
	tar -cf - --exclude=./build --exclude=./.git --exclude=__pycache__ . | \
		tar -xf - -C $1/p0f-milter
	cd $1/p0f-milter && $2 dpkg-buildpackage -us -uc > ../build.log 2>&1 || \
		{ cat ../build.log; exit 1; }
	rm -rf $1/p0f-milter
	@ls $1/*.deb
endef

.PHONY: deb deb-older deps-deb lint-deb check-deb
deb: deps deps-deb
	$(call build_deb,build/deb)

# A version to upgrade from, in which each configuration file is another one.
deb-older: deps deps-deb
	$(call build_deb,build/deb-older,sed -i '1s/(.*)/(0.0.9)/' debian/changelog && \
		sed -i '1s/^/# As in 0.0.9.\n/' etc/p0f-milter.conf etc/spamassassin/p0f.cf && \
		DEB_BUILD_OPTIONS=nocheck)

# The packages, installed in a Debian of their own: see tests/harness/testbed.py.
check-deb: deb deb-older
	@tests/deps $(DEB_TEST_PACKAGES)
	$(PYTHON) tests/run package=tests/package

lint-deb: deb
	lintian --allow-root --display-info --pedantic --fail-on error,warning,info,pedantic \
		build/deb/*.changes

deps-deb:
	@tests/deps $(DEB_PACKAGES)

lint: deps-lint
	tests/lint/structure
	tests/lint/faults
	tests/lint/versions
	mandoc -Tlint -Wwarning man/*
	clang-format --dry-run --Werror $(C_FILES)
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,style,performance,portability \
		--inline-suppr --suppressions-list=tests/lint/cppcheck.txt -Isrc -Itests/unit \
		-D_DEFAULT_SOURCE $(filter %.c,$(C_FILES))
	clang-tidy --quiet --warnings-as-errors='*' $(filter %.c,$(C_FILES)) -- \
		$(ALL_CPPFLAGS) -Itests/unit -std=c11
	rm -rf build/analyze
	$(MAKE) O=build/analyze/gcc CC=gcc CFLAGS='-O2 -fanalyzer -Werror' all >/dev/null
	scan-build --status-bugs -o build/analyze/reports $(MAKE) O=build/analyze/clang all >/dev/null

format:
	clang-format -i $(C_FILES)

clean:
	rm -rf build

help:
	@echo 'all           build/p0f-milter'
	@echo 'check         every test (as root: real p0f and Postfix in a namespace)'
	@echo 'check-unit    the tests that need nothing but the program'
	@echo 'check-system  the tests with real servers (root)'
	@echo 'fuzz          each target in tests/fuzz for FUZZ_SECONDS=60, by libFuzzer (clang)'
	@echo 'soak          1,000,000 messages, and 200,000 sessions with troubles (root; minutes)'
	@echo 'bench         ratios to other filters, as a table (root; minutes); bench-quick: a'
	@echo '              small one that judges no speed'
	@echo 'cover         lines and branches of src/ that the tests run (root)'
	@echo 'memcheck      unit and fault tests under valgrind (root); memcheck-unit: without root'
	@echo 'demo          one message through real Postfix with real p0f (root)'
	@echo 'deps          install the build libraries (Debian, root); deps-lint: the linters'
	@echo 'install       into DESTDIR, PREFIX, SBINDIR, SYSCONFDIR, DOCDIR, MANDIR, UNITDIR;'
	@echo '              uninstall'
	@echo 'deb           the Debian package, in build/deb; lint-deb: lintian; check-deb: install,'
	@echo '              upgrade, remove and purge it, and its autopkgtests (root)'
	@echo 'lint, format  clang-format, clang-tidy, cppcheck, mandoc, analyzers, the rules of the module map'
	@echo 'clean         remove build/'
	@echo 'With SAN=address,undefined or SAN=thread: the same with that sanitizer.'
