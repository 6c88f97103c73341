using System.Runtime.InteropServices;

namespace Shoal.Cli.Running;

/// <summary>
/// Ctrl-C and its like: the first asks the run to end politely, the second ends the process at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    // SIGXFSZ of Linux and macOS, signal(7): a write went past the largest file that the process may make.
    private const PosixSignal FileTooLarge = (PosixSignal)25;

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _count;

    /// <summary>Begins to listen.</summary>
    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
        .. OperatingSystem.IsWindows() ? [] : IgnoreFileTooLarge(),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>What the first signal was, as an end of the run; meaningful once the token is cancelled.</summary>
    public RunEnd End { get; private set; } = RunEnd.Interrupted;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _stop.Dispose();
    }

    /// <summary>The exit code of an end by signal.</summary>
    public static int ExitCodeOf(RunEnd end) => end switch
    {
        RunEnd.Terminated => ExitCode.Terminated,
        RunEnd.HungUp => ExitCode.HungUp,
        _ => ExitCode.Interrupted,
    };

    // The write fails besides, with an error that names the file; the signal alone would end the process.
    private static PosixSignalRegistration[] IgnoreFileTooLarge() =>
        [PosixSignalRegistration.Create(FileTooLarge, context => context.Cancel = true)];

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        RunEnd end = context.Signal switch
        {
            PosixSignal.SIGTERM => RunEnd.Terminated,
            PosixSignal.SIGHUP => RunEnd.HungUp,
            _ => RunEnd.Interrupted,
        };
        if (Interlocked.Increment(ref _count) > 1) Environment.Exit(ExitCodeOf(end));
        End = end;
        _stop.Cancel();
    }
}
