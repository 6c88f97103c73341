using System.Diagnostics;

namespace Shoal.Cli.Demo;

/// <summary>
/// A process of this same program in the demo. It ends with its standard input, so that it dies with the demo
/// whatever way the demo dies.
/// </summary>
internal sealed class DemoProcess : IAsyncDisposable
{
    private static readonly string[] OwnArguments =
        ["--bind", "127.0.0.1", "--json-lines", "--quiet", "--end-with-input"];

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(4);
    private readonly Process _process;
    private readonly Task _reading;
    private readonly Lock _gate;
    private readonly DemoFigures _figures = new();
    private string _lastMessage = "";

    private DemoProcess(string role, Process process, Lock gate)
    {
        Role = role;
        _gate = gate;
        _process = process;
        _reading = Task.WhenAll(ReadFiguresAsync(), ReadMessagesAsync());
    }

    /// <summary>What it is in the demo.</summary>
    public string Role { get; }

    /// <summary>True when it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Starts the program.</summary>
    /// <param name="role">What it is in the demo.</param>
    /// <param name="gate">Guards the figures of every process of the demo, so that they can be compared.</param>
    /// <param name="arguments">Command and options.</param>
    public static DemoProcess Start(string role, Lock gate, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = OwnProgram();
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach (string argument in OwnArguments) start.ArgumentList.Add(argument);
        // The options of the demo's own environment, a fixed port above all, are not meant for each of its parts.
        foreach (string name in start.Environment.Keys.ToList())
            if (name.StartsWith("SHOAL_", StringComparison.Ordinal) && name != "SHOAL_DEBUG")
                start.Environment.Remove(name);
        Process process = Process.Start(start)
            ?? throw new CliException(ExitCode.Failed, $"The {role} of the demo did not start.");
        return new DemoProcess(role, process, gate);
    }

    /// <summary>Reads something of the figures, alone with them.</summary>
    public T Read<T>(Func<DemoFigures, T> read)
    {
        lock (_gate) return read(_figures);
    }

    /// <summary>Waits until the figures tell something.</summary>
    /// <exception cref="CliException">The process ends before, or the time is over.</exception>
    public async Task<T> WaitAsync<T>(Func<DemoFigures, T?> read, TimeSpan limit, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Read(read) is { } value && !value.Equals(default(T))) return value;
            if (HasEnded || Stopwatch.GetElapsedTime(start) > limit) throw Failure();
            await Task.Delay(TimeSpan.FromMilliseconds(20), stop);
        }
    }

    /// <summary>What to say when it has ended and should not have.</summary>
    public CliException Failure()
    {
        string reason = Read(f => f.Error) ?? (_lastMessage.Length > 0 ? _lastMessage : "it gave no reason");
        string fate = HasEnded ? $"ended with exit code {_process.ExitCode}" : "did not get ready in time";
        return new CliException(ExitCode.Failed, $"The {Role} of the demo {fate}: {reason}");
    }

    /// <summary>Asks it to leave, and ends it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _process.StandardInput.WriteLineAsync("exit");
            _process.StandardInput.Close();
            await _process.WaitForExitAsync().WaitAsync(EndLimit);
        }
        catch (Exception error) when (error is IOException or TimeoutException or InvalidOperationException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        await _reading;
        _process.Dispose();
    }

    private static ProcessStartInfo OwnProgram()
    {
        string path = Environment.ProcessPath
            ?? throw new CliException(ExitCode.Failed, "The program does not know where it is, which the demo needs.");
        ProcessStartInfo start = new(path)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Run as "dotnet shoal.dll", the process is dotnet.
        if (Path.GetFileNameWithoutExtension(path).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "shoal.dll"));
        return start;
    }

    private async Task ReadFiguresAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            lock (_gate) _figures.Take(line);
    }

    private async Task ReadMessagesAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line) _lastMessage = line;
    }
}
