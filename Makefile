# Countersign. `make run` and `make test` need nothing but git and make on Debian 12 or 13:
# they say what is missing, install that, and go on.

DESK ?= tax

.DEFAULT_GOAL := help
.PHONY: help run stop setup test bench bench-ui soak screenshots package package-windows fresh clean
export DESK AGENCIES CITY SUITE SOAK SEED PEERBENCH FUZZ_TIME ONLY ENTRIES

help:
	@echo 'make run               the demo city in a window (DESK=police opens the other side)'
	@echo 'make stop              ends the demo city'
	@echo 'make test              everything that is tested (STAGES="format logic" for some of it)'
	@echo 'make bench             latency, throughput, catching up, verifying, opening, idle cost'
	@echo 'make bench-ui          the real window over a million entries: first paint, scrolling, search'
	@echo 'make soak              200 faults under load, or for SOAK=1h (SEED=n repeats them)'
	@echo 'make screenshots       pictures of the real windows in build/screenshots'
	@echo 'make package           archive and .deb in build/package'
	@echo 'make package-windows   archive for Windows, cross-compiled'
	@echo 'make fresh SUITE=trixie  make run and make test on a new Debian (root, debootstrap)'
	@echo 'make clean             removes build/'

run:
	@sh assets/scripts/run.sh

stop:
	@sh assets/scripts/stop.sh

setup:
	@sh assets/scripts/setup.sh node window

test:
	@sh assets/scripts/test.sh $(STAGES)

bench bench-ui soak:
	@sh assets/scripts/measure.sh $@

screenshots:
	@sh assets/scripts/window.sh --pictures build/screenshots

package:
	@sh assets/scripts/package.sh

package-windows:
	@sh assets/scripts/package.sh windows

fresh:
	@sh assets/scripts/fresh.sh $(or $(SUITE),bookworm)

clean: stop
	rm -rf build
