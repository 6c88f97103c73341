# shellcheck shell=sh disable=SC2154  # root and current are set by those who source this
# Sourced by the launchers. "current" carries the time at which its build began, so that an edit during the build
# counts as newer; folders count too, since removing a file changes only them.
is_fresh() {
    [ -f "$current" ] || return 1
    newer=$(find "$root/src" "$root/Directory.Build.props" "$root/Directory.Packages.props" "$root/global.json" \
        -newer "$current" 2>/dev/null | head -n 1)
    [ -z "$newer" ]
}
