#!/bin/sh
# Opens the demo city: installs what is missing, builds, starts four agencies on this
# machine and opens one desk. A second start joins the city that is running.
#
#   DESK=tax|police run.sh     CITY=DIR is where the city lives (the user's data folder)
#
# Ctrl-C ends the city; closing a desk does not. Where no window can be opened the same
# demo runs without one.
set -eu

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/assets/scripts/lib.sh"

DESK=${DESK:-tax}
CITY_LOG="$CITY.log"
DESK_LOG="$CITY-$DESK.log"
CITY_PID=
DESK_PID=

case $DESK in
tax) OTHER=police ;;
police) OTHER=tax ;;
*) fail "DESK is tax or police, not $DESK." ;;
esac

# display_answers says whether there is a display to try. That a window opens on it is
# known only once one does.
display_answers() {
	[ -z "${WAYLAND_DISPLAY:-}" ] || return 0
	case ${DISPLAY:-} in
	'') return 1 ;;
	:*)
		number=${DISPLAY#:}
		[ -S "/tmp/.X11-unix/X${number%%.*}" ] || grep -q "X11-unix/X${number%%.*}\$" /proc/net/unix 2>/dev/null
		;;
	esac
}

# end stops what this script started, and nothing else.
end() {
	trap - EXIT
	trap '' INT TERM HUP
	[ -z "$DESK_PID" ] || kill "$DESK_PID" 2>/dev/null || true
	if [ -n "$CITY_PID" ] && kill -0 "$CITY_PID" 2>/dev/null; then
		printf '\nEnding the city.\n'
		kill "$CITY_PID" 2>/dev/null || true
		wait "$CITY_PID" || true
	fi
}

# play_headless runs the same demo without a window, and takes this script's place.
play_headless() {
	exec "$NODE" demo --headless ${AGENCIES:+--agencies "$AGENCIES"}
}

city_runs() { "$NODE" demo status --dir "$CITY" >/dev/null 2>&1; }

start_city() {
	if city_runs; then
		say "  it is running already: this desk joins it"
		return 0
	fi
	mkdir -p "$(dirname "$CITY")"
	"$NODE" demo up --dir "$CITY" ${AGENCIES:+--agencies "$AGENCIES"} >"$CITY_LOG" 2>&1 &
	CITY_PID=$!
	say "  in the background; what it says is in ${CITY_LOG#"$ROOT/"}"
}

# await_city returns once every agency of the city answers.
await_city() {
	"$NODE" demo status --dir "$CITY" --wait 120s >/dev/null && return 0
	tail -n 20 "$CITY_LOG" >&2
	fail "The city did not start; its last words are above."
}

# open_desk returns 0 once a desk that could be opened was closed, 1 if none opened.
open_desk() {
	began=$(now)
	"$WINDOW" --demo "$DESK" --dir "$CITY" >"$DESK_LOG" 2>&1 &
	DESK_PID=$!
	status=0
	wait "$DESK_PID" || status=$?
	DESK_PID=
	case $status in
	0 | 130 | 143) return 0 ;; # closed, or ended by a signal meant to end it
	esac
	[ $(($(now) - began)) -gt 30 ]
}

without_display() {
	say "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY leads to one),"
	say "so the demo runs without a window."
	step 1/3 "Looking for what the node needs"
	sh "$ROOT/assets/scripts/setup.sh" node
	step 2/3 "Building the node (the first time two minutes, and it fetches its modules)"
	use_go
	build_node
	step 3/3 "Playing the demo"
	play_headless
}

display_answers || without_display

step 1/5 "Looking for what the node and the window need"
sh "$ROOT/assets/scripts/setup.sh" node window
step 2/5 "Building the node (the first time two minutes, and it fetches its modules)"
use_go
build_node
trap end EXIT
trap 'end; exit 0' INT TERM HUP # the way in which a demo ends
step 3/5 "Starting the city"
start_city
step 4/5 "Compiling the window (the first time about four minutes, then seconds)"
build_window
await_city
step 5/5 "Opening the $DESK desk"
say "  'make run DESK=$OTHER' in a second terminal opens the other side"
if ! open_desk; then
	say
	say "A window could not be opened on this display (why: ${DESK_LOG#"$ROOT/"}),"
	say "so the demo runs without one."
	end
	play_headless
fi
[ -n "$CITY_PID" ] || exit 0
say
say "The desk is closed; the city goes on. 'make run DESK=$DESK' opens the desk again,"
say "'make run DESK=$OTHER' the other side. Ctrl-C here or 'make stop' ends the city."
wait "$CITY_PID" || true
CITY_PID=
