using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Cli.Running;
using Shoal.Cli.Settings;
using Shoal.Tracker;
using Shoal.Tracker.Catalogue;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal tracker</c>: runs a tracker for any torrent.</summary>
internal sealed class TrackerCommand
{
    /// <summary>Holds the token of a catalogue; a secret never stands on a command line.</summary>
    public const string TokenVariable = "SHOAL_TRACKER_TOKEN";

    private readonly TrackerOptionSet _options;
    private readonly Setting<string> _log;
    private readonly Setting<bool> _endWithInput;

    private TrackerCommand(OptionFactory options)
    {
        _options = new TrackerOptionSet(options);
        _log = options.Choice(
            "--log",
            "Log on standard error: warnings as text (the default), everything as JSON, or nothing.",
            "text", ["text", "json", "off"]);
        _endWithInput = options.Flag("--end-with-input", "End when standard input does, as when a parent dies.");
        _endWithInput.Option.Hidden = true;
    }

    /// <summary>Builds the command.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        TrackerCommand tracker = new(options);
        Command command = new("tracker", "Run a tracker: announces and scrapes over HTTP and UDP, and a catalogue.")
        {
            tracker._log.Option, tracker._endWithInput.Option,
        };
        tracker._options.AddTo(command);
        attach(command, tracker.RunAsync);
        command.Subcommands.Add(TrackerKeyCommand.Build(options, attach));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        using var logging = new TerminalLogFactory(context.Output, _log.Of(result) switch
        {
            "json" => LogStyle.Json,
            "off" => LogStyle.Off,
            _ => LogStyle.Warnings,
        });
        TrackerOptions options = ReadOptions(context, result) with { Logging = logging };
        await using EmbeddedTracker tracker = await EmbeddedTracker.StartAsync(options, context.Stop);
        ImmutableArray<IPAddress> addresses = OwnAddresses.Reachable(options.Bind, OwnAddresses.Find());
        foreach (string url in tracker.AnnounceUrls(addresses))
        {
            context.Output.Data(url);
            context.Output.Event(new TrackerStartedEvent(url, tracker.Port)
            {
                UdpUrl = options.AnswersUdp ? "udp" + url["http".Length..] : null,
                HttpsUrl = options.CertificateFile is null ? null : "https" + url["http".Length..],
            });
        }
        context.Output.Say(Welcome(options));
        if (TokenPlace(context, options, tracker) is { } place) context.Output.Say(place);
        bool asked = await WaitAsync(context, _endWithInput.Of(result));
        int exitCode = asked ? ExitCode.Ok : StopSignals.ExitCodeOf(context.Signals.End);
        context.Output.Result(new TrackerResult(exitCode));
        return exitCode;
    }

    private TrackerOptions ReadOptions(CommandContext context, ParseResult result)
    {
        string? token = context.Host.Environment(TokenVariable) is { Length: > 0 } given ? given : null;
        return token is { Length: < CatalogueOptions.MinTokenChars }
            ? throw CliException.Usage($"{TokenVariable} has fewer than {CatalogueOptions.MinTokenChars} characters.")
            : _options.Read(result, token);
    }

    private static string Welcome(TrackerOptions options)
    {
        bool isHttps = options.CertificateFile is not null;
        string others = string.Join(" and ", new[] { isHttps ? "https://" : "", options.AnswersUdp ? "udp://" : "" }
            .Where(scheme => scheme.Length > 0));
        string protocols = others.Length > 0 ? $" The same address with {others} is answered too." : "";
        string keys = options.Mode == TrackerMode.Private
            ? " Clients need a key before /announce: /KEY/announce; 'shoal tracker key new' makes one." : "";
        return $"The tracker runs. Type exit to leave.{protocols}{keys}";
    }

    /// <summary>How others come to register files, where that takes a token that the user did not choose.</summary>
    private static string? TokenPlace(CommandContext context, TrackerOptions options, EmbeddedTracker tracker)
    {
        bool isChosen = !string.IsNullOrEmpty(context.Host.Environment(TokenVariable));
        if (tracker.WriteToken is null || isChosen) return null;
        if (options.Redis is not null)
            return $"Who registers files here needs the token that all nodes have, as {TokenVariable}: "
                + "'redis-cli get sh:token' shows it.";
        return options.DataFolder is { } folder
            ? $"Who registers files here needs the token in '{SafeText.Clean(TrackerServer.TokenPath(folder))}', "
                + $"as {TokenVariable}."
            : $"Nobody can register files here: set {TokenVariable}, or give --data DIR for a token of its own.";
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
