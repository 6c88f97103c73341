using System.Globalization;
using Shoal.Clients;

namespace Shoal.TrackerLoad;

/// <summary>A tracker as a process, and what the kernel says about it.</summary>
internal sealed class TrackerProcess : IAsyncDisposable
{
    // The unit of processor time in /proc, on every Linux that there is.
    private const double ClockTicksPerSecond = 100;

    private readonly ClientProcess _process;
    private readonly TemporaryFolder _home;
    private RedisServer? _redis;

    private TrackerProcess(string name, ClientProcess process, TemporaryFolder home, int port) =>
        (Name, _process, _home, Port) = (name, process, home, port);

    /// <summary>What it is called in the list of servers.</summary>
    public string Name { get; }

    public int Port { get; }

    public static async Task<TrackerProcess> StartAsync(
        string server, LoadOptions options, string? dataFolder, CancellationToken cancel)
    {
        var home = new TemporaryFolder();
        int port = FreePort.Next();
        if (server == "opentracker") return StartOpentracker(options, home, port);
        if (server == "echo") return StartEcho(options, home, port);
        string kind = server.Split('/')[0];
        if (kind is not ("shoal" or "shoal-plain" or "shoal-redis"))
            throw new InvalidOperationException($"There is no server '{server}'; see --help.");
        List<string> command =
        [
            Checkout.Program, "tracker", "--bind", "127.0.0.1", "--port", $"{port}", "--interval", "30m",
        ];
        if (server.Split('/') is [_, var threads]) command.AddRange(["--threads", threads]);
        if (kind == "shoal-plain") command.Add("--plain-sockets");
        if (dataFolder is not null) command.AddRange(["--data", dataFolder, "--snapshot-interval", "1h"]);
        RedisServer? redis = kind == "shoal-redis" ? await RedisServer.StartAsync(cancel) : null;
        if (redis is not null) command.AddRange(["--redis", redis.Address]);
        ClientProcess process = ClientProcess.Start(home.Path, command, options.Environment);
        await process.LineAsync(l => l.StartsWith("http://", StringComparison.Ordinal), cancel);
        return new TrackerProcess(server, process, home, port) { _redis = redis };
    }

    /// <summary>Bytes that Redis has taken for what it holds, and the seconds of processor time that it used; null
    /// without one.</summary>
    public async Task<(long Bytes, double CpuSeconds)?> AskRedisAsync(CancellationToken cancel)
    {
        if (_redis is null) return null;
        string said = await _redis.SayAsync("INFO", cancel);
        double Number(string name) => double.Parse(
            said.Split('\n').First(l => l.StartsWith(name + ':', StringComparison.Ordinal))[(name.Length + 1)..],
            CultureInfo.InvariantCulture);
        return ((long)Number("used_memory"), Number("used_cpu_user") + Number("used_cpu_sys"));
    }

    /// <summary>Seconds of processor time that the process has used.</summary>
    public double CpuSeconds
    {
        get
        {
            string[] fields = File.ReadAllText($"/proc/{_process.Id}/stat").Split(") ")[1].Split(' ');
            double ticks = double.Parse(fields[11], CultureInfo.InvariantCulture)
                + double.Parse(fields[12], CultureInfo.InvariantCulture);
            return ticks / ClockTicksPerSecond;
        }
    }

    /// <summary>Bytes of memory that the process has: all that is resident, the program's own code too.</summary>
    public long ResidentBytes
    {
        get
        {
            string line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("VmRSS:"));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)
                * 1024;
        }
    }

    /// <summary>Lets the tracker end by itself.</summary>
    public async Task LeaveAsync(CancellationToken cancel)
    {
        await _process.Input.WriteLineAsync("exit".AsMemory(), cancel);
        await _process.ExitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        if (_redis is not null) await _redis.DisposeAsync();
        _home.Dispose();
    }

    private static TrackerProcess StartEcho(LoadOptions options, TemporaryFolder home, int port)
    {
        // Started with "dotnet run" this process is the program itself, otherwise the runtime with the program's path.
        string self = Environment.ProcessPath!;
        bool isRuntime = Path.GetFileNameWithoutExtension(self) == "dotnet";
        string[] program = isRuntime ? [self, typeof(EchoServer).Assembly.Location] : [self];
        return new TrackerProcess("echo",
            ClientProcess.Start(home.Path, [.. program, "echo", $"{port}", $"{options.NumWant}"]), home, port);
    }

    // Debian's is built to serve listed torrents only. It gives up root, so its files have to be readable by all.
    private static TrackerProcess StartOpentracker(LoadOptions options, TemporaryFolder home, int port)
    {
        string list = home.File("whitelist.txt");
        byte[] hash = new byte[20];
        using (var writer = new StreamWriter(list))
            for (int swarm = 0; swarm < options.Swarms; swarm++)
            {
                LoadSwarms.WriteHash(swarm, hash);
                writer.Write(Convert.ToHexString(hash) + "\n");
            }
        const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(home.Path, Readable);
            File.SetUnixFileMode(list, Readable);
        }
        // Started by root, it makes this folder its root before it opens the list.
        string seen = Environment.UserName == "root" ? "/whitelist.txt" : list;
        return new TrackerProcess("opentracker",
            ClientProcess.Start(home.Path,
                ["opentracker", "-i", "127.0.0.1", "-p", $"{port}", "-P", $"{port}", "-d", home.Path, "-w", seen]),
            home, port);
    }
}
