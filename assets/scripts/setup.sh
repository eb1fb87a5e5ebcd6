#!/bin/sh
# Looks at this machine, says what is missing and why, and installs only that.
#
#   setup.sh node            what the headless node needs: Go, certificates
#   setup.sh node window     also the C compiler and libraries of the window
#   setup.sh node window test  also what the tests of a real window need
#   setup.sh node windows    what packages for Windows need
#
# Root is asked for only when something has to be installed, and only for apt-get
# (on Debian 12 also for one file in /etc/apt/sources.list.d).
set -eu

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/assets/scripts/lib.sh"

MISSING=
WISHED=
BACKPORTS_FILE=/etc/apt/sources.list.d/countersign-backports.sources

installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]
}

# miss PACKAGE REASON notes a package to install.
miss() {
	MISSING="$MISSING $1"
	printf '  missing: %-20s %s\n' "$1" "$2"
}

# wish PACKAGE REASON notes a package without which a part of the tests is left out.
wish() {
	WISHED="$WISHED $1"
	printf '  wished:  %-20s %s\n' "$1" "$2"
}

# may_be_root tells whether anything can be installed without asking in vain.
may_be_root() {
	[ "$(id -u)" = 0 ] || { has sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }
}

# need REASON PACKAGE... notes those of the packages that are not installed.
need() {
	reason=$1
	shift
	for package in "$@"; do
		installed "$package" || miss "$package" "$reason"
	done
}

look_node() {
	find_go || { GO_MISSING=yes && printf '  missing: %-20s %s\n' Go "1.21 or newer; it fetches the exact version named in go.mod"; }
	[ -n "${SSL_CERT_FILE:-}" ] || [ -s /etc/ssl/certs/ca-certificates.crt ] ||
		miss ca-certificates "to fetch Go modules over HTTPS"
}

look_window() {
	has "${CC:-gcc}" || miss gcc "compiles the window's C parts"
	need "compiles the window's C parts" libc6-dev
	has pkg-config || miss pkg-config "finds the libraries below"
	need "draws the window (OpenGL)" libgl-dev
	need "opens the window on X11" libx11-dev libxcursor-dev libxrandr-dev libxinerama-dev libxi-dev libxxf86vm-dev
	need "opens the window on Wayland" libwayland-dev libxkbcommon-dev libegl-dev
}

look_test() {
	has Xvfb || miss xvfb "a display in memory, to test the real window"
	has xdotool || miss xdotool "presses keys in the window under test"
	has import || miss imagemagick "takes pictures of the window under test"
	has xclip || miss xclip "reads what the window under test copies as text"
	has dbus-daemon || wish dbus-daemon "a session bus, to see what the window under test tells the desktop"
}

look_windows() {
	has x86_64-w64-mingw32-gcc || miss gcc-mingw-w64-x86-64 "compiles the window's C parts for Windows"
	has zip || miss zip "packs what Windows users unpack"
}

# look_elsewhere checks systems without apt-get, where names of packages differ.
look_elsewhere() {
	lacking=
	find_go || lacking="$lacking Go>=1.21"
	for group in "$@"; do
		case $group in
		window)
			has "${CC:-gcc}" || lacking="$lacking C-compiler"
			has pkg-config || lacking="$lacking pkg-config"
			has pkg-config && for lib in gl x11 xcursor xrandr xinerama xi xxf86vm wayland-client xkbcommon egl; do
				pkg-config --exists "$lib" || lacking="$lacking $lib(headers)"
			done
			;;
		test)
			for tool in Xvfb xdotool import xclip; do has "$tool" || lacking="$lacking $tool"; done
			;;
		windows)
			for tool in x86_64-w64-mingw32-gcc zip; do has "$tool" || lacking="$lacking $tool"; done
			;;
		esac
	done
	[ -z "$lacking" ] && return 0
	fail "This system has no apt-get, so nothing was installed. Please install:$lacking"
}

# become_root sets $AS_ROOT to the words before a command that needs root.
become_root() {
	if [ "$(id -u)" = 0 ]; then
		AS_ROOT=
	elif may_be_root; then
		AS_ROOT=sudo
		say "  root is needed for apt-get only; sudo may ask for your password"
	else
		say "  these have to be installed as root, and there is no sudo to ask. As root, run:"
		say "    apt-get update && apt-get install --no-install-recommends$MISSING${GO_MISSING:+ golang-go}"
		[ -z "${GO_MISSING:-}" ] || say "  (golang-go must be 1.21 or newer; on Debian 12 take it from bookworm-backports)"
		say "  then run the same make command again."
		exit 1
	fi
}

as_root() {
	$AS_ROOT env DEBIAN_FRONTEND=noninteractive ${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} "$@"
}

apt_install() {
	as_root apt-get install -y -qq --no-install-recommends "$@" >"$LOG" 2>&1 && return 0
	tail -n 20 "$LOG" >&2
	return 1
}

refresh_lists() {
	say "  refreshing the package lists"
	as_root apt-get update -qq >"$LOG" 2>&1 && return 0
	tail -n 5 "$LOG" >&2
	return 1
}

# go_offered prints "SUITE" of the first golang-go of 1.21 or newer that apt knows.
go_offered() {
	apt-cache madison golang-go 2>/dev/null | awk -F'|' '{
		version = $2; sub(/^ *([0-9]+:)?/, "", version); split(version, part, /[.~+-]/)
		split($3, where, " "); split(where[2], suite, "/")
		if (part[1] > 1 || (part[1] == 1 && part[2] + 0 >= 21)) { print suite[1]; exit }
	}'
}

# enable_backports adds the backports of the mirror this machine already uses.
enable_backports() {
	codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
	[ -n "$codename" ] || return 1
	source_of_release=$(apt-get indextargets --format '$(RELEASE)|$(CODENAME)|$(COMPONENT)|$(REPO_URI)|$(SIGNED_BY)' 'Created-By: Packages' |
		awk -F'|' -v name="$codename" '$3 == "main" && ($1 == name || $2 == name) { print $4 "|" $5; exit }')
	mirror=${source_of_release%%|*}
	signed_by=${source_of_release#*|}
	[ -n "$mirror" ] || return 1
	# Only a key file can be named again; anything else stands with apt's trusted keys.
	case $signed_by in /*) ;; *) signed_by= ;; esac
	say "  $codename's own Go is too old: adding $codename-backports of $mirror"
	say "  as $BACKPORTS_FILE (nothing else is taken from it)"
	{
		say "# Added by Countersign's set-up, for a newer Go. Delete this file to undo it."
		say "Types: deb"
		say "URIs: ${mirror%/}"
		say "Suites: $codename-backports"
		say "Components: main"
		[ -z "$signed_by" ] || say "Signed-By: $signed_by"
	} | as_root tee "$BACKPORTS_FILE" >/dev/null
	refresh_lists && return 0
	as_root rm -f "$BACKPORTS_FILE"
	return 1
}

install_go() {
	suite=$(go_offered)
	if [ -z "$suite" ]; then
		enable_backports && suite=$(go_offered)
	fi
	[ -n "$suite" ] || fail "No Go of 1.21 or newer can be had from this machine's package sources. Install one by hand and run the same command again."
	say "  installing golang-go from $suite"
	apt_install -t "$suite" golang-go || fail "apt-get could not install golang-go; see above."
	find_go || fail "golang-go was installed, but no go command of 1.21 or newer was found."
}

LOG=$(mktemp)
trap 'rm -f "$LOG"' EXIT
GO_MISSING=

if ! has apt-get; then
	look_elsewhere "$@"
	exit 0
fi
for group in "$@"; do
	case $group in
	node | window | test | windows) "look_$group" ;;
	*) fail "setup.sh: unknown group $group" ;;
	esac
done
if [ -z "$MISSING$GO_MISSING$WISHED" ]; then
	say "  nothing is missing"
	exit 0
fi
if [ -z "$MISSING$GO_MISSING" ] && ! may_be_root; then
	say "  nothing that is needed is missing; what only a part of the tests uses is left out"
	exit 0
fi
become_root
# A list that cannot be refreshed may still be good enough to install from.
refresh_lists || say "  the lists could not be refreshed; trying with those at hand"
if [ -n "$MISSING" ]; then
	say "  installing$MISSING"
	# shellcheck disable=SC2086 # a list of package names
	apt_install $MISSING || fail "apt-get could not install them; see above."
fi
# shellcheck disable=SC2086 # a list of package names
[ -z "$WISHED" ] || apt_install $WISHED || say "  $WISHED could not be installed: the part of the tests that uses it is left out"
[ -z "$GO_MISSING" ] || install_go
say "  done"
