#!/bin/sh
# Installs the pedestrian camera as a service, or removes it. Running it again updates the program and keeps the settings.
#   sudo ./install.sh [PROGRAM]     PROGRAM: the published binary; by default ./pedestrian-camera beside this script
#   sudo ./install.sh --uninstall   settings and events stay, and are named
# With DESTDIR set, files go below that folder, and no user is made and no service started (for packages).
set -eu

name=pedestrian-camera
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=${DESTDIR:-}
binary=$root/usr/local/bin/$name
unit=$root/etc/systemd/system/$name.service
settings=$root/etc/$name
state=$root/var/lib/$name

fail() {
    echo "install.sh: $1" >&2
    exit 1
}

has_systemd() {
    [ -z "$root" ] && [ -d /run/systemd/system ]
}

if [ -z "$root" ] && [ "$(id -u)" != 0 ]; then fail "needs root: sudo $0 $*"; fi

case ${1:-} in
-h | --help)
    sed -n '2,5s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
--uninstall)
    if has_systemd && [ -e "$unit" ]; then systemctl disable --now "$name.service"; fi
    rm -f "$unit" "$binary"
    if has_systemd; then systemctl daemon-reload; fi
    echo "Removed. Kept: $settings and $state; delete them, and the user $name, if you want them gone."
    exit 0
    ;;
-*) fail "$1: unknown option; expected --uninstall or a program" ;;
esac

program=${1:-$here/$name}
[ -f "$program" ] || fail "$program: no such file; publish it first: dotnet publish firmware-samples/PedestrianCamera -c Release -f net9.0 -r linux-arm64 -o out"
[ $# -le 1 ] || fail "$2: one program is enough"

if [ -z "$root" ]; then
    # The unit names both groups; not every system has gpio.
    for group in video gpio; do getent group "$group" >/dev/null || groupadd --system "$group"; done
    getent passwd "$name" >/dev/null || useradd --system --user-group --no-create-home --home-dir "/var/lib/$name" --shell /usr/sbin/nologin "$name"
fi

# Beside and renamed: the old program may be running.
install -D -m 755 "$program" "$binary.new"
mv -f "$binary.new" "$binary"
install -D -m 644 "$here/$name.service" "$unit"
install -d -m 750 "$settings"
if [ -e "$settings/$name.json" ]; then
    echo "Kept $settings/$name.json"
else
    # It may come to hold tokens: the service reads it, others do not.
    install -m 640 "$here/$name.json" "$settings/$name.json"
fi
if [ -z "$root" ]; then chgrp -R "$name" "$settings"; fi

if has_systemd; then
    systemctl daemon-reload
    systemctl enable "$name.service"
    systemctl restart "$name.service" || fail "installed, but it does not start; it says why: journalctl -u $name"
fi
echo "Installed. Settings: $settings/$name.json. What it says: journalctl -u $name"
