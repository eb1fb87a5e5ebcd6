#!/bin/sh
# Measures: bench or soak. The values go to build/bench.json and
# build/soak.json. PEERBENCH names the folder of the program that measures other
# engines beside ours; ../shared/peerbench is taken when it is there. SOAK says for
# how long faults happen (otherwise there are 200), SEED which.
set -eu

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/assets/scripts/lib.sh"
cd "$ROOT"

sh assets/scripts/setup.sh node
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
*) fail "measure.sh: bench or soak" ;;
esac
