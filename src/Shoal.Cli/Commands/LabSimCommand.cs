using System.CommandLine;
using System.Globalization;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Cli.Settings;
using Shoal.Lab.Reports;
using Shoal.Lab.Simulation;
using Shoal.Lab.Simulation.Checks;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal lab sim [FILE]</c>: runs a swarm in virtual time and reports on it.</summary>
internal sealed class LabSimCommand
{
    private static readonly PlanSketch Defaults = new();

    private readonly Argument<string?> _file = new("FILE")
    {
        Description = "JSON file with the plan of a swarm. Default: the one that the options make.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Setting<int> _peers;
    private readonly Setting<int> _seeds;
    private readonly Setting<long> _size;
    private readonly Setting<int> _pieceSize;
    private readonly Setting<long> _up;
    private readonly Setting<long> _down;
    private readonly Setting<bool> _mixed;
    private readonly Setting<int> _freeRiders;
    private readonly Setting<TimeSpan> _delay;
    private readonly Setting<int> _loss;
    private readonly Setting<TimeSpan> _joinOver;
    private readonly Setting<TimeSpan> _stay;
    private readonly Setting<int> _connections;
    private readonly Setting<int> _slots;
    private readonly Setting<bool> _super;
    private readonly Setting<long> _block;
    private readonly Setting<long> _seed;
    private readonly Setting<TimeSpan> _limit;
    private readonly Setting<bool> _check;
    private readonly Setting<string?> _report;
    private readonly Setting<string?> _csv;
    private readonly Setting<string?> _data;
    private readonly Option[] _ofSwarm;

    private LabSimCommand(OptionFactory options)
    {
        OptionFactory links = options.Under("Links");
        OptionFactory run = options.Under("The run");
        OptionFactory output = options.Under("Output");
        _peers = options.Value<int>("--peers", "N", "Peers that want the content. Default: 100.", Number(19_000), 100);
        _seeds = options.Value<int>("--seeds", "N", "Peers that have it. Default: 1.", Number(1000), 1);
        _size = options.Value<long>(
            "--size", "B", "Size of the content. Default: 256MiB.", ByteQuantity.TrySize, Defaults.ContentBytes);
        _pieceSize = options.Value<int>(
            "--piece-size", "B", "Size of a piece. Default: 1MiB.", ByteQuantity.TryPieceSize, Defaults.PieceLength);
        _freeRiders = options.Value<int>(
            "--free-riders", "PERCENT", "Peers that take and never give. Default: 0.", Number(99), 0);
        _joinOver = options.Value<TimeSpan>(
            "--join-over", "TIME", "Peers join over this time. Default: all at once.", Duration.TryParse, default);
        _stay = options.Value<TimeSpan>(
            "--stay", "TIME", "Peers leave so long after they are complete. Default: never.", Duration.TryParse,
            Timeout.InfiniteTimeSpan);
        _connections = options.Value<int>(
            "--connections", "N", "Connections of each peer. Default: 50.", Number(1000), Defaults.Connections);
        _slots = options.Value<int>("--slots", "N", "Upload slots. Default: by the rates.", Number(1000), 0);
        _super = options.Flag("--super", "Seeds give each piece away once before they repeat one.");
        _up = links.Value<long>(
            "--up", "RATE", "What each peer can send. Default: 1MB.", ByteQuantity.TryRate, Defaults.Up);
        _down = links.Value<long>(
            "--down", "RATE", "What each peer can receive. Default: as --up.", ByteQuantity.TryRate, 0);
        _mixed = links.Flag("--mixed", "A third of the peers each with once, ten and a hundred times these rates.");
        _delay = links.Value<TimeSpan>(
            "--delay", "TIME", "One way to the middle of the network. Default: 20ms.", Milliseconds, Defaults.Delay);
        _loss = links.Value<int>("--loss", "PERCENT", "Segments lost. Default: 0.", Number(50), 0);
        _seed = run.Value<long>(
            "--seed", "N", "Where all chance begins; equal seeds, equal runs. Default: 1.", Seed, 1);
        _block = run.Value<long>(
            "--block", "B", "What a block stands for: larger is coarser and faster. Default: by the size of the run.",
            ByteQuantity.TrySize, 0);
        _limit = run.Value<TimeSpan>(
            "--limit", "TIME", "Virtual time after which the run ends. Default: 1h.", Duration.TryParse,
            Defaults.Limit);
        _check = run.Flag("--check", "Look after every event whether all rules of the protocol hold.");
        _report = output.Value<string?>(
            "--report", "FILE.html", "Page with plots to write.", OptionFactory.Text, null, "-o");
        _csv = output.Value<string?>("--csv", "FILE", "Table of all peers to write.", OptionFactory.Text, null);
        _data = output.Value<string?>("--data", "FILE.json", "All figures to write.", OptionFactory.Text, null);
        _ofSwarm =
        [
            _peers.Option, _seeds.Option, _size.Option, _pieceSize.Option, _freeRiders.Option, _joinOver.Option,
            _stay.Option, _connections.Option, _slots.Option, _super.Option, _up.Option, _down.Option, _mixed.Option,
            _delay.Option, _loss.Option, _block.Option, _limit.Option,
        ];
    }

    /// <summary>Builds the command.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        LabSimCommand sim = new(options);
        Command command = new("sim", "Run a swarm in virtual time: thousands of peers in a minute, and a report.")
        {
            sim._file, sim._seed.Option, sim._check.Option, sim._report.Option, sim._csv.Option, sim._data.Option,
        };
        foreach (Option option in sim._ofSwarm) command.Options.Add(option);
        attach(command, sim.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        string? file = result.GetValue(_file);
        SimulationPlan plan = file is null ? Sketch(result).ToPlan() : FromFile(file, result);
        context.Output.Say($"Simulating {Units.Count(plan.Groups.Sum(g => g.Count), "peer")} ...");
        SimulationResult run;
        try
        {
            run = await Task.Run(() => Simulator.Run(plan, context.Stop), context.Stop);
        }
        catch (SimulationException broken)
        {
            throw new CliException(
                ExitCode.Failed, $"A rule was broken, which is a defect of the program: {broken.Message}");
        }
        foreach (string line in SimulationTable.Lines(run)) context.Output.Data(line);
        await WriteAsync(context, result, run);
        context.Output.Result(Describe(run));
        return run.IsComplete ? ExitCode.Ok : ExitCode.Incomplete;
    }

    private async Task WriteAsync(CommandContext context, ParseResult result, SimulationResult run)
    {
        if (_report.Of(result) is { } page)
        {
            await File.WriteAllTextAsync(page, SimulationPage.Html(run), context.Stop);
            context.Output.Say($"Report: {SafeText.Clean(Path.GetFullPath(page))}");
        }
        if (_csv.Of(result) is { } csv) await File.WriteAllTextAsync(csv, SimulationFiles.Csv(run), context.Stop);
        if (_data.Of(result) is { } data) await File.WriteAllBytesAsync(data, SimulationFiles.Json(run), context.Stop);
    }

    // The file says what the swarm is; the command line may only run the same one with other chance, or with all rules.
    private SimulationPlan FromFile(string file, ParseResult result)
    {
        foreach (Option option in _ofSwarm)
        {
            if (result.GetResult(option) is { Implicit: false })
                throw CliException.Usage($"{option.Name} and a file with a plan do not go together: write it there.");
        }
        SimulationPlan plan = PlanFile.Read(file);
        return plan with
        {
            Seed = result.GetResult(_seed.Option) is null ? plan.Seed : (ulong)_seed.Of(result),
            IsChecked = plan.IsChecked || _check.Of(result),
        };
    }

    private PlanSketch Sketch(ParseResult result) => new()
    {
        Seed = (ulong)_seed.Of(result),
        Peers = _peers.Of(result),
        Seeds = _seeds.Of(result),
        ContentBytes = _size.Of(result),
        PieceLength = _pieceSize.Of(result) is > 0 and int piece ? piece : Defaults.PieceLength,
        BytesPerBlock = (int)Math.Min(_block.Of(result), int.MaxValue),
        Up = _up.Of(result),
        Down = _down.Of(result) is > 0 and long down ? down : _up.Of(result),
        IsMixed = _mixed.Of(result),
        FreeRiders = _freeRiders.Of(result) / 100.0,
        Delay = _delay.Of(result),
        Loss = _loss.Of(result) / 100.0,
        JoinOver = _joinOver.Of(result),
        StaysFor = _stay.Of(result) is { Ticks: >= 0 } stay ? stay : null,
        Connections = _connections.Of(result),
        Slots = _slots.Of(result),
        SuperSeeds = _super.Of(result),
        Limit = _limit.Of(result),
        IsChecked = _check.Of(result),
    };

    private static LabSimResult Describe(SimulationResult run) => new(
        run.IsComplete, Math.Round(run.Seconds, 3), Math.Round(run.BoundSeconds, 3), Math.Round(run.SeedCopies, 4),
        run.Peers.Count, run.Events,
        [.. GroupSummary.Of(run).Select(group => new LabSimGroup(
            group.Name, group.Peers, group.Complete, Seconds(group, 0.5), Seconds(group, 0.99), Seconds(group, 0.999),
            Seconds(group, 1), OfBound(group), (long)group.UploadedBytes, (long)group.DownloadedBytes))]);

    private static double? Seconds(GroupSummary group, double share) =>
        group.IsSeed || group.Took.Count == 0 ? null : Math.Round(group.Took.At(share), 3);

    private static double? OfBound(GroupSummary group) =>
        group.IsSeed || group.OfBound.Count == 0 ? null : Math.Round(group.OfBound.At(1), 4);

    private static bool Milliseconds(string text, out TimeSpan value, out string expected)
    {
        expected = "a time such as 20ms";
        value = default;
        string number = text.EndsWith("ms", StringComparison.Ordinal) ? text[..^2] : text;
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds)) return false;
        value = TimeSpan.FromMilliseconds(milliseconds);
        return milliseconds <= 10_000;
    }

    private static bool Seed(string text, out long value, out string expected)
    {
        expected = "a whole number";
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private static Parser<int> Number(int most) => (string text, out int value, out string expected) =>
    {
        expected = $"a number from 0 to {most}";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= most;
    };
}
