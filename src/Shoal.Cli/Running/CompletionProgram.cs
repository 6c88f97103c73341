using System.ComponentModel;
using System.Diagnostics;
using Shoal.Cli.Output;

namespace Shoal.Cli.Running;

/// <summary>
/// The program of <c>--on-complete</c>. It is started directly, never through a shell, so that a torrent's name is
/// never read as a command; what it writes goes to standard error, so that it cannot mix into our data.
/// </summary>
internal static class CompletionProgram
{
    /// <summary>Starts it and waits for its end. What goes wrong is told and changes nothing else.</summary>
    public static Task RunAsync(string program, ITransfer transfer, TerminalOutput output, CancellationToken stop) =>
        RunAsync(program, transfer.ContentPath, Name(transfer), transfer.Hashes.ToString(), output, stop);

    /// <summary>As the other, for a file that is no torrent: its info-hash is empty then.</summary>
    public static async Task RunAsync(
        string program, string? path, string name, string infoHash, TerminalOutput output, CancellationToken stop)
    {
        ProcessStartInfo start = new(program)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["SHOAL_NAME"] = name;
        start.Environment["SHOAL_DIR"] = Path.GetDirectoryName(path) ?? "";
        start.Environment["SHOAL_INFO_HASH"] = infoHash;
        try
        {
            using Process process = Process.Start(start)
                ?? throw new InvalidOperationException("it did not start");
            process.StandardInput.Close();
            while (await process.StandardOutput.ReadLineAsync(stop) is { } line) output.Warn(line);
            await process.WaitForExitAsync(stop);
            if (process.ExitCode != 0)
                output.Warn($"The program '{program}' of --on-complete ended with exit code {process.ExitCode}.");
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException or IOException)
        {
            string why = error is Win32Exception { NativeErrorCode: var code }
                ? new Win32Exception(code).Message : error.Message;
            output.Warn($"The program '{program}' of --on-complete could not be started: {why.TrimEnd('.')}.");
        }
        catch (OperationCanceledException)
        {
            // We are asked to leave; the program goes on without us.
        }
    }

    private static string Name(ITransfer transfer) =>
        Path.GetFileName(transfer.ContentPath) is { Length: > 0 } name ? name : transfer.Snapshot().Name;
}
