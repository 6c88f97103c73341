using System.CommandLine;
using System.Globalization;
using System.Net;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Cli.Settings;
using Shoal.Lab.Static;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal lab setup</c>: writes what the peers of a static swarm need.</summary>
internal sealed class LabSetupCommand
{
    private const string SampleName = "sample_config.json";

    private readonly Setting<string> _directory;
    private readonly Setting<int> _peers;
    private readonly Setting<long> _fileSize;
    private readonly Setting<int> _pieceSize;
    private readonly Setting<bool> _localTest;
    private readonly Setting<string?> _config;
    private readonly Setting<string?> _machine;
    private readonly Setting<bool> _sample;
    private readonly Setting<bool> _windows;
    private readonly Setting<string?> _file;
    private readonly Setting<string> _fileName;
    private readonly Setting<int> _port;
    private readonly Setting<int> _preferred;
    private readonly Setting<int> _interval;
    private readonly Setting<int> _optimistic;

    private LabSetupCommand(OptionFactory options)
    {
        CommonConfig common = new();
        _directory = options.Value<string>(
            "--dir", "DIR", "Folder to write into; default: the current one.", OptionFactory.Text, ".");
        _peers = options.Value<int>(
            "--peers", "N", "Number of peers; default: 6.", Number(MemberList.MaxMembers), SetupOptions.DefaultPeers);
        _fileSize = options.Value<long>("--file-size", "B", "Size of the file; default: 20MiB.", TryFileSize, 0);
        _pieceSize = options.Value<int>(
            "--piece-size", "B", "Size of a piece; default: 32KiB.", ByteQuantity.TryPieceSize, 0);
        _localTest = options.Flag("--local-test", "Let the peers listen on this machine's loopback address alone.");
        _config = options.Value<string?>(
            "--config", "FILE", "JSON file that tells which peers run on which machine.", OptionFactory.Text, null);
        _machine = options.Value<string?>(
            "--machine", "NAME", "With --config: the machine to set up; default: the one with an address of this.",
            OptionFactory.Text, null);
        _sample = options.Flag("--sample-config", $"Write {SampleName} to start from, and nothing else.");
        _windows = options.Flag("--windows", "Write start scripts for Windows.");
        _file = options.Value<string?>(
            "--file", "FILE", "File to hand out; default: one of noise, made for it.", OptionFactory.Text, null);
        _fileName = options.Value<string>(
            "--file-name", "NAME", "What the file is called; default: TheFile.dat.", OptionFactory.Text,
            common.FileName);
        _port = options.Value<int>(
            "--port", "N", "Port of the first peer; the others follow; default: 6008.", Number(65_535),
            SetupOptions.DefaultPort);
        _preferred = options.Value<int>(
            "--preferred", "K", "Number of preferred neighbours; default: 2.", Number(CommonConfig.MaxNeighbours),
            common.PreferredNeighbours);
        _interval = options.Value<int>(
            "--interval", "SECONDS", "Time between choices of preferred neighbours; default: 5.",
            Number(CommonConfig.MaxSeconds), common.UnchokingSeconds);
        _optimistic = options.Value<int>(
            "--optimistic-interval", "SECONDS", "Time between optimistic unchokes; default: 15.",
            Number(CommonConfig.MaxSeconds), common.OptimisticSeconds);
    }

    /// <summary>Builds the command.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        LabSetupCommand setup = new(options);
        Command command = new("setup", "Set up a static swarm, or this machine's part of one.")
        {
            setup._peers.Option, setup._fileSize.Option, setup._pieceSize.Option, setup._localTest.Option,
            setup._config.Option, setup._machine.Option, setup._sample.Option, setup._windows.Option,
            setup._directory.Option, setup._file.Option, setup._fileName.Option, setup._port.Option,
            setup._preferred.Option, setup._interval.Option, setup._optimistic.Option,
        };
        attach(command, setup.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        string folder = Path.GetFullPath(_directory.Of(result));
        if (_sample.Of(result)) return WriteSample(context, folder);
        SetupOptions options = Read(result, folder);
        long size = options.Content is { } content && File.Exists(content)
            ? new FileInfo(content).Length : options.FileSize ?? CommonConfig.DefaultFileSize;
        HashingProgress progress = new(context, "Hashing the file", size);
        SetupReport report = await SwarmSetup.RunAsync(options with { Hashed = progress }, context.Stop);
        progress.End();
        Tell(context, folder, report);
        return ExitCode.Ok;
    }

    private static int WriteSample(CommandContext context, string folder)
    {
        string path = Path.Combine(Directory.CreateDirectory(folder).FullName, SampleName);
        if (File.Exists(path))
            throw new CliException(ExitCode.Failed, $"'{path}' is there already; edit it, or remove it first.");
        File.WriteAllText(path, MachineFile.Sample(OwnHost()));
        context.Output.Data(path);
        context.Output.Say("Edit it, copy it to every machine, and run there: shoal lab setup --config "
            + $"{SampleName} --machine NAME");
        context.Output.Result(new LabSampleResult(path));
        return ExitCode.Ok;
    }

    private SetupOptions Read(ParseResult result, string folder)
    {
        string? config = _config.Of(result);
        string? name = _machine.Of(result);
        if (name is not null && config is null)
            throw CliException.Usage("--machine names a machine of the file that --config gives, which is missing.");
        if (config is not null && _localTest.Of(result))
            throw CliException.Usage("--local-test is for one machine, --config for several: give one of them.");
        IReadOnlyList<Machine>? machines = config is null ? null : MachineFile.Read(config);
        string host = config is not null || _localTest.Of(result) ? "localhost" : OwnHost();
        return new SetupOptions
        {
            Folder = folder,
            Peers = _peers.Of(result),
            Host = host,
            FirstPort = _port.Of(result),
            Machines = machines,
            Machine = machines is null ? null : MachineFile.Find(machines, name, OwnNames(), config!),
            Common = new CommonConfig
            {
                PreferredNeighbours = _preferred.Of(result),
                UnchokingSeconds = _interval.Of(result),
                OptimisticSeconds = _optimistic.Of(result),
                FileName = _fileName.Of(result),
            },
            FileSize = _fileSize.Of(result) is > 0 and long fileSize ? fileSize : null,
            PieceSize = _pieceSize.Of(result) is > 0 and int pieceSize ? pieceSize : null,
            Content = _file.Of(result) is { } file ? Path.GetFullPath(file) : null,
            Windows = _windows.Of(result),
            Program = OwnProgram(),
        };
    }

    // Run as "dotnet shoal.dll", the process is dotnet, which the scripts could not start peers with.
    private static string OwnProgram()
    {
        string beside = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "shoal.exe" : "shoal");
        return File.Exists(beside) ? beside : Environment.ProcessPath ?? "shoal";
    }

    private static void Tell(CommandContext context, string folder, SetupReport report)
    {
        CommonConfig common = report.Common;
        context.Output.Data(report.Scripts[0]);
        context.Output.Say(
            $"{SafeText.Clean(common.FileName)} of {Units.Bytes(common.FileSize)} in pieces of "
            + $"{Units.Bytes(common.PieceSize)}: {Units.Count(report.Local.Count, "peer")} of "
            + $"{report.Members.Count} set up in {SafeText.Clean(folder)}. "
            + "Start them with the script, or each with: shoal lab static PEER_ID");
        HashSet<long> local = [.. report.Local.Select(m => m.Id)];
        context.Output.Result(new LabSetupResult(
            folder,
            common.FileName,
            common.FileSize,
            common.PieceSize,
            report.Torrent,
            report.Scripts,
            [.. report.Members.Select(m => new LabPeerRecord(m.Id, m.Host, m.Port, m.HasFile, local.Contains(m.Id)))]));
    }

    private static string OwnHost() => OwnAddresses.Reachable(null, OwnAddresses.Find())[0].ToString();

    private static string[] OwnNames() =>
        [Dns.GetHostName(), .. OwnAddresses.Find().Where(a => !IPAddress.IsLoopback(a.Address))
            .Select(a => a.Address.ToString())];

    private static bool TryFileSize(string text, out long value, out string expected)
    {
        expected = "a size of at least a byte, such as 20971520 or 20MiB";
        return ByteQuantity.TrySize(text, out value, out _) && value > 0;
    }

    private static Parser<int> Number(int most) => (string text, out int value, out string expected) =>
    {
        expected = $"a number from 1 to {most}";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            && value >= 1 && value <= most;
    };
}
