# Bash completion for cjt188dump: options, the lines there are, and what an option takes.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
_cjt188dump()
{
    local word=$2 before=$3

    COMPREPLY=()
    [[ $before != = ]] || before=${COMP_WORDS[COMP_CWORD - 2]} # --option=VALUE is three words here
    case $before in
    -i | --interface)
        # A name with a colon would be cut by readline.
        mapfile -t COMPREPLY < <(compgen -W "$("$1" -D 2>/dev/null | sed 's/^[0-9]*\. //; s/ (.*//') -" -- "$word"
            compgen -f -- "$word")
        ;;
    -w | --write) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --baud) mapfile -t COMPREPLY < <(compgen -W "auto 300 600 1200 2400 4800 9600 19200" -- "$word") ;;
    --format) mapfile -t COMPREPLY < <(compgen -W "8E1 8N1 8O1 7E1" -- "$word") ;;
    --dtr | --rts) mapfile -t COMPREPLY < <(compgen -W "on off keep" -- "$word") ;;
    --compress) mapfile -t COMPREPLY < <(compgen -W "gzip zstd" -- "$word") ;;
    --on-full) mapfile -t COMPREPLY < <(compgen -W "wait exit" -- "$word") ;;
    -a | --autostop) mapfile -t COMPREPLY < <(compgen -W "duration: packets: filesize: files:" -- "$word") ;;
    -b | --ring-buffer) mapfile -t COMPREPLY < <(compgen -W "duration: interval: filesize: packets: files: budget: reserve: keep:" -- "$word") ;;
    --tap) mapfile -t COMPREPLY < <(compgen -W "$(sed 's/#.*//; s/ .*//' /etc/cjt188/taps.conf 2>/dev/null)" -- "$word") ;;
    --metrics) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --alarm-silence) mapfile -t COMPREPLY < <(compgen -W "15m 1h 1d" -- "$word") ;;
    --taps) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --meters) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --readings) mapfile -t COMPREPLY < <(compgen -W "json" -- "$word") ;;
    -c | --count | -f | --filter | --gap | --alarm-command | --sync | --name | --description | --capture-comment) ;;
    *)
        if [[ $word != -* && " ${COMP_WORDS[*]} " == *" --repair "* ]]; then
            mapfile -t COMPREPLY < <(compgen -f -- "$word") # as many as there are
            return
        fi
        mapfile -t COMPREPLY < <(compgen -W "-i -f -w -c -a -b -P -n -g -D -L -q -v -h --baud --format --gap --dtr --rts
            --low-latency --no-wait --same-adapter --marked --hex --name --description --capture-comment --compress --alarm-silence --alarm-command --metrics --json --machine-readable -M --on-full --sync --repair --readings --meters --probe --tap --taps --install-extcap --help --interface --filter --write
            --count --autostop --ring-buffer --pcap --pcapng --group-read --list --list-data-link-types --quiet --version" -- "$word")
        ;;
    esac
    [[ ${COMPREPLY[*]} != *: ]] || compopt -o nospace +o filenames # of a file's name bash would quote the colon
}
complete -o filenames -F _cjt188dump cjt188dump
