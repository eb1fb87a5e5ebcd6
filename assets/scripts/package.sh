#!/bin/sh
# Builds what is handed out, into build/package: for this system an archive of both
# programs and two Debian packages, `countersign` (the desktop) and `countersign-node`
# (the node and command line alone, which need no library).
#
#   package.sh             for this system
#   package.sh windows     both programs for 64-bit Windows, cross-compiled, in one archive
set -eu

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/assets/scripts/lib.sh"
cd "$ROOT"

OUT="$BUILD/package"
STAGE="$OUT/stage"
APP_ID=$(sed -n 's/^ID = "\(.*\)"$/\1/p' FyneApp.toml)
VERSION=$(sed -n 's/^Version = "\(.*\)"$/\1/p' FyneApp.toml)

build_release() {
	CGO_ENABLED=0 "$GO" build -trimpath -ldflags "-s -w" -o "$STAGE/countersignd" ./app/countersignd
	CGO_ENABLED=1 "$GO" build -trimpath -tags "$WINDOW_TAGS,release" -ldflags "-s -w" -o "$STAGE/countersign" .
}

# make_archive lays the files out as under /usr/local, for systems without Debian packages.
make_archive() {
	name="countersign-$VERSION-linux-$("$GO" env GOARCH)"
	tree="$STAGE/$name"
	install -D "$STAGE/countersign" "$tree/bin/countersign"
	install -D "$STAGE/countersignd" "$tree/bin/countersignd"
	install_desktop "$tree"
	install_service "$tree"
	install -m 644 LICENSE README.md CHANGELOG.md "$tree/"
	tar -C "$STAGE" --owner=0 --group=0 -czf "$OUT/$name.tar.gz" "$name"
	say "  build/package/$name.tar.gz"
}

install_desktop() {
	install -D -m 644 assets/packaging/countersign.desktop "$1/share/applications/$APP_ID.desktop"
	install -D -m 644 assets/icon.png "$1/share/icons/hicolor/512x512/apps/$APP_ID.png"
	install -D -m 644 assets/logo.svg "$1/share/icons/hicolor/scalable/apps/$APP_ID.svg"
}

install_service() {
	install -D -m 644 assets/packaging/countersignd@.service "$1/lib/systemd/system/countersignd@.service"
}

# The window opens these by name when it runs, so they cannot be read from the program.
OPENED="libx11-6, libxcursor1, libxi6, libxinerama1, libxrandr2, libxxf86vm1, libwayland-cursor0, libwayland-egl1, libxkbcommon0"

# libraries prints, comma-separated, the Debian packages of what a program links.
libraries() {
	objdump -p "$1" | awk '/NEEDED/ { print $2 }' | while read -r library; do
		path=$(readlink -f "$(ldconfig -p | awk -v name="$library" '$1 == name { print $NF; exit }')")
		dpkg-query -S "$path" 2>/dev/null | sed -n 's/:.*//p' | head -n 1
	done | sort -u | awk -v libc="$(dpkg-query -W -f '${Version}' libc6)" '
		{ sub(/-.*/, "", libc); printf "%s%s", separator, ($1 == "libc6" ? "libc6 (>= " libc ")" : $1); separator = ", " }'
}

# make_deb NAME TREE DEPENDS SUMMARY turns a tree into a Debian package.
make_deb() {
	install -D -m 644 LICENSE "$2/usr/share/doc/$1/copyright"
	mkdir -p "$2/DEBIAN"
	cat >"$2/DEBIAN/control" <<-CONTROL
		Package: $1
		Version: $VERSION
		Architecture: $(dpkg --print-architecture)
		Maintainer: Countersign
		Installed-Size: $(du -ks "$2/usr" | cut -f1)
		Section: net
		Priority: optional
		$([ -z "$3" ] || say "Depends: $3")
		Description: $4
		 Agencies ask one another for data, officials approve by signature, and anyone can
		 prove afterwards what was asked, approved, sent and received.
	CONTROL
	sed -i '/^$/d' "$2/DEBIAN/control"
	dpkg-deb --root-owner-group -Zxz --build "$2" "$OUT" >/dev/null
	say "  build/package/$1_${VERSION}_$(dpkg --print-architecture).deb"
}

make_debs() {
	desktop="$STAGE/deb-desktop"
	install -D "$STAGE/countersign" "$desktop/usr/bin/countersign"
	install_desktop "$desktop/usr"
	make_deb countersign "$desktop" "$(libraries "$STAGE/countersign"), $OPENED" "requests for data between agencies (desktop)"

	node="$STAGE/deb-node"
	install -D "$STAGE/countersignd" "$node/usr/bin/countersignd"
	install_service "$node/usr"
	mkdir -p "$node/usr/lib/sysusers.d" "$node/DEBIAN"
	say 'u countersign - "Countersign nodes" /var/lib/countersign' >"$node/usr/lib/sysusers.d/countersign.conf"
	printf '#!/bin/sh\nset -e\nif [ "$1" = configure ] && command -v systemd-sysusers >/dev/null; then\n\tsystemd-sysusers countersign.conf\nfi\n' >"$node/DEBIAN/postinst"
	chmod 755 "$node/DEBIAN/postinst"
	make_deb countersign-node "$node" "" "requests for data between agencies (node and command line)"
}

# make_windows packages a copy of the checkout, since the packager counts FyneApp.toml's
# build number up.
make_windows() {
	name="countersign-$VERSION-windows-amd64"
	mkdir -p "$STAGE/source" "$STAGE/$name"
	git ls-files -z | xargs -0 cp --parents -t "$STAGE/source"
	(cd .ci/tools && CGO_ENABLED=0 "$GO" build -o "$BUILD/tools/fyne" fyne.io/tools/cmd/fyne)
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 "$GO" build -trimpath -ldflags "-s -w" -o "$STAGE/$name/countersignd.exe" ./app/countersignd
	(
		cd "$STAGE/source"
		PATH="$(dirname "$GO"):$PATH"
		export PATH CGO_ENABLED=1 GOOS=windows GOARCH=amd64 CC=x86_64-w64-mingw32-gcc
		# The packager hardens what it compiles; its checks live in a library of their own.
		export CGO_LDFLAGS="-Wl,-Bstatic -lssp -Wl,-Bdynamic"
		"$BUILD/tools/fyne" package --target windows --release --tags "$WINDOW_TAGS" --app-id "$APP_ID"
	)
	mv "$STAGE/source/Countersign.exe" "$STAGE/$name/"
	cp LICENSE README.md CHANGELOG.md "$STAGE/$name/"
	(cd "$STAGE" && zip -qr "$OUT/$name.zip" "$name")
	say "  build/package/$name.zip"
}

if [ "${1:-}" = windows ]; then
	step 1/2 "Looking for what the build needs"
	sh assets/scripts/setup.sh node windows
	use_go
	step 2/2 "Cross-compiling and packing version $VERSION (some minutes the first time)"
	mkdir -p "$STAGE" "$BUILD/tools"
	make_windows
	rm -rf "$STAGE"
	exit 0
fi

step 1/3 "Looking for what the build needs"
sh assets/scripts/setup.sh node window
use_go
step 2/3 "Building (with other settings than for make run: some minutes the first time)"
rm -rf "$OUT"
mkdir -p "$STAGE"
build_release
step 3/3 "Packing version $VERSION"
make_archive
if has dpkg-deb && has objdump; then
	make_debs
else
	say "  dpkg-deb or objdump is not here: no Debian packages"
fi
rm -rf "$STAGE"
