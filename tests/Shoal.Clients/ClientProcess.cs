using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Shoal.Clients;

/// <summary>
/// A running program: its lines as they come, its cost so far, its end. Disposing of it kills it with all that it
/// started.
/// </summary>
public sealed partial class ClientProcess : IAsyncDisposable
{
    // What an error message shows of a program's output.
    private const int ShownLines = 40;

    // Numbers of signals in Linux, signal(7).
    private const int Interrupt = 2;
    private const int Terminate = 15;
    private const int Continue = 18;
    private const int Stop = 19;

    private const nint DefaultHandler = 0;

    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // What a shell without job control starts in the background ignores SIGINT, and so does all that it starts in turn.
    // The programs of the tests are to be started as a user does at a terminal.
    static ClientProcess()
    {
        const string field = "SigIgn:";
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(field, StringComparison.Ordinal));
        ulong ignored = ulong.Parse(line[field.Length..], NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite,
            CultureInfo.InvariantCulture);
        if ((ignored & (1ul << (Interrupt - 1))) != 0) SetHandler(Interrupt, DefaultHandler);
    }

    private ClientProcess(ProcessStartInfo start)
    {
        Command = string.Join(' ', start.ArgumentList.Prepend(start.FileName));
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, e) => Keep(_output, e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(_errors, e.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Command { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public IReadOnlyList<string> Output => Copy(_output);

    public IReadOnlyList<string> Errors => Copy(_errors);

    /// <summary>What is typed to the program.</summary>
    public StreamWriter Input => _process.StandardInput;

    /// <summary>Starts a program with a home of its own and an environment that holds nothing of ours.</summary>
    /// <param name="home">Folder that the program takes for its user's home, and starts in.</param>
    /// <param name="arguments">The program's name or path, then its arguments.</param>
    /// <param name="environment">Further variables, or null for none.</param>
    public static ClientProcess Start(
        string home, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        string[] command = [.. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = home,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string? runtime = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin";
        start.Environment["HOME"] = home;
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["TERM"] = "dumb";
        if (runtime is not null) start.Environment["DOTNET_ROOT"] = runtime;
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return new ClientProcess(start);
    }

    /// <summary>Waits for a line on standard output.</summary>
    /// <returns>The first line for which <paramref name="match"/> holds, of those past and to come.</returns>
    public Task<string> LineAsync(Func<string, bool> match, CancellationToken cancel) =>
        LineAsync(_output, match, cancel);

    /// <summary>As <see cref="LineAsync(Func{string, bool}, CancellationToken)"/>, on standard error.</summary>
    public Task<string> ErrorLineAsync(Func<string, bool> match, CancellationToken cancel) =>
        LineAsync(_errors, match, cancel);

    /// <summary>Waits for the end and for the last of the output.</summary>
    /// <returns>The exit code; 128 plus the signal where a signal ended it.</returns>
    public async Task<int> ExitAsync(CancellationToken cancel)
    {
        try
        {
            await _process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(Describe("did not end in time"));
        }

        return _process.ExitCode;
    }

    /// <summary>Waits for the end, which has to be a success.</summary>
    public async Task SuccessAsync(CancellationToken cancel)
    {
        int code = await ExitAsync(cancel);
        if (code != 0) throw new InvalidOperationException(Describe($"ended with exit code {code}"));
    }

    public void Signal(PosixSignal signal) => Signal(signal switch
    {
        PosixSignal.SIGINT => Interrupt,
        PosixSignal.SIGTERM => Terminate,
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    });

    /// <summary>Lets it stand still, whatever it is doing, until <see cref="Resume"/>.</summary>
    public void Pause() => Signal(Stop);

    /// <summary>Lets it go on.</summary>
    public void Resume() => Signal(Continue);

    /// <summary>Ends it at once, as <c>kill -9</c> does.</summary>
    public void Kill() => _process.Kill(entireProcessTree: true);

    /// <summary>Processor time so far, user and system, of a program that still runs.</summary>
    public double CpuSeconds()
    {
        // Fields 14 and 15 of proc_pid_stat(5), counted after the name in parentheses, in clock ticks of 1/100 s.
        string stat = File.ReadAllText($"/proc/{Id}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (ulong.Parse(fields[11], CultureInfo.InvariantCulture)
            + ulong.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }

    /// <summary>Peak of the resident memory so far, in KiB, of a program that still runs.</summary>
    public long PeakKiB() => StatusKiB("VmHWM:");

    /// <summary>Resident memory now, in KiB, of a program that still runs.</summary>
    public long ResidentKiB() => StatusKiB("VmRSS:");

    public string Describe(string fate)
    {
        IEnumerable<string> lines = Output.TakeLast(ShownLines).Concat(Errors.TakeLast(ShownLines));
        return $"'{Command}' {fate}. It said:\n{string.Join('\n', lines)}";
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> LineAsync(List<string> lines, Func<string, bool> match, CancellationToken cancel)
    {
        for (int next = 0; ;)
        {
            Task changed;
            lock (_gate)
            {
                for (; next < lines.Count; next++)
                {
                    if (match(lines[next])) return lines[next];
                }

                changed = _changed.Task;
            }

            Task ended = await Task.WhenAny(changed, WaitForEndAsync(cancel));
            if (cancel.IsCancellationRequested)
                throw new TimeoutException(Describe("did not say in time what it should"));
            if (ended != changed && !changed.IsCompleted)
                throw new InvalidOperationException(Describe($"ended with exit code {_process.ExitCode} too early"));
        }
    }

    private async Task WaitForEndAsync(CancellationToken cancel) =>
        await _process.WaitForExitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Keep(List<string> lines, string? line)
    {
        if (line is null) return;
        TaskCompletionSource changed;
        lock (_gate)
        {
            lines.Add(line);
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    private string[] Copy(List<string> lines)
    {
        lock (_gate) return [.. lines];
    }

    private long StatusKiB(string field)
    {
        string line = File.ReadLines($"/proc/{Id}/status").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..^2], CultureInfo.InvariantCulture);
    }

    private void Signal(int number)
    {
        if (SendSignal(Id, number) != 0) throw new InvalidOperationException(Describe("could not be signalled"));
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}
