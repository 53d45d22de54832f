# A thin front door: meson does the work. Every target installs what it lacks first (as root or by sudo).
PREFIX ?= /usr/local
WERROR ?= false
SETUP = -Dwerror=$(WERROR) --prefix=$(PREFIX)

.PHONY: all demo check install clean packages packages-check
all: build/build.ninja
	@meson compile -C build

packages:
	@.ci/packages build

packages-check:
	@.ci/packages build check

build/build.ninja: | packages
	@meson setup build $(SETUP)

build-sanitized/build.ninja: | packages-check
	@meson setup build-sanitized -Dwerror=$(WERROR) -Db_sanitize=address,undefined -Db_lundef=false \
		-Dcells=$(CURDIR)/build

build-threads/build.ninja: | packages-check
	@meson setup build-threads -Dwerror=$(WERROR) -Db_sanitize=thread -Db_lundef=false -Dcells=$(CURDIR)/build

demo: all
	@python3 tests/demo.py build/airlock

# Unit tests and fuzz seeds run under AddressSanitizer and UBSan, everything else in the plain build: a cell
# with sanitizers could not be locked. Parents alone can be: they face the plain build's cells under
# AddressSanitizer and LeakSanitizer, and under ThreadSanitizer with eight threads. The last line is the sum.
check: packages-check all build-sanitized/build.ninja build-threads/build.ninja
	@meson compile -C build-sanitized
	@meson compile -C build-threads test_sandbox_threads test_library
	@status=0; \
	AIRLOCK_MUST_SANDBOX=1 meson test -C build --no-suite fuzz --print-errorlogs || status=1; \
	meson test -C build-sanitized --suite unit --suite fuzz --suite mutants --suite parent \
		--print-errorlogs || status=1; \
	meson test -C build-threads --no-rebuild --suite threads --print-errorlogs || status=1; \
	python3 tests/tally.py build build-sanitized build-threads && exit $$status

install: all
	@meson install -C build --no-rebuild
	@[ -n "$(DESTDIR)" ] || ldconfig

clean:
	rm -rf build build-sanitized build-threads
