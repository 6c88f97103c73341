using System.Collections.Immutable;
using System.CommandLine;
using Shoal.Cli.Help;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Cli.Running;
using Shoal.Cli.Settings;
using Shoal.Engine;
using Shoal.Engine.Swarms;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal seed FILE.torrent... --dir DIR</c>: serves what is there.</summary>
internal sealed class SeedCommand
{
    private readonly Argument<string[]> _torrents = new("FILE.torrent")
    {
        Description = "Path or URL of a .torrent; of several, all are served.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly TransferOptionSet _transfer;
    private readonly MemberOption _member;
    private readonly Setting<bool> _noVerify;
    private readonly Setting<ImmutableArray<(double From, double To)>> _have;
    private readonly Setting<ImmutableSortedSet<int>> _missing;

    private SeedCommand(OptionFactory options)
    {
        _transfer = new TransferOptionSet(options, TransferRole.Seed);
        _member = new MemberOption(options.Under(HelpHeadings.Network));
        _noVerify = options.Flag("--no-verify", "Believe that files of the right size are right, and hash nothing.");
        _have = options.Value<ImmutableArray<(double, double)>>(
            "--have",
            "SHARES",
            "Offer only these parts of the torrent, such as 0-20%,40-60%; default: all that is there.",
            PieceParts.TryShares,
            []);
        _missing = options.Value<ImmutableSortedSet<int>>(
            "--missing",
            "PIECES",
            "Offer all but these pieces, by number from 0, such as 3,7,12-15; default: none.",
            PieceParts.TryNumbers,
            []);
    }

    /// <summary>Builds the command.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        SeedCommand seed = new(options);
        Command command = new("seed", "Serve a file or folder that is here already.")
        {
            seed._torrents, seed._noVerify.Option, seed._have.Option, seed._missing.Option,
        };
        seed._member.AddTo(command);
        seed._transfer.AddTo(command);
        attach(command, seed.RunAsync);
        return command;
    }

    /// <summary>The pieces to offer; null for all that is there.</summary>
    /// <exception cref="CliException">A piece is named that the torrent does not have.</exception>
    public static PieceSelection? Offer(
        ImmutableArray<(double From, double To)> have, ImmutableSortedSet<int> missing, int pieceCount)
    {
        if (have.IsEmpty && missing.IsEmpty) return null;
        if (!missing.IsEmpty && missing.Max >= pieceCount)
            throw CliException.Usage(
                $"--missing names piece {missing.Max}; the pieces of this torrent are 0 to {pieceCount - 1}.");
        return new PieceSelection { Ranges = have, Without = missing };
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        TorrentSource[] sources = [.. result.GetRequiredValue(_torrents).Select(SourceText.Parse)];
        if (sources.Any(s => s is TorrentSource.Magnet))
            throw CliException.Usage("A magnet link cannot be seeded from: give the .torrent.");
        TransferSettings settings = _transfer.Read(result);
        SwarmMember? member = _member.Read(context, result);
        List<(Metainfo, TorrentOptions)> torrents = [];
        foreach (TorrentSource source in sources)
        {
            Metainfo metainfo = await TorrentEngine.ReadAsync(source, settings.Bind, context.Stop);
            // Of several torrents the credential is for those that take one.
            bool takesIt = sources.Length == 1 || metainfo.Info.SslCertificate is not null;
            torrents.Add((metainfo, OptionsOf(result, settings, metainfo) with { Member = takesIt ? member : null }));
        }

        await using TransferSession session = await TransferSession.StartAsync(context, settings);
        List<TorrentTransfer> transfers = [];
        foreach ((Metainfo metainfo, TorrentOptions options) in torrents)
            transfers.Add(new TorrentTransfer(
                await session.Engine.AddAsync(new TorrentSource.Parsed(metainfo), options, context.Stop)));
        string what = torrents.Count == 1
            ? SafeText.Clean(torrents[0].Item1.Info.Name) : Units.Count(torrents.Count, "torrent");
        context.Output.Say(
            $"Seeding {what} on port {session.Engine.Port}. Type prog to see the progress, exit to leave.");
        RunGoal goal = new()
        {
            NeedsContent = true,
            EndsWithInput = settings.EndsWithInput,
            ReportsPeers = settings.ReportsPeers,
            OnComplete = settings.OnComplete,
        };
        return await new TransferRun(context, transfers, goal, wantsData: false).RunAsync();
    }

    private TorrentOptions OptionsOf(ParseResult result, TransferSettings settings, Metainfo metainfo) =>
        settings.ToTorrentOptions() with
        {
            SelectedFiles = new FileSelection(settings.Select).Resolve(metainfo.Info),
            InitialCheck = _noVerify.Of(result) ? InitialCheck.Trust : InitialCheck.Resume,
            OfferOnly = Offer(_have.Of(result), _missing.Of(result), metainfo.Info.Geometry.PieceCount),
            SeedOnly = true,
        };
}
