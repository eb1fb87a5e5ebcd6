#!/bin/sh
# Tries the two commands on a machine that has nothing but git and make: a new Debian
# root made by debootstrap, with a clone of the last commit, as a user who may use sudo.
#
#   fresh.sh bookworm|trixie [COMMAND...]     (default: make run, then make test)
#
# Needs root and debootstrap. FRESH_TARBALL names a tarball made by debootstrap
# --make-tarball, FRESH_ROOT where the new root goes; it is removed unless FRESH_KEEP is set.
set -eu

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/assets/scripts/lib.sh"

SUITE=${1:-bookworm}
[ $# -eq 0 ] || shift
FRESH_ROOT=${FRESH_ROOT:-${TMPDIR:-/tmp}/countersign-fresh-$SUITE}
HOME_INSIDE=/home/clerk

[ "$(id -u)" = 0 ] || fail "fresh.sh needs root, for debootstrap and chroot."
has debootstrap || fail "fresh.sh needs debootstrap."

# In namespaces of its own nothing of this machine's /dev or mounts is shared, and
# whatever the new machine leaves running ends with this script.
if [ "${FRESH_INSIDE:-}" != yes ]; then
	FRESH_INSIDE=yes exec unshare --mount --pid --fork --kill-child sh "$0" "$SUITE" "$@"
fi

mirror() {
	apt-get indextargets --format '$(COMPONENT)|$(REPO_URI)' 'Created-By: Packages' |
		awk -F'|' '$1 == "main" && $2 !~ /security/ { print $2; exit }'
}

clean() {
	for dir in proc dev/pts dev/shm; do
		umount --lazy "$FRESH_ROOT/$dir" 2>/dev/null || true
	done
	[ -n "${FRESH_KEEP:-}" ] || rm -rf --one-file-system "$FRESH_ROOT"
}

make_root() {
	set -- --variant=minbase --include=git,make,sudo
	[ -z "${FRESH_TARBALL:-}" ] || set -- --unpack-tarball="$FRESH_TARBALL" "$@"
	debootstrap "$@" "$SUITE" "$FRESH_ROOT" "$(mirror)" >"$FRESH_ROOT.log" 2>&1 || {
		tail -n 5 "$FRESH_ROOT.log" >&2
		fail "debootstrap failed; its whole log is $FRESH_ROOT.log"
	}
	rm -f "$FRESH_ROOT.log"
}

# borrow_network carries over how this machine reaches the network, which is not under test.
borrow_network() {
	cp -L /etc/resolv.conf "$FRESH_ROOT/etc/resolv.conf"
	say "127.0.0.1 localhost $(hostname)" >"$FRESH_ROOT/etc/hosts"
	apt-config dump | grep -E '^Acquire::(http|https|Check|Retries)' >"$FRESH_ROOT/etc/apt/apt.conf.d/90host" || true
	for authority in /usr/local/share/ca-certificates/*.crt; do
		[ -f "$authority" ] || continue
		mkdir -p "$FRESH_ROOT/usr/local/share/ca-certificates"
		cp "$authority" "$FRESH_ROOT/usr/local/share/ca-certificates/"
	done
}

make_clerk() {
	chroot "$FRESH_ROOT" useradd -m -s /bin/sh clerk
	say "clerk ALL=(ALL) NOPASSWD: ALL" >"$FRESH_ROOT/etc/sudoers.d/clerk"
	git clone -q --no-hardlinks "$ROOT" "$FRESH_ROOT$HOME_INSIDE/countersign"
	chroot "$FRESH_ROOT" chown -R clerk: "$HOME_INSIDE"
}

# inside COMMAND runs one command line as the clerk, in the clone, with a bare environment.
inside() {
	chroot --userspec=clerk: "$FRESH_ROOT" /usr/bin/env -i HOME="$HOME_INSIDE" LANG=C.UTF-8 \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} \
		${GOPROXY:+"GOPROXY=$GOPROXY"} ${GOSUMDB:+"GOSUMDB=$GOSUMDB"} \
		sh -c "cd $HOME_INSIDE/countersign && $1"
}

trap clean EXIT
trap 'exit 130' INT TERM
if [ ! -d "$FRESH_ROOT/home/clerk/countersign" ]; then
	say "making a new $SUITE in $FRESH_ROOT"
	make_root
	borrow_network
	make_clerk
fi
mount -t proc proc "$FRESH_ROOT/proc"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$FRESH_ROOT/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$FRESH_ROOT/dev/shm"
[ $# -gt 0 ] || set -- "make run" "make test"
for command; do
	say "== $SUITE: $command"
	began=$(now)
	inside "$command" || fail "== $SUITE: '$command' failed after $(($(now) - began)) s"
	say "== $SUITE: '$command' took $(($(now) - began)) s"
done
