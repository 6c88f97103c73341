# shellcheck shell=sh
# Sourced by the launchers: finds the .NET SDK, or says what to install.

# shellcheck disable=SC2034  # used by the scripts that source this
sdk_major=10

has_sdk() {
    command -v dotnet >/dev/null 2>&1 && dotnet --list-sdks 2>/dev/null | grep -q "^$sdk_major\."
}

require_sdk() {
    has_sdk && return 0
    {
        echo "shoal: The .NET $sdk_major SDK is needed to build shoal, and it is not here. Install it with one of:"
        echo "    Debian, Ubuntu   sudo apt-get install dotnet-sdk-$sdk_major.0"
        echo "    Fedora, RHEL     sudo dnf install dotnet-sdk-$sdk_major.0"
        echo "    macOS            brew install dotnet"
        echo "    Windows          winget install Microsoft.DotNet.SDK.$sdk_major"
        echo "or see https://dotnet.microsoft.com/download"
    } >&2
    return 1
}

# The folder of the dotnet program itself, through symbolic links.
dotnet_folder() {
    program=$(command -v dotnet)
    while [ -h "$program" ]; do
        target=$(readlink "$program")
        case $target in
            /*) program=$target ;;
            *) program=${program%/*}/$target ;;
        esac
    done
    (CDPATH='' cd -- "${program%/*}" && pwd)
}
