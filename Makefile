# p0f-milter: GNU make. `make` builds build/p0f-milter; `make help` lists the rest.

VERSION = 0.1.0

PREFIX     = /usr/local
SBINDIR    = $(PREFIX)/sbin
SYSCONFDIR = /etc
DOCDIR     = $(PREFIX)/share/doc/p0f-milter
INSTALL    = install

CC         = gcc
CFLAGS     = -O2 -g
PKG_CONFIG = pkg-config
PYTHON     = /usr/bin/python3

# Debian's packages: to build and test, and to lint.
PACKAGES      = gcc make libc6-dev pkg-config libmilter-dev libconfuse-dev libcmocka-dev python3
LINT_PACKAGES = clang clang-format clang-tidy cppcheck

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
pkg = $(if $(PKG_$1),,$(eval PKG_$1 := $$(shell $(PKG_CONFIG) $2 milter libconfuse $3) ))$(PKG_$1)

SRCS      = $(wildcard src/*.c)
OBJS      = $(SRCS:src/%.c=$O/src/%.o)
LIB_OBJS  = $(filter-out %/main.o,$(OBJS))
TESTS     = $(patsubst tests/unit/%.c,$O/tests/%,$(wildcard tests/unit/test_*.c))
TEST_HELP = $(patsubst tests/unit/%.c,$O/tests/%.o,$(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c)))
C_FILES   = $(SRCS) $(wildcard src/*.h tests/unit/*.c tests/unit/*.h)

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

# Everything is built anew when the compiler or a flag changes.
$O/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS))' | cmp -s - $@ || \
	echo '$(subst ','\'',$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS))' > $@

-include $(wildcard $O/src/*.d $O/tests/*.d)

# The parts run in a make of their own: what deps installs must be there when they start.
check: deps
	$(MAKE) all unit-tests
	$(PYTHON) tests/run --program $O/p0f-milter unit=$O/tests system=tests/system

check-unit: unit-tests
	$(PYTHON) tests/run unit=$O/tests

check-system: all
	$(PYTHON) tests/run --program $O/p0f-milter system=tests/system

.PHONY: unit-tests
unit-tests: $(TESTS)

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

# The configuration is yours: it stays.
uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/p0f-milter
	rm -rf $(DESTDIR)$(DOCDIR)

lint: deps-lint
	tests/lint/structure
	clang-format --dry-run --Werror $(C_FILES)
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,style,performance,portability \
		--inline-suppr --suppressions-list=tests/lint/cppcheck.txt -Isrc -Itests/unit \
		-D_DEFAULT_SOURCE $(filter %.c,$(C_FILES))
	clang-tidy --quiet --warnings-as-errors='*' $(filter %.c,$(C_FILES)) -- \
		$(ALL_CPPFLAGS) -Itests/unit -std=c11

format:
	clang-format -i $(C_FILES)

clean:
	rm -rf build

help:
	@echo 'all           build/p0f-milter'
	@echo 'check         every test (as root: real p0f and Postfix in a namespace)'
	@echo 'check-unit    the tests that need nothing but the program'
	@echo 'check-system  the tests with real servers (root)'
	@echo 'demo          one message through real Postfix with real p0f (root)'
	@echo 'deps          install the build libraries (Debian, root); deps-lint: the linters'
	@echo 'install       into DESTDIR, PREFIX, SBINDIR, SYSCONFDIR, DOCDIR; uninstall'
	@echo 'lint, format  clang-format, clang-tidy, cppcheck, the rules of the module map'
	@echo 'clean         remove build/'
	@echo 'With SAN=address,undefined or SAN=thread: the same with that sanitizer.'
