# Bash completion for cjt188poll: commands, options, the lines there are, and what an option takes.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
_cjt188poll()
{
    local word=$2 before=$3

    COMPREPLY=()
    [[ $before != = ]] || before=${COMP_WORDS[COMP_CWORD - 2]} # --option=VALUE is three words here
    case $before in
    -i | --interface)
        # A name with a colon would be cut by readline.
        mapfile -t COMPREPLY < <(compgen -W "$("$1" -D 2>/dev/null | sed 's/^[0-9]*\. //; s/ (.*//')" -- "$word"
            compgen -f -- "$word")
        ;;
    -w | --write | -o | --output | --all | --meters | --taps) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --baud) mapfile -t COMPREPLY < <(compgen -W "300 600 1200 2400 4800 9600 19200" -- "$word") ;;
    --format) mapfile -t COMPREPLY < <(compgen -W "8E1 8N1 8O1 7E1" -- "$word") ;;
    --dtr) mapfile -t COMPREPLY < <(compgen -W "on off keep" -- "$word") ;;
    --rts) mapfile -t COMPREPLY < <(compgen -W "on off send keep" -- "$word") ;;
    --compress) mapfile -t COMPREPLY < <(compgen -W "gzip zstd" -- "$word") ;;
    --on-full) mapfile -t COMPREPLY < <(compgen -W "wait exit" -- "$word") ;;
    --if-busy) mapfile -t COMPREPLY < <(compgen -W "wait exit" -- "$word") ;;
    --di-order) mapfile -t COMPREPLY < <(compgen -W "low high" -- "$word") ;;
    --broadcast) mapfile -t COMPREPLY < <(compgen -W "aa5 aa7" -- "$word") ;;
    --form) mapfile -t COMPREPLY < <(compgen -W "thread standard" -- "$word") ;;
    --type) mapfile -t COMPREPLY < <(compgen -W "10 20" -- "$word") ;;
    --every) mapfile -t COMPREPLY < <(compgen -W "60s 15m 1h 1d" -- "$word") ;;
    --address) mapfile -t COMPREPLY < <(compgen -W "all" -- "$word") ;;
    -b | --ring-buffer) mapfile -t COMPREPLY < <(compgen -W "duration: interval: filesize: packets: files: budget: reserve: keep:" -- "$word") ;;
    --tap) mapfile -t COMPREPLY < <(compgen -W "$(sed 's/#.*//; s/ .*//' /etc/cjt188/polls.conf 2>/dev/null)" -- "$word") ;;
    read) mapfile -t COMPREPLY < <(compgen -W "901F 903F" -- "$word") ;;
    set-clock) mapfile -t COMPREPLY < <(compgen -W "now" -- "$word") ;;
    --count | --timeout | -r | --retries | --preamble | --listen | --manufacturer | --gap | --sync | --name | --description) ;;
    --capture-comment | raw | scan) ;;
    *)
        mapfile -t COMPREPLY < <(compgen -W "read find address scan set-clock raw
            -i -w -b -g -o -r -D -q -v -h --interface --name --description --baud --format --gap --dtr --rts --low-latency --no-wait
            --same-adapter --write --ring-buffer --capture-comment --on-full --compress --sync --meters --group-read --tap --taps
            --address --every --count --fast --timeout --retries --preamble --type --di-order --broadcast --listen --if-busy
            --json --csv --hex --output --form --manufacturer --all --yes --allow-jump --i-know --list --quiet --version --help" -- "$word")
        ;;
    esac
    [[ ${COMPREPLY[*]} != *: ]] || compopt -o nospace +o filenames # of a file's name bash would quote the colon
}
complete -o filenames -F _cjt188poll cjt188poll
