using System.Collections.Immutable;
using System.Net;
using Shoal.Cli.Commands;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Cli.Settings;
using Shoal.Engine;
using Shoal.Engine.Swarms;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Running;

/// <summary>Content that is being shared.</summary>
/// <param name="Transfer">As it is watched.</param>
/// <param name="Torrent">As it runs.</param>
/// <param name="Created">As it was made.</param>
internal sealed record SharedContent(ITransfer Transfer, Torrent Torrent, CreatedTorrent Created);

/// <summary>Shares files and folders: hashes them, serves them, registers them, and tells the link.</summary>
/// <param name="context">The command.</param>
/// <param name="session">The engine.</param>
/// <param name="settings">How to transfer.</param>
/// <param name="options">How to make torrents.</param>
/// <param name="addresses">Addresses by which others reach this machine.</param>
/// <param name="output">File or folder to write torrents to, or null.</param>
/// <param name="shared">Registers what is shared.</param>
/// <param name="member">
/// As whom of a private swarm; null shares with everybody. Catalogues and chunks by lines are for everybody, so nothing
/// of a private swarm goes there, not even its name.
/// </param>
internal sealed class ShareSession(
    CommandContext context,
    TransferSession session,
    TransferSettings settings,
    CreateOptions options,
    ImmutableArray<IPAddress> addresses,
    string? output,
    SharedFiles shared,
    SwarmMember? member)
{
    private readonly ImmutableArray<IPEndPoint> _peers =
        [.. addresses.Select(a => new IPEndPoint(a, session.Engine.Port))];

    /// <summary>Hashes content and shares it.</summary>
    public async Task<SharedContent> ShareAsync(ContentPath content) =>
        await ShareAsync(content, await HashAsync(context, content, options));

    /// <summary>Shares content that is hashed.</summary>
    public async Task<SharedContent> ShareAsync(ContentPath content, CreatedTorrent created)
    {
        Torrent torrent = await AddAsync(content, created);
        if (member is null) shared.Add(torrent, created, content.FullPath);
        string? file = output is null
            ? null : TorrentWriter.Write(TorrentWriter.Target(output, content.Name), created.Bytes.Span);
        Tell(created.Metainfo, file);
        return new SharedContent(new TorrentTransfer(torrent), torrent, created);
    }

    /// <summary>Ends the sharing of something.</summary>
    public async Task UnshareAsync(SharedContent content)
    {
        await content.Torrent.StopAsync(context.Stop);
        if (member is null) await shared.RemoveAsync(content.Created);
    }

    /// <summary>Hashes content and shows how far it is.</summary>
    public static async Task<CreatedTorrent> HashAsync(
        CommandContext context, ContentPath content, CreateOptions options)
    {
        HashingProgress progress = new(context, content.Name, content.Measure());
        CreatedTorrent created = await TorrentCreator.CreateAsync(content.FullPath, options, progress, context.Stop);
        RenamedFiles.Warn(context.Output, created);
        progress.End();
        return created;
    }

    private Task<Torrent> AddAsync(ContentPath content, CreatedTorrent created)
    {
        TorrentOptions torrent = settings.ToTorrentOptions() with
        {
            Directory = content.Parent,
            SelectedFiles = new FileSelection(settings.Select).Resolve(created.Metainfo.Info),
            // Where it was hashed it is served, also under a name that no download would be given.
            ContentPaths = created.Paths,
            // It has just been hashed.
            InitialCheck = InitialCheck.Trust,
            SeedOnly = true,
            Member = member,
            TrustsAddresses = true,
            // They are in the torrent already.
            Trackers = [],
            WebSeeds = [],
        };
        return session.Engine.AddAsync(new TorrentSource.Parsed(created.Metainfo), torrent, context.Stop);
    }

    private void Tell(Metainfo metainfo, string? file)
    {
        string magnet = MagnetText.Of(metainfo, _peers);
        ShareCommand.TellLink(context.Output, metainfo.Info, magnet, file);
        context.Output.Event(new ShareEvent(
            metainfo.Info.Name,
            metainfo.Info.Hashes.ToString(),
            magnet,
            ShareCommand.CommandFor(magnet, metainfo.Info),
            file,
            [.. metainfo.Trackers.SelectMany(t => t)]));
    }
}
