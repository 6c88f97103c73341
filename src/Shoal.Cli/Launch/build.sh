#!/bin/sh
# Builds the program for this machine into artifacts/shoal. Called by the launcher with the root of the project.
set -eu
root=$1
out=$root/artifacts/shoal
current=$out/current
lock=$out/lock
log=$out/build.log

# shellcheck source=src/Shoal.Cli/Launch/sdk.sh
. "$root/src/Shoal.Cli/Launch/sdk.sh"

# shellcheck source=src/Shoal.Cli/Launch/fresh.sh
. "$root/src/Shoal.Cli/Launch/fresh.sh"

# One build at a time. The lock is a folder, which only one can make; in it lies who has it, and a lock whose owner
# is gone is taken over.
take_lock() {
    waited=no
    while ! mkdir "$lock" 2>/dev/null; do
        if [ ! -d "$lock" ] && [ ! -w "$out" ]; then
            echo "shoal: Cannot write to $out, where the program is built; make it writable, or use a copy." >&2
            exit 1
        fi
        owner=$(cat "$lock/pid" 2>/dev/null || true)
        if [ -z "$owner" ]; then
            # It has just been made, or its owner died in that very moment.
            [ -n "$(find "$lock" -prune -mmin +1 2>/dev/null)" ] && rm -rf "$lock"
        elif ! kill -0 "$owner" 2>/dev/null; then
            # Moving it away is atomic, so of several that see a dead owner only one removes it.
            mv "$lock" "$lock.$$" 2>/dev/null && rm -rf "$lock.$$"
            continue
        fi
        [ "$waited" = yes ] || echo "shoal: Waiting for another build to end." >&2
        waited=yes
        sleep 1
    done
    echo $$ > "$lock/pid"
    trap 'rm -rf "$lock" "$out/next.$$"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

publish() {
    dotnet publish "$root/src/Shoal.Cli/Shoal.Cli.csproj" -c Release --use-current-runtime --self-contained false \
        -o "$1" -p:PublishReadyToRun="$2" -p:UseAppHost=true -nologo -v quiet >"$log" 2>&1
}

can_precompile() {
    dotnet restore "$root/src/Shoal.Cli/Shoal.Cli.csproj" --use-current-runtime -p:PublishReadyToRun=true \
        -nologo -v quiet >"$log" 2>&1
}

require_sdk
if ! mkdir -p "$out" 2>/dev/null; then
    echo "shoal: Cannot write to $root, where the program is built; make it writable, or use a copy of it." >&2
    exit 1
fi
take_lock
# Another may have built it while we waited.
is_fresh && exit 0

echo "shoal: Building; this takes a minute the first time." >&2
build=build-$(date +%Y%m%d-%H%M%S)-$$
next=$out/next.$$
: > "$next"
precompile=true
can_precompile || precompile=false
if ! publish "$out/$build" "$precompile"; then
    echo "shoal: The build failed; the whole log is in $log" >&2
    if grep -qE 'error|warn' "$log"; then grep -E 'error|warn' "$log" | sort -u | head -n 20
    else tail -n 20 "$log"; fi >&2
    rm -rf "${out:?}/$build"
    exit 1
fi

# The content is written without touching the time of the file, which is that of the start.
printf '%s\n%s\n' "$build" "$(dotnet_folder)" > "$next.text"
touch -r "$next" "$next.text"
previous=$(head -n 1 "$current" 2>/dev/null || true)
mv -f "$next.text" "$current"

# A program that still runs from the build before loads parts of it late; older ones go.
for folder in "$out"/build-*; do
    case ${folder##*/} in
        "$build" | "$previous") ;;
        *) rm -rf "$folder" ;;
    esac
done
