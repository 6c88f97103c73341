using System.Collections.Immutable;
using System.CommandLine;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Cli.Running;
using Shoal.Cli.Settings;
using Shoal.Engine;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal get WHAT</c>: downloads.</summary>
internal sealed class GetCommand
{
    private readonly Argument<string> _what = new("WHAT")
    {
        Description = "Magnet link, info-hash, or path or URL of a .torrent.",
    };

    private readonly TransferOptionSet _transfer;
    private readonly Setting<bool> _keepSeeding;
    private readonly Setting<bool> _sequential;
    private readonly Setting<TimeSpan> _timeout;

    private GetCommand(OptionFactory options)
    {
        _transfer = new TransferOptionSet(options, TransferRole.Get);
        _keepSeeding = options.Flag("--keep-seeding", "Go on serving others once everything is complete.");
        _sequential = options.Flag("--sequential", "Fetch pieces in order rather than the rarest first.");
        _timeout = options.Value<TimeSpan>(
            "--timeout",
            "TIME",
            "Give up when nothing arrives for so long, such as 30s or 5m; default: never.",
            Duration.TryParse,
            TimeSpan.Zero);
    }

    /// <summary>Builds the command.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        GetCommand get = new(options);
        Command command = new("get", "Download a file or folder.")
        {
            get._what, get._keepSeeding.Option, get._sequential.Option, get._timeout.Option,
            options.Unavailable("--store", hasValue: true), options.Unavailable("--member", hasValue: true),
        };
        get._transfer.AddTo(command);
        attach(command, get.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        TorrentSource source = SourceText.Parse(result.GetRequiredValue(_what));
        TransferSettings settings = _transfer.Read(result);
        FileSelection selection = new(settings.Select);
        TimeSpan timeout = _timeout.Of(result);
        // A magnet link stands on the command line with all that it names; what a .torrent names was never seen.
        TorrentOptions options = settings.ToTorrentOptions() with
        {
            Sequential = _sequential.Of(result),
            TrustsAddresses = source is TorrentSource.Magnet,
        };
        if (source is TorrentSource.Magnet)
        {
            // Names and numbers of files are known only once the metadata is there. What the link selects holds
            // unless something is selected here.
            if (!selection.IsEverything) options = options with { SelectFiles = info => Choose(selection, info) };
        }
        else
        {
            Metainfo metainfo = await TorrentEngine.ReadAsync(source, settings.Bind, context.Stop);
            options = options with { SelectedFiles = selection.Resolve(metainfo.Info) };
            source = new TorrentSource.Parsed(metainfo);
        }

        await using TransferSession session = await TransferSession.StartAsync(context, settings);
        Torrent torrent = await session.Engine.AddAsync(source, options, context.Stop);
        RunGoal goal = new()
        {
            EndsWhenComplete = !_keepSeeding.Of(result),
            Timeout = timeout == TimeSpan.Zero ? null : timeout,
            EndsWithInput = settings.EndsWithInput,
            ReportsPeers = settings.ReportsPeers,
            OnComplete = settings.OnComplete,
        };
        return await new TransferRun(context, [new TorrentTransfer(torrent)], goal, wantsData: true).RunAsync();
    }

    /// <summary>What the engine asks; what selects nothing keeps its sentence and exit code.</summary>
    private static ImmutableSortedSet<int>? Choose(FileSelection selection, TorrentInfo info)
    {
        try
        {
            return selection.Resolve(info);
        }
        catch (CliException e)
        {
            throw new TorrentException(TorrentError.NotFound, e.Message, e);
        }
    }
}
