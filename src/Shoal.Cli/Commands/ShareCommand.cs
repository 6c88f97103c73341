using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Cli.Running;
using Shoal.Cli.Settings;
using Shoal.Engine;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Commands;

/// <summary>
/// <c>shoal share PATH...</c>: makes a torrent of each path, runs a tracker for them, serves them, and prints what
/// the other side types.
/// </summary>
internal sealed class ShareCommand
{
    private readonly Argument<string[]> _paths = new("PATH")
    {
        Description = "File or folder; each gets a link of its own.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly TransferOptionSet _transfer;
    private readonly Setting<string?> _output;
    private readonly Setting<string> _format;
    private readonly Setting<int> _pieceSize;

    private ShareCommand(OptionFactory options)
    {
        _transfer = new TransferOptionSet(options, TransferRole.Share);
        _output = options.Value<string?>(
            "--output",
            "FILE.torrent",
            "Write the .torrent too; of several PATHs, into this folder.",
            OptionFactory.Text,
            null,
            "-o");
        _format = TorrentShape.Format(options);
        _pieceSize = TorrentShape.PieceSize(options);
    }

    /// <summary>Builds the command.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        ShareCommand share = new(options);
        Command command = new("share", "Share files and folders, and print what the other side types.")
        {
            share._paths, share._output.Option, share._format.Option, share._pieceSize.Option,
            options.Unavailable("--each", hasValue: false), options.Unavailable("--swarm", hasValue: true),
        };
        share._transfer.AddTo(command);
        attach(command, share.RunAsync);
        return command;
    }

    /// <summary>What to type on the other side, quoted for shells: no link has a quote in it.</summary>
    public static string CommandFor(string magnet) => $"shoal get '{magnet}'";

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        TransferSettings settings = _transfer.Read(result);
        ContentPath[] contents =
            [.. result.GetRequiredValue(_paths).Select(p => ContentPath.Find(p, settings.Directory))];
        string? output = _output.Of(result);
        if (contents.Length > 1 && output is not null && !Directory.Exists(output))
            throw CliException.Usage($"--output '{SafeText.Clean(output)}' is no folder, and there are several paths.");

        if (output is not null) TorrentWriter.Target(output, contents[0].Name);

        ImmutableArray<IPAddress> addresses = OwnAddresses.Reachable(settings.Bind, OwnAddresses.Find());
        await using EmbeddedTracker? tracker = settings.Trackers.IsEmpty
            ? await EmbeddedTracker.StartAsync(settings.Bind, PortBeside(settings.Port), context.Stop)
            : null;
        CreateOptions options = new()
        {
            Version = CreateCommand.VersionOf(_format.Of(result)),
            PieceLength = _pieceSize.Of(result),
            // A tier for each: all are announced to, and over IPv4 and IPv6 alike everybody is found.
            Trackers = [.. (tracker is null ? settings.Trackers : tracker.AnnounceUrls(addresses)).Select(
                url => ImmutableArray.Create(url))],
        };
        List<CreatedTorrent> created = [];
        foreach (ContentPath content in contents) created.Add(await HashAsync(context, content, options));

        await using TransferSession session = await TransferSession.StartAsync(context, settings);
        ImmutableArray<IPEndPoint> peers = [.. addresses.Select(a => new IPEndPoint(a, session.Engine.Port))];
        List<ITransfer> transfers = [];
        for (int i = 0; i < contents.Length; i++)
        {
            transfers.Add(await AddAsync(context, session, settings, contents[i], created[i]));
            string? file = output is null
                ? null : TorrentWriter.Write(TorrentWriter.Target(output, contents[i].Name), created[i].Bytes.Span);
            Tell(context, created[i].Metainfo, peers, file);
        }
        if (context.Output.DataIsBesideMessages)
            context.Output.Say($"There: {CommandFor("LINK")}, or any other BitTorrent program that takes the link.");
        context.Output.Say("Shared as long as this runs. Type prog to see the progress, exit to leave.");
        RunGoal goal = new()
        {
            EndsWithInput = settings.EndsWithInput,
            ReportsPeers = settings.ReportsPeers,
            OnComplete = settings.OnComplete,
        };
        return await new TransferRun(context, transfers, goal, wantsData: false).RunAsync();
    }

    // A firewall that is opened for a chosen port can be opened for the next one too.
    private static int PortBeside(int port) => port is 0 or IPEndPoint.MaxPort ? 0 : port + 1;

    private static async Task<CreatedTorrent> HashAsync(
        CommandContext context, ContentPath content, CreateOptions options)
    {
        HashingProgress progress = new(context, content.Name, content.Measure());
        CreatedTorrent created = await TorrentCreator.CreateAsync(content.FullPath, options, progress, context.Stop);
        RenamedFiles.Warn(context.Output, created);
        progress.End();
        return created;
    }

    private static async Task<ITransfer> AddAsync(
        CommandContext context,
        TransferSession session,
        TransferSettings settings,
        ContentPath content,
        CreatedTorrent created)
    {
        TorrentOptions options = settings.ToTorrentOptions() with
        {
            Directory = content.Parent,
            SelectedFiles = new FileSelection(settings.Select).Resolve(created.Metainfo.Info),
            // Where it was hashed it is served, also under a name that no download would be given.
            ContentPaths = created.Paths,
            // It has just been hashed.
            InitialCheck = InitialCheck.Trust,
            SeedOnly = true,
            TrustsAddresses = true,
            // They are in the torrent already.
            Trackers = [],
        };
        return new TorrentTransfer(
            await session.Engine.AddAsync(new TorrentSource.Parsed(created.Metainfo), options, context.Stop));
    }

    /// <summary>
    /// Tells what to send to the other side: on a screen the link, with what to do with it around it; for logs and
    /// scripts the whole command among the messages, and the link alone on standard output.
    /// </summary>
    public static void TellLink(TerminalOutput output, TorrentInfo info, string magnet, string? file)
    {
        string what = $"Sharing {SafeText.Clean(info.Name)} ({Units.Bytes(info.ContentLength)}).";
        if (output.DataIsBesideMessages)
        {
            output.Say($"{what} Send this link to the other side:");
            output.Say("");
            output.Data(magnet);
            output.Say("");
        }
        else
        {
            output.Say($"{what} On the other side, type:");
            output.Say("");
            output.Say("  " + CommandFor(magnet));
            output.Say("");
            output.Data(magnet);
        }
        if (file is not null) output.Say($"The .torrent is {SafeText.Clean(file)}.");
    }

    private static void Tell(
        CommandContext context, Metainfo metainfo, ImmutableArray<IPEndPoint> peers, string? file)
    {
        string magnet = MagnetText.Of(metainfo, peers);
        TellLink(context.Output, metainfo.Info, magnet, file);
        context.Output.Event(new ShareEvent(
            metainfo.Info.Name,
            metainfo.Info.Hashes.ToString(),
            magnet,
            CommandFor(magnet),
            file,
            [.. metainfo.Trackers.SelectMany(t => t)]));
    }
}
