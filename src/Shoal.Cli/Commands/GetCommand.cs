using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
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
        if (source is not TorrentSource.Magnet)
        {
            Metainfo metainfo = await TorrentEngine.ReadAsync(source, context.Stop);
            options = options with { SelectedFiles = selection.Resolve(metainfo.Info) };
            source = new TorrentSource.Parsed(metainfo);
        }

        await using TransferSession session = await TransferSession.StartAsync(context, settings);
        if (source is TorrentSource.Magnet && !selection.IsEverything)
            (source, options) = await SelectAsync(context, session, source, options, selection, timeout);
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

    // Names and numbers of files are known only once the metadata is there, and the selection must be there before
    // the first block is asked for: so the metadata is fetched first by one who downloads nothing, and the torrent is
    // then added anew.
    private static async Task<(TorrentSource, TorrentOptions)> SelectAsync(
        CommandContext context,
        TransferSession session,
        TorrentSource magnet,
        TorrentOptions options,
        FileSelection selection,
        TimeSpan timeout)
    {
        context.Output.Say("Fetching the list of files.");
        Torrent torrent = await session.Engine.AddAsync(magnet, options with { SeedOnly = true }, context.Stop);
        Metainfo metainfo;
        try
        {
            metainfo = await torrent.WaitForMetadataAsync(context.Stop)
                .WaitAsync(timeout == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : timeout, context.Host.Time);
        }
        catch (TimeoutException)
        {
            throw new CliException(ExitCode.NotFound, "No peer sent the list of files in time.");
        }
        ImmutableArray<DnsEndPoint> peers =
        [
            .. options.Peers,
            .. torrent.Peers().Where(p => !p.IsIncoming).Select(
                p => new DnsEndPoint(p.EndPoint.Address.ToString(), p.EndPoint.Port)),
        ];
        await torrent.StopAsync(context.Stop);
        return (
            new TorrentSource.Parsed(metainfo),
            options with { Peers = peers, SelectedFiles = selection.Resolve(metainfo.Info) });
    }
}
