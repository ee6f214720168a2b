# The Debian package.

#: dist          build/p0f-milter-VERSION.tar.gz
#: deb           the Debian package, in build/deb; lint-deb: lintian; check-deb: install,
#:               upgrade, remove and purge it, and its autopkgtests (root)
.PHONY: dist deb deb-older lint-deb check-deb deps-deb

DEB_PACKAGES      = build-essential dpkg-dev debhelper lintian
DEB_TEST_PACKAGES = debootstrap systemd-container rpm

DIST = build/p0f-milter-$(VERSION)
dist:
	@mkdir -p build
	tar -czf $(DIST).tar.gz --exclude=./build --exclude=./.git --exclude=__pycache__ \
		--sort=name --owner=root --group=root --transform='s,^\.,$(notdir $(DIST)),' .

# From the tarball into the folder $1, with the arguments $2, after the commands $3.
# debian/ is not part of the upstream source tree.
define build_deb
	rm -rf $1
	mkdir -p $1
	tar -xf $(DIST).tar.gz -C $1
	tar -czf $1/p0f-milter_$(VERSION).orig.tar.gz --anchored \
		--exclude=$(notdir $(DIST))/debian -C $1 $(notdir $(DIST))
	cd $1/$(notdir $(DIST)) && $3 dpkg-buildpackage -us -uc $2 > ../build.log 2>&1 || \
		{ cat ../build.log; exit 1; }
	rm -rf $1/$(notdir $(DIST))
	@ls $1/*.deb
endef

deb: deps deps-deb dist
	$(call build_deb,build/deb)

# A version to upgrade from, in which each configuration file is another one.
deb-older: deps deps-deb dist
	$(call build_deb,build/deb-older,-b,sed -i '1s/(.*)/(0.0.9-1)/' debian/changelog && \
		sed -i '1s/^/# As in 0.0.9.\n/' etc/p0f-milter.conf etc/spamassassin/p0f.cf && \
		DEB_BUILD_OPTIONS=nocheck)

# The packages, installed in a Debian of their own: see tests/harness/testbed.py.
check-deb: deb deb-older
	@tests/tools/deps $(DEB_TEST_PACKAGES)
	$(RUN_TESTS) package=tests/package

# An older lintian does not know the newest policy.
lint-deb: deb
	lintian --allow-root --display-info --pedantic --fail-on error,warning,info,pedantic \
		--suppress-tags newer-standards-version build/deb/*.changes

deps-deb:
	@tests/tools/deps $(DEB_PACKAGES)
