#!/bin/sh
# Tests `make run` with real windows on a display in memory: both desks open and draw,
# closing one leaves the city running, ending the first start ends everything. Then a
# person's keys go through the story of the city (app/rig).
#
#   window.sh                  the tests
#   window.sh --pictures DIR   instead of them pictures of every screen, in all languages
#                              and colours; ONLY=inbox those whose name has "inbox" in it
set -eu

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/assets/scripts/lib.sh"
cd "$ROOT"

PICTURES="$BUILD/test/pictures"
SIZE=1280x800
CITY="$BUILD/test/city"
export CITY
WORK=$(mktemp -d)
XVFB_PID=
CITY_PID=
FIRST_PID=
SECOND_PID=

end() {
	trap - EXIT
	for pid in $SECOND_PID $FIRST_PID $CITY_PID $XVFB_PID; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true
	done
	rm -rf "$WORK"
}

# complain TEXT shows what was said by whom before failing.
complain() {
	for log in "$WORK"/*.log "$CITY"*.log; do
		[ ! -s "$log" ] || { say "--- $(basename "$log")" && tail -n 20 "$log"; }
	done >&2
	fail "window: $1"
}

# await SECONDS COMMAND... repeats the command until it succeeds.
await() {
	left=$1
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		sleep 1
	done
}

open_display() {
	mkfifo "$WORK/display"
	Xvfb -displayfd 3 -screen 0 "${SIZE}x24" -nolisten tcp 3>"$WORK/display" >"$WORK/xvfb.log" 2>&1 &
	XVFB_PID=$!
	read -r number <"$WORK/display" || complain "no display could be opened"
	DISPLAY=":$number"
	export DISPLAY
	unset WAYLAND_DISPLAY
}

windows() { xdotool search --onlyvisible --name Countersign 2>/dev/null | wc -l; }
at_least_windows() { [ "$(windows)" -ge "$1" ]; }
at_most_windows() { [ "$(windows)" -le "$1" ]; }

# drawn PICTURE says whether there is more to see than a few flat colours.
drawn() { import -window root "$1" && [ "$(identify -format %k "$1")" -ge 50 ]; }

city_runs() { "$NODE" demo status --dir "$CITY"; }

# desk_of PID prints the window's process below a start of run.sh.
desk_of() {
	for child in $(cat "/proc/$1/task/$1/children"); do
		case $(readlink "/proc/$child/exe") in "$WINDOW" | "$WINDOW (deleted)") say "$child" ;; esac
	done
}

# raise_city starts the city without a desk.
raise_city() {
	"$NODE" demo up --dir "$CITY" >"$CITY.log" 2>&1 &
	CITY_PID=$!
	"$NODE" demo status --dir "$CITY" --wait 240s >/dev/null || complain "the city did not start"
}

trap end EXIT
trap 'exit 130' INT TERM
use_go
if [ "${1:-}" = --pictures ]; then
	sh assets/scripts/setup.sh node window test
	build_node
	build_window
	build_rig
	CITY="$BUILD/test/city-pictures"
	rm -rf "$CITY"
	mkdir -p "$2" "$BUILD/test"
	say "  making a city"
	raise_city
	"$BUILD/rig" pictures --build "$BUILD" --city "$CITY" ${ONLY:+--only "$ONLY"} "$2"
	exit 0
fi
mkdir -p "$PICTURES"
rm -rf "$CITY"
open_display

DESK=tax sh assets/scripts/run.sh >"$WORK/first.log" 2>&1 &
FIRST_PID=$!
await 300 at_least_windows 1 || complain "the tax desk did not open"
await 20 drawn "$PICTURES/tax.png" || complain "the tax desk drew nothing"
say "  the tax desk opened and drew"

DESK=police sh assets/scripts/run.sh >"$WORK/second.log" 2>&1 &
SECOND_PID=$!
await 60 at_least_windows 2 || complain "the police desk did not open"
await 20 drawn "$PICTURES/police.png" || complain "the police desk drew nothing"
grep -q "is running already" "$WORK/second.log" || complain "the second start did not join the city"
say "  the police desk joined the same city"

kill "$(desk_of "$SECOND_PID")"
wait "$SECOND_PID" || complain "the second start did not end in order"
SECOND_PID=
city_runs >/dev/null || complain "closing a desk ended the city"
kill "$(desk_of "$FIRST_PID")"
await 20 at_most_windows 0 || complain "a closed desk is still there"
await 20 grep -q "The desk is closed; the city goes on" "$WORK/first.log" || complain "the first start did not go on without its desk"
city_runs >/dev/null || complain "closing the first desk ended the city"
say "  closing both desks left the city running"

kill "$FIRST_PID"
wait "$FIRST_PID" || true
FIRST_PID=
! city_runs >/dev/null 2>&1 || complain "ending the first start left the city running"
say "  ending the first start ended the city"

build_rig
raise_city
"$BUILD/rig" test --build "$BUILD" --city "$CITY" || complain "the story could not be played through the windows"
