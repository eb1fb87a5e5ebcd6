#!/bin/sh
# Runs every check of this project, one stage after another, and goes on after a failure.
#
#   test.sh [STAGE...]     (default: all of them, in the order below)
#
# Each stage prints its name and how long it took; the last line says how many tests,
# stories and other checks passed and failed. FUZZ_TIME sets the seconds given to each
# fuzz function.
set -u

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/assets/scripts/lib.sh"
cd "$ROOT" || exit 1

STAGES="machine build scripts format vet elsewhere staticcheck tools logic crowd office screens fuzz stories demo window"
WORK="$BUILD/test"
TOOLS="$BUILD/tools"
FUZZ_TIME=${FUZZ_TIME:-3}

# count PASSED FAILED SKIPPED is how a stage that holds more than one check reports them.
count() { say "$1 $2 $3" >>"$COUNTS"; }

# name_failed NAME is how a stage says what failed, for the last lines of all.
name_failed() { say "$1" >>"$FAILED"; }

# Only the test of the real window needs a display in memory; without one the rest runs.
stage_machine() { sh assets/scripts/setup.sh node window test || sh assets/scripts/setup.sh node window; }

stage_build() {
	build_node
	build_window
}

stage_scripts() {
	for script in assets/scripts/*.sh .ci/run; do sh -n "$script"; done
}

stage_format() {
	untidy=$("$(dirname "$("$GO" env GOROOT)/bin/gofmt")/gofmt" -l main.go app ledger p2p assets .ci)
	[ -z "$untidy" ] || fail "not as gofmt writes it:" "$untidy"
}

# The checks below look at the window's code too, without a display or its C libraries.
stage_vet() { CGO_ENABLED=0 "$GO" vet -tags "$QUIET_TAGS,netns" ./...; }

# What would not build on the other systems that a desk or a node runs on.
stage_elsewhere() {
	build_tool elsewhere ./elsewhere
	"$TOOLS/elsewhere" -tags "$QUIET_TAGS" windows darwin
	count 2 0 0
}

stage_staticcheck() {
	build_tool staticcheck honnef.co/go/tools/cmd/staticcheck
	CGO_ENABLED=0 "$TOOLS/staticcheck" -tags "$QUIET_TAGS,netns" ./...
}

stage_tools() {
	build_tool tally ./tally
	(cd .ci/tools && CGO_ENABLED=0 "$GO" test -json ./...) | "$TOOLS/tally" -to "$COUNTS" -failed "$FAILED"
}

# Packages that draw are tested without a display and without the race detector, under
# which comparing pictures takes minutes; all others are tested with it.
packages() {
	CGO_ENABLED=0 "$GO" list -tags "$QUIET_TAGS" \
		-f '{{.ImportPath}} {{join .Deps " "}} {{join .TestImports " "}} {{join .XTestImports " "}}' ./... |
		awk -v want="$1" '{ draws = index($0, " fyne.io/fyne/v2") > 0; if ((want == "screens") == draws) print $1 }'
}

stage_logic() {
	build_tool tally ./tally
	packages logic | CGO_ENABLED=1 xargs -r "$GO" test -json -race -timeout 20m 2>&1 | "$TOOLS/tally" -to "$COUNTS" -failed "$FAILED"
}

# Sixty engines in one process are more than the race detector can watch in time.
stage_crowd() {
	build_tool tally ./tally
	CGO_ENABLED=0 "$GO" test -json -timeout 10m -run '^TestSixty' ./ledger/consensus 2>&1 | "$TOOLS/tally" -to "$COUNTS" -failed "$FAILED"
}

# An office is made of network namespaces, which some kernels and containers let nobody
# make. There the stage is not in the list of all, and the summary says so.
namespaces() { unshare --user --map-root-user --net true 2>/dev/null; }

stage_office() {
	build_tool tally ./tally
	CGO_ENABLED=1 "$GO" test -json -race -tags netns -timeout 5m -run '^TestOffice' ./p2p 2>&1 | "$TOOLS/tally" -to "$COUNTS" -failed "$FAILED"
}

stage_screens() {
	build_tool tally ./tally
	packages screens | CGO_ENABLED=0 xargs -r "$GO" test -json -tags "$QUIET_TAGS" -timeout 10m 2>&1 | "$TOOLS/tally" -to "$COUNTS" -failed "$FAILED"
}

# Making an input small before going on would take all of the few seconds.
stage_fuzz() {
	passed=0
	failed=0
	for dir in $(grep -rl --include='*_test.go' '^func Fuzz' app ledger p2p assets | xargs -n 1 dirname | sort -u); do
		binary="$WORK/fuzz/$(printf '%s' "$dir" | tr / -)"
		CGO_ENABLED=0 "$GO" test -c -tags "$QUIET_TAGS" -fuzz=. -o "$binary" "./$dir"
		for name in $(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$dir"/*_test.go); do
			if (cd "$dir" && "$binary" -test.run='^$' -test.fuzz="^$name\$" -test.fuzztime="${FUZZ_TIME}s" \
				-test.fuzzminimizetime=10x -test.fuzzcachedir="$BUILD/fuzz/$dir" -test.timeout=3m) >"$WORK/fuzz.log" 2>&1; then
				passed=$((passed + 1))
				printf '  ok   %-34s %s\n' "$dir" "$name"
			else
				failed=$((failed + 1))
				cat "$WORK/fuzz.log"
				name_failed "$dir $name"
				printf '  FAIL %-34s %s\n' "$dir" "$name"
			fi
		done
	done
	count $passed $failed 0
	[ $failed -eq 0 ] && [ $passed -gt 0 ]
}

stage_stories() {
	build_node
	{ "$NODE" story assets/stories/*.story || say "story: exit status $?"; } 2>&1 | tee "$WORK/stories.log"
	sed -n 's/^stories: \([0-9]*\) passed, \([0-9]*\) failed.*$/\1 \2 0/p' "$WORK/stories.log" | tail -n 1 >>"$COUNTS"
	grep '^assets/stories/[^ ]*\.story:[0-9]*: ' "$WORK/stories.log" >>"$FAILED" || true
	grep -q '^stories: [1-9][0-9]* passed, 0 failed' "$WORK/stories.log" && ! grep -q '^story: exit status' "$WORK/stories.log"
}

stage_demo() {
	build_node
	"$NODE" demo --headless
}

stage_window() {
	if has Xvfb && has xdotool && has import && has xclip; then
		sh assets/scripts/window.sh
	else
		say "  left out: there is no display in memory here, and none could be installed"
		count 0 0 1
	fi
}

# build_tool NAME PACKAGE builds one of the tools that .ci/tools/go.mod pins.
build_tool() {
	mkdir -p "$TOOLS"
	(cd .ci/tools && CGO_ENABLED=0 "$GO" build -o "$TOOLS/$1" "$2")
}

# run_stage NAME runs one stage, and counts it as one check if it did not count by itself.
run_stage() {
	COUNTS="$WORK/counts"
	FAILED="$WORK/failed.$1"
	: >"$COUNTS"
	: >"$FAILED"
	printf '\n== %s\n' "$1"
	began=$(now)
	(set -eu && "stage_$1")
	status=$?
	[ -s "$COUNTS" ] || if [ $status -eq 0 ]; then count 1 0 0; else count 0 1 0; fi
	awk -v name="$1" -v status=$status -v seconds=$(($(now) - began)) '
		{ passed += $1; failed += $2; skipped += $3 }
		END {
			if (status != 0 && failed == 0) failed = 1
			print name, passed + 0, failed + 0, skipped + 0, seconds
		}' "$COUNTS" >>"$WORK/stages"
	awk 'END { printf "== %s %s after %d s\n", $1, ($3 > 0 ? "FAILED" : "passed"), $5 }' "$WORK/stages"
	return $status
}

# summary prints what failed in each stage, a table of the stages and, last, the counts.
summary() {
	say
	for failed in "$WORK"/failed.*; do
		sed "s/^/  failed in ${failed##*.}: /" "$failed"
	done
	[ -z "$LEFT_OUT" ] || say "  not in the list: $LEFT_OUT"
	awk '
		{
			printf "  %-12s %5d passed %4d failed %4d skipped %5d s\n", $1, $2, $3, $4, $5
			passed += $2; failed += $3; skipped += $4; seconds += $5
			if ($3 > 0) names = names " " $1
		}
		END {
			printf "  all          %5d passed %4d failed %4d skipped %5d s\n", passed, failed, skipped, seconds
			if (names != "") print "failed stages:" names
			print passed + 0 " passed, " failed + 0 " failed"
		}' "$WORK/stages"
}

LEFT_OUT=
if [ $# -eq 0 ]; then
	for name in $STAGES; do
		if [ "$name" = office ] && ! namespaces; then
			LEFT_OUT="office, since nobody can make network namespaces here"
		else
			set -- "$@" "$name"
		fi
	done
fi
rm -rf "$WORK"
mkdir -p "$WORK/fuzz"
: >"$WORK/stages"
for name; do
	case " $STAGES " in *" $name "*) ;; *) fail "test.sh: no stage $name; there are: $STAGES" ;; esac
	if [ "$name" = machine ]; then
		run_stage machine || { summary; exit 1; }
	else
		[ -n "${GO_READY:-}" ] || { use_go && GO_READY=yes; }
		run_stage "$name"
	fi
done
summary | tee "$WORK/summary"
tail -n 1 "$WORK/summary" | grep -q '^[1-9][0-9]* passed, 0 failed$'
