using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Cli.Running;
using Shoal.Cli.Settings;
using Shoal.Engine;
using Shoal.Engine.Swarms;
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
    private readonly Setting<bool> _each;
    private readonly Setting<string?> _swarm;
    private readonly SwarmFolder _swarms;
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
        _each = options.Flag(
            "--each", "Share every file in a folder by itself, also those that come later.");
        _swarm = options.Value<string?>(
            "--swarm", "NAME", "Share with the members of this private swarm only.", OptionFactory.Text, null);
        _swarms = new SwarmFolder(options);
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
            share._each.Option, share._swarm.Option, share._swarms.Option,
        };
        share._transfer.AddTo(command);
        attach(command, share.RunAsync);
        return command;
    }

    /// <summary>What to type on the other side, quoted for shells: no link has a quote in it.</summary>
    public static string CommandFor(string magnet, TorrentInfo? info = null) =>
        $"shoal get '{magnet}'" + (info?.SslCertificate is null ? "" : " --member FILE");

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        TransferSettings settings = _transfer.Read(result);
        ContentPath[] paths =
            [.. result.GetRequiredValue(_paths).Select(p => ContentPath.Find(p, settings.Directory))];
        bool each = _each.Of(result);
        string[] folders = [.. paths.Select(p => p.FullPath).Where(p => each && Directory.Exists(p))];
        ContentPath[] contents = [.. paths.Where(p => !folders.Contains(p.FullPath))];
        string? output = _output.Of(result);
        if (contents.Length + folders.Length * 2 > 1 && output is not null && !Directory.Exists(output))
            throw CliException.Usage($"--output '{SafeText.Clean(output)}' is no folder, and there are several paths.");

        if (output is not null) TorrentWriter.Target(output, paths[0].Name);

        SwarmAuthority? authority = _swarm.Of(result) is { } swarm
            ? SwarmAuthority.Open(_swarms.Read(context, result), swarm, context.Host.Time)
            : null;
        SwarmMember? member = authority?.Own();
        ImmutableArray<IPAddress> addresses = OwnAddresses.Reachable(settings.Bind, OwnAddresses.Find());
        await using EmbeddedTracker? tracker = settings.Trackers.IsEmpty
            ? await EmbeddedTracker.StartAsync(settings.Bind, PortBeside(settings.Port), context.Stop)
            : null;
        CreateOptions options = new()
        {
            Version = CreateCommand.VersionOf(_format.Of(result)),
            PieceLength = _pieceSize.Of(result),
            SslCertificate = authority?.CertificatePem,
            WebSeeds = settings.WebSeeds,
            // A tier for each: all are announced to, and over IPv4 and IPv6 alike everybody is found.
            Trackers = [.. (tracker is null ? settings.Trackers : tracker.AnnounceUrls(addresses)).Select(
                url => ImmutableArray.Create(url))],
        };
        List<CreatedTorrent> created = [];
        foreach (ContentPath content in contents)
            created.Add(await ShareSession.HashAsync(context, content, options));

        await using TransferSession session = await TransferSession.StartAsync(context, settings);
        await using SharedFiles shared = new(
            context, AccountsOf(context, settings, tracker, addresses, session.Engine.Port));
        ShareSession shares = new(context, session, settings, options, addresses, output, shared, member);
        List<ITransfer> transfers = [];
        for (int i = 0; i < contents.Length; i++)
            transfers.Add((await shares.ShareAsync(contents[i], created[i])).Transfer);
        FolderShare watched = new(context, folders, shares);
        transfers.AddRange(await watched.BeginAsync());
        if (context.Output.DataIsBesideMessages)
            context.Output.Say($"There: {CommandFor("LINK")}, or any other BitTorrent program that takes the link.");
        context.Output.Say("Shared as long as this runs. Type prog to see the progress, exit to leave.");
        RunGoal goal = new()
        {
            EndsWithInput = settings.EndsWithInput,
            ReportsPeers = settings.ReportsPeers,
            OnComplete = settings.OnComplete,
        };
        TransferRun run = new(context, transfers, goal, wantsData: false);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
        Task watching = folders.Length == 0 ? Task.CompletedTask : watched.WatchAsync(run, end.Token);
        int exitCode = await run.RunAsync();
        await end.CancelAsync();
        await watching;
        return exitCode;
    }

    // A firewall that is opened for a chosen port can be opened for the next one too.
    private static int PortBeside(int port) => port is 0 or IPEndPoint.MaxPort ? 0 : port + 1;

    /// <summary>The catalogues to register in: that of our own tracker, or of those that the user named.</summary>
    private static CatalogueAccount[] AccountsOf(
        CommandContext context,
        TransferSettings settings,
        EmbeddedTracker? tracker,
        ImmutableArray<IPAddress> addresses,
        int port) => tracker is not null
        ? [CatalogueAccount.Of(
            tracker.AnnounceUrls([settings.Bind ?? IPAddress.Loopback])[0],
            tracker.WriteToken, settings.Bind, addresses, port)]
        : [.. settings.Trackers.Select(
            url => CatalogueAccount.Of(url, CatalogueFinder.Token(context), settings.Bind, addresses, port))];

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
            output.Say("  " + CommandFor(magnet, info));
            output.Say("");
            output.Data(magnet);
        }
        if (file is not null) output.Say($"The .torrent is {SafeText.Clean(file)}.");
    }
}
