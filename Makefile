# Entry points. Each installs what is missing, builds and does its one thing; a second run takes seconds.
#   make build   the programs: build/release/bin/standfast, and standfast-lab beside it
#   make demo    train, certify and report on the embedded data set
#   make test    every test
#   make check   what continuous integration runs (also needs clang, clang-format and clang-tidy)
program := build/release/bin/standfast

.PHONY: build demo test check configure clean
build: configure
	@cmake --build --preset release --target standfast-cli standfast-lab standfast-train

demo: build
	@$(program) demo

test: configure
	@cmake --build --preset release
	@ctest --preset release -j "$$(nproc)"

check:
	@tools/install_dependencies check
	@tools/check

configure:
	@tools/install_dependencies build
	@test -f build/release/build.ninja || cmake --preset release

clean:
	@cmake -E rm -rf build
