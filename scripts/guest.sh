# shellcheck shell=sh
# What scripts/in-uml and scripts/in-qemu have in common: the directory by which a guest is told what to run and answers. They
# say NAME, home, USAGE_LINE, and read the options -m -t -o -n themselves.

say() { echo "$NAME: $*" >&2; }
die() { say "$@"; exit 125; }
usage() { sed -n "$USAGE_LINE" "$home/scripts/$NAME" | sed 's/^# */usage: /' >&2; exit 125; }

# quote WORD: as a shell reads it back.
quote() { printf "'%s' " "$(printf '%sx' "$1" | sed "s/'/'\\\\''/g" | sed '$s/x$//')"; }

# require_tap: that $tap, when the guest is to have one, is here.
require_tap() {
    [ -z "$tap" ] || ip link show dev "$tap" >/dev/null 2>&1 ||
        die "there is no device $tap here; make it: ip tuntap add $tap mode tap"
}

# make_work: the directory $work of this run, gone with this script, and the guest with it.
make_work() {
    # The kernel's command line splits at blanks.
    case ${TMPDIR:=/tmp} in *[[:space:]]*) TMPDIR=/tmp ;; esac
    work=$(mktemp -d "$TMPDIR/$NAME.XXXXXX")
    guest=
    trap 'cleanup' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

cleanup() {
    [ -z "$guest" ] || kill -KILL "$guest" 2>/dev/null || :
    rm -rf "$work"
}

# make_job COMMAND...: $work/job, as scripts/guest-init expects it.
make_job() {
    mkdir "$work/job"
    printf '%s' "$shares" >"$work/job/shares"
    [ -z "$init" ] || : >"$work/job/init"
    {
        # Not BASH_ENV and their like, nor what belongs to this shell alone.
        export -p
        printf 'cd %s\n' "$(quote "$home")"
        printf 'exec '
        for word; do quote "$word"; done
        echo
    } >"$work/job/command"
}

# await_guest: waits for $guest and exits as the command did.
await_guest() {
    code=0
    wait "$guest" 2>/dev/null || code=$?
    guest=
    if [ -s "$work/job/exit" ]; then
        exit "$(cat "$work/job/exit")"
    fi
    # timeout(1) dies by the signal that it sends.
    [ $code != 137 ] || { say "the command was not done after $seconds s"; exit 124; }
    tail -n 60 "$work/console" >&2
    die "the guest ended without an exit code; above is what its kernel said last"
}
