using System.Globalization;

namespace Shoal.Lab.Static;

/// <summary>
/// The scripts that start the peers of one machine in their order and wait for all: one for <c>sh</c>, or a PowerShell
/// script for Windows with a <c>.cmd</c> that starts it where scripts are not allowed to start by themselves.
/// </summary>
/// <param name="Peers">Numbers of the peers.</param>
/// <param name="Program">The program to fall back to where <c>shoal</c> is not in the PATH.</param>
internal sealed record StartScripts(IReadOnlyList<long> Peers, string Program)
{
    public const string ShellName = "run_peers.sh";
    public const string PowerShellName = "run_peers.ps1";
    public const string CommandName = "run_peers.cmd";

    public string Shell => $$"""
        #!/bin/sh
        # Starts the peers of this machine in their order and waits until all of them have the file and have left.
        # The program is $SHOAL, or shoal in the PATH, or the one that wrote this script.
        set -u
        cd -- "$(dirname -- "$0")" || exit 1
        shoal=${SHOAL:-}
        [ -n "$shoal" ] || shoal=$(command -v shoal) || shoal='{{Quoted("'\\''")}}'
        pids=
        trap 'kill $pids 2>/dev/null' INT TERM HUP
        for id in {{List(" ")}}; do
            "$shoal" lab static "$id" --quiet </dev/null &
            pids="$pids $!"
            echo "Peer $id runs; what happens is in log_peer_$id.log."
        done
        status=0
        for pid in $pids; do
            wait "$pid" || status=$?
        done
        [ "$status" -ne 0 ] || echo "All peers have the file."
        exit "$status"

        """;

    public string PowerShell => Windows($$"""
        # Starts the peers of this machine in their order and waits until all of them have the file and have left.
        # The program is $env:SHOAL, or shoal in the PATH, or the one that wrote this script.
        Set-Location -LiteralPath $PSScriptRoot
        $shoal = '{{Quoted("''")}}'
        if (Get-Command shoal -ErrorAction SilentlyContinue) { $shoal = 'shoal' }
        if ($env:SHOAL) { $shoal = $env:SHOAL }
        $peers = foreach ($id in {{List(", ")}}) {
            $peer = Start-Process -FilePath $shoal -ArgumentList 'lab', 'static', $id, '--quiet' -NoNewWindow -PassThru
            # The exit code of a process is known only to who has asked for its handle.
            $null = $peer.Handle
            Write-Host "Peer $id runs; what happens is in log_peer_$id.log."
            $peer
        }
        $peers | Wait-Process
        $failed = @($peers | Where-Object { $_.ExitCode -ne 0 })
        if ($failed.Count -gt 0) { exit $failed[0].ExitCode }
        Write-Host 'All peers have the file.'

        """);

    public static string Command => Windows($"""
        @echo off
        rem Starts {PowerShellName}, which machines may refuse to start by itself.
        powershell -NoProfile -ExecutionPolicy Bypass -File "%~dp0{PowerShellName}"
        exit /b %errorlevel%

        """);

    private static string Windows(string text) => text.ReplaceLineEndings("\r\n");

    private string Quoted(string quote) => Program.Replace("'", quote, StringComparison.Ordinal);

    private string List(string separator) =>
        string.Join(separator, Peers.Select(id => id.ToString(CultureInfo.InvariantCulture)));
}
