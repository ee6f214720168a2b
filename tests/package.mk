# The Debian package.

#: deb           the Debian package, in build/deb; lint-deb: lintian; check-deb: install,
#:               upgrade, remove and purge it, and its autopkgtests (root)
.PHONY: deb deb-older lint-deb check-deb deps-deb

DEB_PACKAGES      = dpkg-dev debhelper lintian
DEB_TEST_PACKAGES = debootstrap systemd-container

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

deb: deps deps-deb
	$(call build_deb,build/deb)

# A version to upgrade from, in which each configuration file is another one.
deb-older: deps deps-deb
	$(call build_deb,build/deb-older,sed -i '1s/(.*)/(0.0.9)/' debian/changelog && \
		sed -i '1s/^/# As in 0.0.9.\n/' etc/p0f-milter.conf etc/spamassassin/p0f.cf && \
		DEB_BUILD_OPTIONS=nocheck)

# The packages, installed in a Debian of their own: see tests/harness/testbed.py.
check-deb: deb deb-older
	@tests/tools/deps $(DEB_TEST_PACKAGES)
	$(RUN_TESTS) package=tests/package

lint-deb: deb
	lintian --allow-root --display-info --pedantic --fail-on error,warning,info,pedantic \
		build/deb/*.changes

deps-deb:
	@tests/tools/deps $(DEB_PACKAGES)
