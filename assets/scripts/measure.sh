#!/bin/sh
# Measures: bench, bench-ui or soak. SOAK says for how long the last one runs (10m).
set -eu

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/assets/scripts/lib.sh"
cd "$ROOT"

sh assets/scripts/setup.sh node
use_go
case ${1:-} in
bench)
	build_node
	exec "$NODE" bench
	;;
soak)
	build_node
	exec "$NODE" soak --for "${SOAK:-10m}"
	;;
bench-ui)
	CGO_ENABLED=0 exec "$GO" test -tags "$QUIET_TAGS" -run '^$' -bench . -benchmem ./app ./app/ui/... ./app/widgets/...
	;;
*) fail "measure.sh: bench, bench-ui or soak" ;;
esac
