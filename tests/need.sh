# need.sh: what this project needs of Debian, and how it gets there. Sourced by tests/run, tests/matrix, .ci/run and
# samples/demo, not run.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later

packages_to_build="gcc libc6-dev make cmake pkgconf wireshark-dev libwireshark-dev libglib2.0-dev libpcap-dev libserialport-dev zlib1g-dev libzstd-dev"
packages_to_pack="dpkg-dev file" # for the target package, which is there only with them
packages_to_show="tshark util-linux"
packages_to_test="python3 python3-pytest strace logrotate jq gzip zstd chromium"

# die SENTENCE: one plain sentence, and out.
die()
{
    echo "${0##*/}: $*" >&2
    exit 1
}

# parse_yes ARGUMENT...: sets assume_yes; --yes is the only option these commands have.
parse_yes()
{
    assume_yes=no
    [ "$(id -u)" -ne 0 ] || assume_yes=yes
    for argument; do
        case $argument in
        --yes) assume_yes=yes ;;
        *) die "unknown argument $argument; the only option is --yes (install what is missing without asking)" ;;
        esac
    done
}

# need PACKAGE...: installs what is missing, and says what.
need()
{
    command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || {
        echo "${0##*/}: this is no Debian, so nothing is installed; needed are what Debian calls: $*" >&2
        return 0
    }
    missing=
    for package; do
        case $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) in
        installed) ;;
        *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0

    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            die "some packages are missing, and without sudo only root can install them: apt-get install$missing"
        as_root=sudo
    fi
    echo "${0##*/}: needed, and to be installed:$missing"
    if [ "$assume_yes" != yes ]; then
        [ -t 0 ] || die "say --yes to have these packages installed, or run: sudo apt-get install$missing"
        printf 'Go on? [Y/n] '
        read -r answer
        case $answer in '' | [Yy]*) ;; *) die "nothing was installed" ;; esac
    fi
    # shellcheck disable=SC2086 # a list of words
    {
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing
    } </dev/null || die "the Debian mirror could not be reached or did not have all of$missing; apt-get's own message is above"
}

# build_into FOLDER: configures and builds everything.
build_into()
{
    cmake -S "$source_dir" -B "$1" -DCJT188_WERROR=ON &&
        cmake --build "$1" --parallel "$(nproc)" || die "the build failed; the compiler's message is above"
}
