using System.CommandLine;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Cli.Settings;
using Shoal.Engine;
using Shoal.Engine.Swarms;
using Shoal.Protocol;
using Shoal.Protocol.Magnets;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal inspect FILE.torrent|MAGNET</c>: shows what a torrent says of itself.</summary>
internal sealed class InspectCommand
{
    private readonly Argument<string> _what = new("WHAT")
    {
        Description = "Path or URL of a .torrent, or a magnet link.",
    };

    /// <summary>Builds the command.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        _ = options;
        InspectCommand inspect = new();
        Command command = new("inspect", "Show what a .torrent or magnet link says.") { inspect._what };
        attach(command, inspect.RunAsync);
        return command;
    }

    /// <summary>The answer for a .torrent.</summary>
    public static InspectResult Describe(Metainfo metainfo)
    {
        TorrentInfo info = metainfo.Info;
        return new InspectResult
        {
            Name = info.Name,
            Version = VersionName(info.Hashes),
            InfoHash = info.Hashes.V1?.ToString(),
            InfoHashV2 = info.Hashes.V2?.ToString(),
            Trackers = [.. metainfo.Trackers.Select(tier => tier.ToArray())],
            WebSeeds = metainfo.WebSeeds,
            Magnet = MagnetText.Of(metainfo),
            Size = info.ContentLength,
            Pieces = info.Geometry.PieceCount,
            PieceSize = info.Geometry.PieceLength,
            Private = info.IsPrivate,
            Swarm = SwarmAuthority.NameOf(info),
            Comment = metainfo.Comment,
            CreatedBy = metainfo.CreatedBy,
            Created = metainfo.CreationDate,
            Files = [.. info.Files.Where(f => !f.IsPadding).Select(
                (f, i) => new InspectedFile(i + 1, f.DisplayPath, f.Length, f.PiecesRoot?.ToString()))],
        };
    }

    /// <summary>The answer for a magnet link: only what the link says.</summary>
    public static InspectResult Describe(MagnetLink link) => new()
    {
        Name = link.Name,
        Version = VersionName(link.Hashes),
        InfoHash = link.Hashes.V1?.ToString(),
        InfoHashV2 = link.Hashes.V2?.ToString(),
        Trackers = [.. link.Trackers.Select(url => new[] { url })],
        WebSeeds = link.WebSeeds,
        Magnet = link.ToString(),
        Size = link.ContentLength,
        Swarm = link.Swarm,
        Peers = [.. link.Peers.Select(p => p.Host.Contains(':', StringComparison.Ordinal)
            ? $"[{p.Host}]:{p.Port}" : $"{p.Host}:{p.Port}")],
    };

    /// <summary>The answer as lines for people, one fact each.</summary>
    public static IEnumerable<string> Lines(InspectResult result)
    {
        yield return Line("name", result.Name ?? "not told");
        yield return Line("version", result.Version);
        if (result.InfoHash is { } v1) yield return Line("info-hash", v1);
        if (result.InfoHashV2 is { } v2) yield return Line("info-hash v2", v2);
        if (result.Size is { } size)
            yield return Line("size", FormattableString.Invariant($"{Units.Bytes(size)} ({size} bytes)"));
        if (result is { Pieces: { } pieces, PieceSize: { } pieceSize })
            yield return Line("pieces", $"{pieces} of {Units.Bytes(pieceSize)}");
        if (result.Private == true) yield return Line("private", "yes");
        if (result.Swarm is { } swarm) yield return Line("private swarm", swarm);
        if (result.Comment is { } comment) yield return Line("comment", comment);
        if (result.CreatedBy is { } maker) yield return Line("created by", maker);
        if (result.Created is { } created) yield return Line("created", $"{created.UtcDateTime:u}");
        for (int tier = 0; tier < result.Trackers.Count; tier++)
            foreach (string tracker in result.Trackers[tier])
                yield return Line(result.Trackers.Count > 1 ? $"tracker, tier {tier + 1}" : "tracker", tracker);
        foreach (string seed in result.WebSeeds) yield return Line("web seed", seed);
        foreach (string peer in result.Peers ?? []) yield return Line("peer", peer);
        yield return Line("magnet", result.Magnet, shorten: false);
        foreach (InspectedFile file in result.Files ?? [])
            yield return $"{file.Number,6}  {Units.Bytes(file.Size),10}  {SafeText.Clean(file.Path)}";
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        TorrentSource source = SourceText.Parse(result.GetRequiredValue(_what));
        InspectResult answer = source is TorrentSource.Magnet magnet
            ? Describe(Read(magnet.Link))
            : Describe(await TorrentEngine.ReadAsync(source, cancellationToken: context.Stop));
        foreach (string line in Lines(answer)) context.Output.Data(line);
        context.Output.Result(answer);
        return ExitCode.Ok;
    }

    private static string Line(string what, string value, bool shorten = true) =>
        $"{what + ":",-17} {(shorten ? SafeText.Clean(value) : value)}";

    private static MagnetLink Read(string text) => MagnetLink.TryParse(text, out MagnetLink? link, out string? error)
        ? link
        : throw new TorrentException(TorrentError.InvalidInput, error);

    private static string VersionName(TorrentHashes hashes) => hashes switch
    {
        { V2: null } => "v1",
        { V1: null } => "v2",
        _ => "hybrid",
    };
}
