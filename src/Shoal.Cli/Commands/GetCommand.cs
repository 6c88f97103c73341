using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
using Shoal.Cli.Help;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Cli.Running;
using Shoal.Cli.Settings;
using Shoal.Engine;
using Shoal.Engine.Swarms;
using Shoal.Engine.Catalogues;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal get WHAT</c>: downloads.</summary>
internal sealed class GetCommand
{
    private readonly Argument<string> _what = new("WHAT")
    {
        Description = "Magnet link, info-hash, path or URL of a .torrent, or a name that the tracker knows.",
    };

    private readonly TransferOptionSet _transfer;
    private readonly MemberOption _member;
    private readonly Setting<bool> _keepSeeding;
    private readonly Setting<bool> _sequential;
    private readonly Setting<TimeSpan> _timeout;
    private readonly Setting<string?> _store;

    private GetCommand(OptionFactory options)
    {
        _transfer = new TransferOptionSet(options, TransferRole.Get);
        _member = new MemberOption(options.Under(HelpHeadings.Network));
        _keepSeeding = options.Flag("--keep-seeding", "Go on serving others once everything is complete.");
        _sequential = options.Flag("--sequential", "Fetch pieces in order rather than the rarest first.");
        _timeout = options.Value<TimeSpan>(
            "--timeout",
            "TIME",
            "Give up when nothing arrives for so long, such as 30s or 5m; default: never.",
            Duration.TryParse,
            TimeSpan.Zero);
        _store = options.Value<string?>(
            "--store",
            "DIR",
            "Keep content in DIR under its hash, and never download the same twice.",
            OptionFactory.Text,
            null);
    }

    /// <summary>Builds the command.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        GetCommand get = new(options);
        Command command = new("get", "Download a file or folder.")
        {
            get._what, get._keepSeeding.Option, get._sequential.Option, get._timeout.Option,
            get._store.Option,
        };
        get._member.AddTo(command);
        get._transfer.AddTo(command);
        attach(command, get.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        string what = result.GetRequiredValue(_what);
        TransferSettings settings = _transfer.Read(result);
        FoundFile? found = null;
        if (!settings.Trackers.IsEmpty && CatalogueFinder.MayBeName(what))
            found = await new CatalogueFinder(context, settings.Trackers, settings.Bind).FindOrTellAsync(what);
        using CatalogueClient? client = found?.Client;
        TorrentSource? source = found is null ? SourceText.Parse(what) : SourceOf(found);
        StoreTarget? store = _store.Of(result) is { } folder ? new StoreTarget(folder) : null;
        SwarmMember? member = _member.Read(context, result);
        FileSelection selection = new(settings.Select);
        if (source is null)
        {
            if (member is not null)
                throw CliException.Usage("--member does nothing for what has no torrent: chunks go to everybody.");
            if (!selection.IsEverything)
                throw CliException.Usage("--select is for torrents; what was found is a single file without one.");
            return await new ChunkRun(context, settings, found!, store, GoalOf(result, settings))
            {
                KeepsSeeding = _keepSeeding.Of(result),
            }.RunAsync();
        }

        // A magnet link stands on the command line with all that it names; what a .torrent names was never seen.
        TorrentOptions options = settings.ToTorrentOptions() with
        {
            Sequential = _sequential.Of(result),
            Member = member,
            TrustsAddresses = source is TorrentSource.Magnet && found is null,
        };
        if (source is TorrentSource.Magnet)
        {
            // Names and numbers of files are known only once the metadata is there. What the link selects holds
            // unless something is selected here.
            if (!selection.IsEverything) options = options with { SelectFiles = info => Choose(selection, info) };
        }
        else
        {
            Metainfo metainfo = source is TorrentSource.Parsed parsed
                ? parsed.Metainfo : await TorrentEngine.ReadAsync(source, settings.Bind, context.Stop);
            options = options with { SelectedFiles = selection.Resolve(metainfo.Info) };
            source = new TorrentSource.Parsed(metainfo);
        }
        if (found is not null)
        {
            options = options with
            {
                Peers = [.. options.Peers, .. found.Peers.Select(
                    p => new DnsEndPoint(p.EndPoint.Address.ToString(), p.EndPoint.Port))],
            };
        }
        if (store is not null)
        {
            if (!selection.IsEverything)
                throw CliException.Usage("--store keeps whole content: it does not go with --select.");
            if (store.TryTell(context, source, found)) return ExitCode.Ok;
            options = options with { Directory = store.Begin(source) };
        }
        return await TransferAsync(context, result, settings, source, options, found, store);
    }

    private async Task<int> TransferAsync(
        CommandContext context,
        ParseResult result,
        TransferSettings settings,
        TorrentSource source,
        TorrentOptions options,
        FoundFile? found,
        StoreTarget? store)
    {
        RunGoal goal = GoalOf(result, settings) with
        {
            EndsWhenComplete = !_keepSeeding.Of(result) || store is not null,
        };
        await using TransferSession session = await TransferSession.StartAsync(context, settings);
        Torrent torrent = await session.Engine.AddAsync(source, options, context.Stop);
        TransferRun run;
        int exitCode;
        await using (SourceOffer? offer = found is null
            ? null : SourceOffer.Start(context, settings, found, torrent, session.Engine.Port))
        {
            run = new TransferRun(context, [new TorrentTransfer(torrent)], goal, wantsData: true)
            {
                Keep = store is null ? null : () => store.KeepAsync(context, torrent),
                IsFollowed = store is not null && _keepSeeding.Of(result),
            };
            exitCode = await run.RunAsync();
        }
        if (!run.IsFollowed || exitCode != ExitCode.Ok) return exitCode;
        Torrent kept = await session.Engine.AddAsync(
            new TorrentSource.Parsed(torrent.Metainfo!), store!.SeedOptions(options, torrent.Metainfo!), context.Stop);
        goal = goal with { EndsWhenComplete = false, OnComplete = null };
        return await new TransferRun(context, [new TorrentTransfer(kept)], goal, wantsData: false)
        {
            Before = run,
        }.RunAsync();
    }

    private RunGoal GoalOf(ParseResult result, TransferSettings settings)
    {
        TimeSpan timeout = _timeout.Of(result);
        return new RunGoal
        {
            Timeout = timeout == TimeSpan.Zero ? null : timeout,
            EndsWithInput = settings.EndsWithInput,
            ReportsPeers = settings.ReportsPeers,
            OnComplete = settings.OnComplete,
        };
    }

    /// <summary>How to get what was found: by its torrent, by its info-hash, or, as null, by chunks alone.</summary>
    private static TorrentSource? SourceOf(FoundFile found)
    {
        if (found.Torrent is { } torrent) return new TorrentSource.Parsed(torrent);
        string? hash = found.File.InfoHash ?? found.File.InfoHashV2;
        return hash is null ? null : TorrentSource.Parse(hash);
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
