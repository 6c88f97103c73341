using System.Diagnostics;

namespace Shoal.Lab.Scenarios;

/// <summary>
/// A process of this same program in a swarm on this machine. It ends with its standard input, so that it dies with the
/// one that started it whatever way that dies.
/// </summary>
public sealed class SwarmProcess : IAsyncDisposable
{
    private static readonly string[] OwnArguments =
        ["--bind", "127.0.0.1", "--json-lines", "--quiet", "--end-with-input"];

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(4);
    private readonly Process _process;
    private readonly Task _reading;
    private readonly Lock _gate;
    private readonly ProcessFigures _figures = new();
    private string _lastMessage = "";

    private SwarmProcess(string role, Process process, Lock gate)
    {
        Role = role;
        _gate = gate;
        _process = process;
        _reading = Task.WhenAll(ReadFiguresAsync(), ReadMessagesAsync());
    }

    /// <summary>What it is in the swarm.</summary>
    public string Role { get; }

    /// <summary>True when it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Starts the program.</summary>
    /// <param name="role">What it is in the swarm.</param>
    /// <param name="gate">Guards the figures of every process of the swarm, so that they can be compared.</param>
    /// <param name="arguments">Command and options.</param>
    public static SwarmProcess Start(string role, Lock gate, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = OwnProgram();
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach (string argument in OwnArguments) start.ArgumentList.Add(argument);
        // The options of our own environment, a fixed port above all, are not meant for each process of the swarm.
        foreach (string name in start.Environment.Keys.ToList())
            if (name.StartsWith("SHOAL_", StringComparison.Ordinal) && name != "SHOAL_DEBUG")
                start.Environment.Remove(name);
        Process process = Process.Start(start)
            ?? throw new LabException($"The {role} did not start.");
        return new SwarmProcess(role, process, gate);
    }

    /// <summary>Reads something of the figures, alone with them.</summary>
    public T Read<T>(Func<ProcessFigures, T> read)
    {
        lock (_gate) return read(_figures);
    }

    /// <summary>Waits until the figures tell something.</summary>
    /// <exception cref="LabException">The process ends before, or the time is over.</exception>
    public async Task<T> WaitAsync<T>(Func<ProcessFigures, T?> read, TimeSpan limit, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Read(read) is { } value && !value.Equals(default(T))) return value;
            if (HasEnded || Stopwatch.GetElapsedTime(start) > limit) throw Failure();
            await Task.Delay(TimeSpan.FromMilliseconds(20), stop).ConfigureAwait(false);
        }
    }

    /// <summary>What to say when it has ended and should not have.</summary>
    public LabException Failure()
    {
        string reason = Read(f => f.Error) ?? (_lastMessage.Length > 0 ? _lastMessage : "it gave no reason");
        string fate = HasEnded ? $"ended with exit code {_process.ExitCode}" : "did not get ready in time";
        return new LabException($"The {Role} {fate}: {reason}");
    }

    /// <summary>Asks it to leave, and ends it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _process.StandardInput.WriteLineAsync("exit").ConfigureAwait(false);
            _process.StandardInput.Close();
            await _process.WaitForExitAsync().WaitAsync(EndLimit).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or TimeoutException or InvalidOperationException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().ConfigureAwait(false);
        }
        await _reading.ConfigureAwait(false);
        _process.Dispose();
    }

    private static ProcessStartInfo OwnProgram()
    {
        string path = Environment.ProcessPath
            ?? throw new LabException("The program does not know where it is, and cannot start its like.");
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
        while (await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
            lock (_gate) _figures.Take(line, Stopwatch.GetElapsedTime(0));
    }

    private async Task ReadMessagesAsync()
    {
        while (await _process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line) _lastMessage = line;
    }
}
