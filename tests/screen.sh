# screen.sh: a real Wireshark with the profile CJT188, on a screen that nobody sees. Sourced by tests/pictures and
# tests/window, not run; they have set source_dir and build, and sourced need.sh.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
tap=$build/sniffer/cjt188dump
work=$(mktemp -d)
started=
trap 'for id in $started; do kill "$id" 2>/dev/null || true; done; rm -rf "$work"' EXIT

export TMPDIR="$work" HOME="$work/home" WIRESHARK_CONFIG_DIR="$work/config" XDG_RUNTIME_DIR="$work/run" LC_ALL=C.UTF-8 TZ=UTC
export WIRESHARK_PLUGIN_DIR="$build/plugins" CJT188_SYSFS="$work/sys" QT_LOGGING_RULES="*=false"

# adapter TTY MANUFACTURER PRODUCT: one that is not there, for the list.
adapter()
{
    mkdir -p "$work/sys/class/tty/$1" "$work/sys/usb-$1/if/$1"
    echo 0403 >"$work/sys/usb-$1/idVendor"
    echo "$2" >"$work/sys/usb-$1/manufacturer"
    echo "$3" >"$work/sys/usb-$1/product"
    ln -s "$work/sys/usb-$1/if/$1" "$work/sys/class/tty/$1/device"
}

# someone_s_wireshark: a home with the profile, the lines in the list, and a name for a meter.
someone_s_wireshark()
{
    mkdir -p "$HOME" "$XDG_RUNTIME_DIR" "$WIRESHARK_CONFIG_DIR/profiles"
    cp -r "$source_dir/profiles/CJT188" "$WIRESHARK_CONFIG_DIR/profiles/"
    own=$WIRESHARK_CONFIG_DIR/profiles/CJT188
    echo '"24263241","Ground floor","by the rules","","","","",""' >"$own/cjt188_meters"
    echo 'gui.update.enabled: FALSE' >>"$own/preferences"
    printf 'gui.%s\n' 'wireless_toolbar_show: FALSE' 'geometry_main_upper_pane: 200' \
        'geometry_main_lower_pane: 830' >>"$own/recent"
    printf 'gui.geometry_main_%s\n' 'x: 0' 'y: 0' 'width: 1280' 'height: 1000' 'maximized: FALSE' \
        >"$WIRESHARK_CONFIG_DIR/recent_common"
    "$tap" --install-extcap >/dev/null
    chmod -R a+rwX "$work"
}

# screen: of nobody else's number.
screen()
{
    Xvfb -displayfd 3 -screen 0 1280x1000x24 -nolisten tcp 3>"$work/display" >/dev/null 2>&1 &
    started="$started $!"
    for _ in $(seq 100); do
        [ ! -s "$work/display" ] || break
        sleep 0.1
    done
    [ -s "$work/display" ] || die "Xvfb did not come up"
    DISPLAY=:$(cat "$work/display")
    export DISPLAY
}

# window NAME: waits for the window of that name; its number.
window()
{
    for _ in $(seq 100); do
        found=$(xdotool search --onlyvisible --name "$1" 2>/dev/null | tail -n 1) || true
        [ -z "$found" ] || break
        sleep 0.2
    done
    [ -n "$found" ] || die "Wireshark's window \"$1\" did not come up"
    echo "$found"
}

# wireshark_with ARGUMENT...: on the screen, as somebody who is not root.
wireshark_with()
{
    "$source_dir/tests/unprivileged" wireshark -C CJT188 "$@" >"$work/log" 2>&1 &
    wireshark_id=$!
    started="$started $wireshark_id"
}

close_wireshark()
{
    kill "$wireshark_id"
    wait "$wireshark_id" 2>/dev/null || true
}
