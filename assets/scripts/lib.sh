# Shared by the scripts beside this file: where things lie, how they speak, which Go they use.
# Sourced, never run. Expects $ROOT, the checkout's folder.

BUILD="$ROOT/build"
NODE="$BUILD/countersignd"
WINDOW="$BUILD/countersign"
# The demo city lives in the user's data folder, as `countersignd demo` has it by itself.
CITY="${CITY:-${XDG_DATA_HOME:-${HOME:-$BUILD}/.local/share}/countersign/demo}"

# The tags every build of the window carries, and those under which its tests need no display.
WINDOW_TAGS=migrated_fynedo
QUIET_TAGS=ci,migrated_fynedo

say() { printf '%s\n' "$*"; }

fail() {
	printf '%s\n' "$*" >&2
	exit 1
}

# step N/M TEXT heads one step, so that a long wait has a name.
step() {
	printf '\n[%s] %s\n' "$1" "$2"
}

has() { command -v "$1" >/dev/null 2>&1; }

# go_is_enough PATH: Go 1.21 is the first that fetches the exact toolchain go.mod names.
go_is_enough() {
	[ -x "$1" ] || return 1
	version=$(cd / && GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null) || return 1
	version=${version#go}
	major=${version%%.*}
	rest=${version#*.}
	minor=${rest%%[!0-9]*}
	case "$major$minor" in *[!0-9]* | '') return 1 ;; esac
	[ "$major" -gt 1 ] || [ "$minor" -ge 21 ]
}

# find_go sets $GO to a usable go command, or fails.
find_go() {
	for candidate in "${GO:-}" "$(command -v go 2>/dev/null || true)" \
		/usr/local/go/bin/go /usr/lib/go/bin/go /usr/lib/go-1.*/bin/go "${HOME:-/}/sdk"/go1.*/bin/go /snap/bin/go; do
		if [ -n "$candidate" ] && go_is_enough "$candidate"; then
			GO=$candidate
			return 0
		fi
	done
	GO=
	return 1
}

# use_go prepares the environment of every go command started from here.
use_go() {
	find_go || fail "No Go of version 1.21 or newer was found. Run 'make setup'."
	# Some installations forbid fetching the toolchain that go.mod names.
	GOTOOLCHAIN=auto
	# A checkout owned by somebody else, or without its history, must still build.
	GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false"
	export GOTOOLCHAIN GOFLAGS
}

build_node() {
	mkdir -p "$BUILD"
	(cd "$ROOT" && CGO_ENABLED=0 "$GO" build -o "$NODE" ./app/countersignd)
}

build_window() {
	mkdir -p "$BUILD"
	(cd "$ROOT" && CGO_ENABLED=1 "$GO" build -tags "$WINDOW_TAGS" -o "$WINDOW" .)
}

# build_rig builds what drives windows in tests, pictures and measurements.
build_rig() {
	mkdir -p "$BUILD"
	(cd "$ROOT" && CGO_ENABLED=0 "$GO" build -o "$BUILD/rig" ./app/rig)
}

# build_gauged builds the window with gauges on it, which is measured.
build_gauged() {
	mkdir -p "$BUILD"
	(cd "$ROOT" && CGO_ENABLED=1 "$GO" build -tags "$WINDOW_TAGS" -o "$BUILD/rig-window" ./app/rig/window)
}

# now prints seconds, for telling how long a stage took.
now() { date +%s; }
