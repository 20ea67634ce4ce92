# debian-folder.sh: another Debian in a folder, made by debootstrap and entered by chroot. Sourced by tests/matrix, tests/packages
# and tests/cross, after need.sh, with source_dir set, and root before any of this is called.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later

folders=${CJT188_MATRIX_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/cjt188/matrix}
assume_yes=yes

# become_root ARGUMENT...: starts this program anew as root, with these arguments, if it is not.
become_root()
{
    [ "$(id -u)" -ne 0 ] || return 0
    command -v sudo >/dev/null || die "only root can make and enter a debootstrap folder, and there is no sudo"
    exec sudo env CJT188_MATRIX_DIR="$folders" CJT188_MIRROR="${CJT188_MIRROR-}" \
        CJT188_LEAVE_OUT="${CJT188_LEAVE_OUT-}" "$0" "$@"
}

# own_mounts ARGUMENT...: starts this program anew with mounts of its own, which go away with it, however it ends.
own_mounts()
{
    [ -z "${CJT188_MATRIX_NAMESPACE-}" ] || return 0
    unshare --mount true || die "this root may not mount anything, as in a container without privileges"
    CJT188_MATRIX_NAMESPACE=own exec unshare --mount --propagation private "$0" "$@"
}

# lock_root: nobody else is in the folder for as long as this program runs.
lock_root()
{
    mkdir -p "$folders"
    exec 9>"$root.lock"
    flock 9
}

# The mirror of this machine's own apt, else Debian's.
mirror()
{
    from=${CJT188_MIRROR:-$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        sed -n '/^Debian /{s///p;q}')}
    echo "${from:-http://deb.debian.org/debian}"
}

# debootstrap unpacks beside the folder, so that one that was cut short is never taken for a whole one.
make_root()
{
    need debootstrap debian-archive-keyring
    url=$(mirror)
    log=$root.log
    echo "${0##*/}: making $root from $url"
    [ -n "${http_proxy-}" ] || http_proxy=$(apt-config dump --format '%v%n' Acquire::http::Proxy)
    rm -rf --one-file-system "$root.new"
    env ${http_proxy:+http_proxy="$http_proxy"} \
        debootstrap --variant=minbase --include=ca-certificates "$suite" "$root.new" "$url" >"$log" 2>&1 </dev/null || {
        tail -n 3 "$log" >&2
        rm -rf --one-file-system "$root.new"
        die "Debian $suite could not be fetched from the mirror $url; the whole story is in $log"
    }
    mv "$root.new" "$root"
}

# A /proc, a /dev without any real device, and this machine's way to the network and to the mirror.
furnish_root()
{
    mount -t proc proc "$root/proc"
    mount -t tmpfs -o mode=755 tmpfs "$root/dev"
    mkdir "$root/dev/pts" "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    ln -s pts/ptmx "$root/dev/ptmx"
    ln -s /proc/self/fd "$root/dev/fd"
    for stream in 0:stdin 1:stdout 2:stderr; do
        ln -s "/proc/self/fd/${stream%:*}" "$root/dev/${stream#*:}"
    done
    for device in null zero full random urandom; do
        : >"$root/dev/$device"
        mount --bind "/dev/$device" "$root/dev/$device"
    done
    for file in /etc/resolv.conf /etc/hosts; do
        rm -f "$root$file"
        [ ! -e "$file" ] || cp -L "$file" "$root$file"
    done
    apt-config dump | grep -Ei '^Acquire::(https?::|Check-Valid-Until|Check-Date|Retries)' \
        >"$root/etc/apt/apt.conf.d/90host" || true
}

# What git knows or would add, as it is now; a tree that is no clone goes as a whole.
list_sources()
{
    if [ -e .git ]; then
        git -c safe.directory="$source_dir" ls-files -z --cached --others --exclude-standard
    else
        find . -path ./build -prune -o -type f -print0
    fi | xargs -0 sh -c 'for file; do [ ! -e "$file" ] || printf "%s\0" "$file"; done' sh
}

copy_sources()
{
    rm -rf --one-file-system "$root/src" "$root$clone"
    mkdir "$root$clone"
    cd "$source_dir"
    list_sources | tar -c --null --no-recursion -T - | tar -x -C "$root$clone" --no-same-owner
    [ -x "$root$clone/tests/run" ] || die "the sources could not be copied to $root$clone"
}

# inside COMMAND...: runs it in the folder, with nothing of this machine's environment but the way to the mirror.
inside()
{
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TERM=dumb \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        chroot "$root" "$@" </dev/null
}

# booted OPTION... -- COMMAND...: boots the folder's own systemd in a container, has it run the command as root, tells what that
# said, and ends as it did. The options are systemd-nspawn's.
booted()
{
    need systemd-container
    options=
    while [ "$1" != -- ]; do
        options="$options $1"
        shift
    done
    shift
    [ -d /run/systemd/system ] || options="$options --keep-unit" # here no systemd runs that could be told of a container
    ln -sfn /dev/null "$root/etc/systemd/system/console-getty.service"
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    ln -sfn ../cjt188-test.service "$root/etc/systemd/system/multi-user.target.wants"
    cat >"$root/etc/systemd/system/cjt188-test.service" <<END
[Unit]
SuccessAction=exit
FailureAction=exit

[Service]
Type=oneshot
Environment=HOME=/root LC_ALL=C.UTF-8 TERM=dumb http_proxy=${http_proxy-} https_proxy=${https_proxy-}
ExecStart=$*
StandardOutput=file:/var/log/cjt188-test
StandardError=inherit
END
    : >"$root/var/log/cjt188-test"
    ended=0
    # shellcheck disable=SC2086 # a list of words
    SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 timeout 1800 systemd-nspawn -q --register=no -D "$root" $options -b --console=pipe \
        systemd.show_status=no </dev/null >"$root.log" 2>&1 || ended=$?
    cat "$root/var/log/cjt188-test"
    [ -s "$root/var/log/cjt188-test" ] || tail -n 20 "$root.log" >&2
    return $ended
}
