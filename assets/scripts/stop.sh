#!/bin/sh
# Ends the demo city that run.sh started.
set -eu

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/assets/scripts/lib.sh"

if [ -x "$NODE" ] && [ -d "$CITY" ]; then
	exec "$NODE" demo stop --dir "$CITY"
fi
say "No city is running."
