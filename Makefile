# p0f-milter, for GNU make. `make` builds build/p0f-milter; `make help` lists the rest.

VERSION = 0.2.0

# Where it is installed. DESTDIR is put in front of each.
PREFIX      = /usr/local
BINDIR      = $(PREFIX)/bin
SBINDIR     = $(PREFIX)/sbin
SYSCONFDIR  = /etc
DOCDIR      = $(PREFIX)/share/doc/p0f-milter
MANDIR      = $(PREFIX)/share/man
DATADIR     = $(PREFIX)/share/p0f-milter
# p0f, the signatures that came with it, and the site's own: see p0f-milter-fp.
P0F         = /usr/sbin/p0f
STOCK_FP    = /etc/p0f/p0f.fp
LOCAL_FP    = $(SYSCONFDIR)/p0f/local.fp
# Empty: no units, and no users.
UNITDIR     = $(PREFIX)/lib/systemd/system
SYSUSERSDIR = $(PREFIX)/lib/sysusers.d
# systemd's socket for the mail server.
SOCKET      = /run/p0f-milter.sock
INSTALL     = install

CC         = gcc
CFLAGS     = -O2 -g
PKG_CONFIG = pkg-config
# With the tests' modules, for the scripts in tests/.
PYTHON     = PYTHONPATH=$(CURDIR)/tests PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3

# What Debian calls the packages to build and test with.
PACKAGES = gcc make libc6-dev pkgconf libmilter-dev libconfuse-dev libjansson-dev libcmocka-dev python3

# SAN=address,undefined or SAN=thread: a build of its own beside the plain one.
comma    := ,
O         = build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))
SANFLAGS  = $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all -DINSTRUMENTED)

# A library's flags from pkg-config, or its usual name where pkg-config does not know it.
lib = $(shell $(PKG_CONFIG) --libs $1 2>/dev/null || echo -l$2)

ALL_CPPFLAGS = -D_DEFAULT_SOURCE -D_FILE_OFFSET_BITS=64 -DVERSION='"$(VERSION)"' \
	-DCONFIG_FILE='"$(SYSCONFDIR)/p0f-milter.conf"' -Isrc $(shell $(PKG_CONFIG) --cflags milter libconfuse jansson 2>/dev/null) $(CPPFLAGS)
ALL_CFLAGS   = -std=c11 -Wall -Wextra -Wshadow -Wvla -pthread $(SANFLAGS) $(CFLAGS)
ALL_LDFLAGS  = -pthread $(SANFLAGS) $(LDFLAGS)
LIBS         = $(call lib,milter,milter) $(call lib,libconfuse,confuse) $(call lib,jansson,jansson)

SRCS     = $(wildcard src/*.c)
OBJS     = $(SRCS:%.c=$O/%.o)
# The report's own modules, which the filter does not use.
REPORT_OBJS = $(patsubst %,$O/src/%.o,report header_parse fingerprint received verdict lines message odd \
	progress reader mailbox maildir mbox score table summary print_text print_data print_cf)
LIB_OBJS = $(filter-out %/main.o %/report.o,$(OBJS))

.PHONY: all check check-unit check-system demo p0f.fp deps install uninstall clean help FORCE
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:

all: $O/p0f-milter $O/p0f-milter-report

$O/p0f-milter: $(filter-out $(REPORT_OBJS),$(OBJS))
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$O/p0f-milter-report: $(REPORT_OBJS) $(addprefix $O/src/,field_name.o match.o printable.o)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lm

$O/%.o: %.c $O/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Everything is rebuilt when the compiler or a flag changes.
FLAGS = $(subst ','\'',$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS))
$O/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(FLAGS)' | cmp -s - $@ || echo '$(FLAGS)' > $@

include tests/build.mk tests/check.mk tests/lint.mk tests/package.mk
-include $(wildcard $O/*/*.d $O/*/*/*.d)

# The parts run in a second make: what deps installs must exist when they start.
check: deps
	$(MAKE) all tests
	$(RUN_TESTS) unit=$O/tests/unit fuzz=$O/tests/fuzz system=tests/system

check-unit: tests
	$(RUN_TESTS) unit=$O/tests/unit fuzz=$O/tests/fuzz

check-system: all tests
	$(RUN_TESTS) system=tests/system

demo: deps
	$(MAKE) all
	$(PYTHON) tests/tools/demo $O/p0f-milter

p0f.fp:
	@test -r $(STOCK_FP) || { echo 'There is no $(STOCK_FP). Install p0f, or name its file and the program:' \
		'make p0f.fp STOCK_FP=FILE P0F=PROGRAM' >&2; exit 1; }
	@mkdir -p build
	src/p0f-milter-fp -l '' -m etc/p0f/p0f-milter.fp -s $(STOCK_FP) -p $(P0F) -o build/p0f.fp

deps:
	@tests/tools/deps $(PACKAGES)

# With the paths of this installation.
INSTALL_TEXT = sed -e 's|/usr/sbin/p0f-milter|$(SBINDIR)/p0f-milter|' \
	-e 's|/etc/p0f-milter.conf|$(SYSCONFDIR)/p0f-milter.conf|' -e 's|/usr/share/p0f-milter|$(DATADIR)|' \
	-e 's|/usr/sbin/p0f$$|$(P0F)|' -e 's|/usr/sbin/p0f |$(P0F) |' -e 's|/etc/p0f/p0f.fp|$(STOCK_FP)|' \
	-e 's|/etc/p0f/local.fp|$(LOCAL_FP)|' -e 's|/run/p0f-milter\.sock|$(SOCKET)|' \
	$1 > $(DESTDIR)$2 && chmod $(or $3,644) $(DESTDIR)$2
SCRIPTS  = p0f-milter-fp p0f-milter-unknown
MAN      = p0f-milter-report.1 p0f-milter.conf.5 p0f-milter.8 p0f-milter-fp.8
MAN_PATH = $(MANDIR)/man$(subst .,,$(suffix $1))/$1
UNITS    = p0f-milter.service p0f-milter.socket p0f@.service
EXAMPLES = postfix/p0f-milter.cf postfix/p0f_header_checks sendmail/p0f-milter.m4 spamassassin/p0f.cf \
	rspamd/p0f.lua rspamd/p0f_greylist.lua haproxy/p0f.cfg freebsd/p0f_milter \
	prometheus/p0f-milter.rules.yml grafana/p0f-milter.json

install: all
	$(INSTALL) -d $(addprefix $(DESTDIR),$(BINDIR) $(SBINDIR) $(SYSCONFDIR) $(DOCDIR) $(DATADIR)) \
		$(addprefix $(DESTDIR)$(MANDIR)/,man1 man5 man8)
	$(INSTALL) -m 755 $O/p0f-milter $(DESTDIR)$(SBINDIR)/p0f-milter
	$(INSTALL) -m 755 $O/p0f-milter-report $(DESTDIR)$(BINDIR)/p0f-milter-report
	$(foreach script,$(SCRIPTS),$(call INSTALL_TEXT,src/$(script),$(SBINDIR)/$(script),755) &&) true
	$(INSTALL) -m 644 etc/p0f/p0f-milter.fp $(DESTDIR)$(DATADIR)/p0f-milter.fp
	test -e $(DESTDIR)$(SYSCONFDIR)/p0f-milter.conf || \
		$(INSTALL) -m 644 etc/p0f-milter.conf $(DESTDIR)$(SYSCONFDIR)/p0f-milter.conf
	$(INSTALL) -m 644 README.md NEWS.md LICENSE $(DESTDIR)$(DOCDIR)
	$(INSTALL) -D -m 644 -t $(DESTDIR)$(DOCDIR)/doc doc/*
	for file in $(EXAMPLES); do \
		$(INSTALL) -D -m 644 etc/$$file $(DESTDIR)$(DOCDIR)/examples/$$file || exit 1; done
	$(foreach page,$(MAN),$(call INSTALL_TEXT,man/$(page),$(call MAN_PATH,$(page))) &&) true
	ln -sf p0f-milter-fp.8 $(DESTDIR)$(MANDIR)/man8/p0f-milter-unknown.8
ifneq ($(UNITDIR),)
	$(INSTALL) -d $(DESTDIR)$(UNITDIR) $(DESTDIR)$(SYSUSERSDIR)
	$(foreach unit,$(UNITS),$(call INSTALL_TEXT,etc/systemd/$(unit),$(UNITDIR)/$(unit)) &&) true
	$(INSTALL) -m 644 etc/systemd/p0f-milter.sysusers $(DESTDIR)$(SYSUSERSDIR)/p0f-milter.conf
endif

# The configuration is the administrator's: it stays.
uninstall:
ifneq ($(UNITDIR),)
	$(SYSTEMCTL) stop p0f-milter.socket p0f-milter.service 'p0f@*.service'
	$(SYSTEMCTL) disable $(UNITS)
endif
	rm -f $(addprefix $(DESTDIR)$(SBINDIR)/,p0f-milter $(SCRIPTS)) $(DESTDIR)$(BINDIR)/p0f-milter-report
	rm -f $(foreach page,$(MAN) p0f-milter-unknown.8,$(DESTDIR)$(call MAN_PATH,$(page)))
ifneq ($(UNITDIR),)
	rm -f $(addprefix $(DESTDIR)$(UNITDIR)/,$(UNITS)) $(DESTDIR)$(SYSUSERSDIR)/p0f-milter.conf
	$(SYSTEMCTL) daemon-reload
endif
	rm -rf $(DESTDIR)$(DOCDIR)
	rm -f $(DESTDIR)$(DATADIR)/p0f-milter.fp
	rmdir $(DESTDIR)$(DATADIR) 2>/dev/null || true

# Of the machine itself, and where systemd runs.
SYSTEMCTL = test -n "$(DESTDIR)" || ! test -d /run/systemd/system || systemctl

clean:
	rm -rf build

help:
	@echo 'all           build/p0f-milter, build/p0f-milter-report'
	@echo 'demo          two messages through real Postfix with real p0f (root)'
	@echo 'check         every test (as root: real p0f and Postfix in a namespace)'
	@echo 'check-unit    the tests that need nothing but the program'
	@echo 'check-system  the tests with real servers (root); TESTS=10-os: these alone'
	@echo 'deps          install the packages to build with (Debian, root)'
	@echo 'p0f.fp        build/p0f.fp: the signatures of STOCK_FP with ours, checked by P0F'
	@echo 'install       into DESTDIR, PREFIX, BINDIR, SBINDIR, SYSCONFDIR, DOCDIR, MANDIR, DATADIR,'
	@echo '              UNITDIR, SYSUSERSDIR, for P0F, STOCK_FP, LOCAL_FP, SOCKET;'
	@echo '              uninstall'
	@echo 'clean         remove build/'
	@sed -n 's/^#: //p' tests/check.mk tests/lint.mk tests/package.mk
	@echo 'With SAN=address,undefined or SAN=thread: the same with that sanitizer.'
