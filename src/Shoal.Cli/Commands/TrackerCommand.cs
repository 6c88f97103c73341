using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
using Shoal.Cli.Json;
using Shoal.Cli.Parsing;
using Shoal.Cli.Running;
using Shoal.Cli.Settings;
using Shoal.Tracker;
using Shoal.Tracker.Catalogue;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal tracker</c>: runs a tracker for any torrent.</summary>
internal sealed class TrackerCommand
{
    /// <summary>The port that trackers have by custom.</summary>
    private const int DefaultPort = 6969;

    /// <summary>Holds the token of a catalogue; a secret never stands on a command line.</summary>
    public const string TokenVariable = "SHOAL_TRACKER_TOKEN";

    private readonly Setting<int> _port;
    private readonly Setting<IPAddress?> _bind;
    private readonly Setting<string?> _data;
    private readonly Setting<bool> _endWithInput;

    private TrackerCommand(OptionFactory options)
    {
        _port = options.Value<int>(
            "--port", "N", "TCP port; 0 takes a free one. Default: 6969.", HostPort.TryListenPort, DefaultPort);
        _bind = options.Value<IPAddress?>(
            "--bind", "ADDRESS", "Address to listen on; default: all.", HostPort.TryAddress, null);
        _data = options.Value<string?>(
            "--data",
            "DIR",
            "Folder of what the tracker keeps over a restart; default: all is in memory.",
            OptionFactory.Text,
            null);
        _endWithInput = options.Flag("--end-with-input", "End when standard input does, as when a parent dies.");
        _endWithInput.Option.Hidden = true;
    }

    /// <summary>Builds the command.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        TrackerCommand tracker = new(options);
        Command command = new("tracker", "Run a tracker: HTTP announce and scrape.")
        {
            tracker._port.Option, tracker._bind.Option, tracker._data.Option, tracker._endWithInput.Option,
            options.Unavailable("--redis", hasValue: true),
            options.Unavailable("--mode", hasValue: true),
        };
        attach(command, tracker.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        IPAddress? bind = _bind.Of(result);
        await using EmbeddedTracker tracker = await EmbeddedTracker.StartAsync(
            new TrackerOptions
            {
                Bind = bind,
                Port = _port.Of(result),
                DataFolder = _data.Of(result) is { } folder ? Path.GetFullPath(folder) : null,
                Catalogue = new CatalogueOptions { Token = context.Host.Environment(TokenVariable) },
            },
            context.Stop);
        ImmutableArray<IPAddress> addresses = OwnAddresses.Reachable(bind, OwnAddresses.Find());
        foreach (string url in tracker.AnnounceUrls(addresses))
        {
            context.Output.Data(url);
            context.Output.Event(new TrackerStartedEvent(url, tracker.Port));
        }
        context.Output.Say("The tracker runs. Type exit to leave.");
        bool asked = await WaitAsync(context, _endWithInput.Of(result));
        int exitCode = asked ? ExitCode.Ok : StopSignals.ExitCodeOf(context.Signals.End);
        context.Output.Result(new TrackerResult(exitCode));
        return exitCode;
    }

    // True when the user asked to leave, false after a signal.
    private static async Task<bool> WaitAsync(CommandContext context, bool endsWithInput)
    {
        TypedLines typed = TypedLines.Start(context.Host.OpenInput);
        try
        {
            await foreach (string line in typed.Reader.ReadAllAsync(context.Stop))
                if (line.ToUpperInvariant() is "EXIT" or "QUIT") return true;
            if (endsWithInput) return true;
            await Task.Delay(Timeout.InfiniteTimeSpan, context.Stop);
        }
        catch (OperationCanceledException)
        {
            // The signal is the end that was waited for.
        }
        return false;
    }
}
