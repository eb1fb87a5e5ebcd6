#!/bin/sh
# Measures: bench, bench-ui or soak. The values go to build/bench.json,
# build/bench-ui.json and build/soak.json. bench-ui measures the real window over a
# record of ENTRIES (1,000,000) entries, which it makes in build/uibench and uses for a week. PEERBENCH names the folder of the program that measures other
# engines beside ours; ../shared/peerbench is taken when it is there. SOAK says for
# how long faults happen (otherwise there are 200), SEED which.
set -eu

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/assets/scripts/lib.sh"
cd "$ROOT"

groups=node
[ "${1:-}" != bench-ui ] || groups="node window test"
# shellcheck disable=SC2086 # a list of groups
sh assets/scripts/setup.sh $groups
use_go
case ${1:-} in
bench)
	build_node
	[ -n "${PEERBENCH:-}" ] || [ ! -d "$ROOT/../shared/peerbench" ] || PEERBENCH="$ROOT/../shared/peerbench"
	PATH="$("$GO" env GOROOT)/bin:$PATH" exec "$NODE" bench ${PEERBENCH:+--peerbench "$PEERBENCH"}
	;;
soak)
	build_node
	exec "$NODE" soak ${SOAK:+--for "$SOAK"} ${SEED:+--seed "$SEED"}
	;;
bench-ui)
	step 0/5 "the programs"
	build_window
	build_gauged
	build_rig
	exec "$BUILD/rig" bench --build "$BUILD" ${ENTRIES:+--entries "$ENTRIES"} "$BUILD/bench-ui.json"
	;;
*) fail "measure.sh: bench, bench-ui or soak" ;;
esac
