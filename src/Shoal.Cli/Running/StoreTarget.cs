using Shoal.Cli.Commands;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Engine;
using Shoal.Engine.Stores;
using Shoal.Protocol.Magnets;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Running;

/// <summary>A download that goes into a store of content by hash, unless it is there already.</summary>
internal sealed class StoreTarget(string folder)
{
    private readonly ContentStore _store = new(folder);
    private string _hash = "";
    private string? _path;

    /// <summary>Tells where the content is, when the store has it; the command is done then.</summary>
    /// <param name="context">The command.</param>
    /// <param name="source">What is to be downloaded; null when it is known by the hash of the file alone.</param>
    /// <param name="found">What a catalogue says of it, or null.</param>
    public bool TryTell(CommandContext context, TorrentSource? source, FoundFile? found)
    {
        // What a catalogue says about the bytes of a file is its word only: it finds what is here, where a wrong word
        // finds nothing, and it is never written down as true.
        string? told = found is null ? null : ContentStore.KeyOf(found.File.FileHash);
        IEnumerable<string> keys = KeysOf(source);
        if (_store.Find(told is null ? keys : keys.Append(told)) is not { } path) return false;
        context.Output.Say($"{SafeText.Clean(path)} is here already; nothing is downloaded.");
        context.Output.Data(path);
        context.Output.Result(new TransferResult(context.Command, ExitCode.Ok, "completed", null, [])
        {
            Path = path,
        });
        return true;
    }

    /// <summary>The folder to download into.</summary>
    public string Begin(TorrentSource source)
    {
        _hash = source switch
        {
            TorrentSource.Parsed parsed => parsed.Metainfo.Info.Hashes.ToString(),
            TorrentSource.Magnet magnet when MagnetLink.TryParse(magnet.Link, out MagnetLink? link, out _) =>
                link.Hashes.ToString(),
            _ => throw CliException.Usage("--store cannot tell the hash of what is to be downloaded."),
        };
        return _store.PartialFolder(_hash);
    }

    /// <summary>The folder to download a file into that is known by the hash of its bytes alone.</summary>
    public string Begin(string fileHash) => _store.PartialFolder(_hash = fileHash);

    /// <summary>Takes the torrent's content in; the result is where it lies now.</summary>
    public async Task<string> KeepAsync(CommandContext context, Torrent torrent)
    {
        Metainfo metainfo = torrent.Metainfo!;
        string path = torrent.ContentPath!;
        await torrent.StopAsync(context.Stop);
        return await KeepAsync(context, path, KeysOf(new TorrentSource.Parsed(metainfo)));
    }

    /// <summary>Takes a file in; the result is where it lies now.</summary>
    public async Task<string> KeepAsync(CommandContext context, string path, IEnumerable<string> keys)
    {
        _path = await _store.KeepAsync(path, _hash, keys, context.Stop);
        context.Output.Say($"Kept as {SafeText.Clean(_path)}.");
        context.Output.Data(_path);
        return _path;
    }

    /// <summary>How to seed what was kept.</summary>
    public TorrentOptions SeedOptions(TorrentOptions options, Metainfo metainfo) => options with
    {
        Directory = metainfo.Info.IsSingleFile ? Path.GetDirectoryName(_path)! : _path!,
        ContentPaths = metainfo.Info.IsSingleFile
            ? [.. metainfo.Info.Files.Select(f => f.IsPadding ? "" : _path!)] : null,
        InitialCheck = InitialCheck.Trust,
        SeedOnly = true,
    };

    private static IEnumerable<string> KeysOf(TorrentSource? source) => source switch
    {
        TorrentSource.Parsed parsed => ContentStore.KeysOf(parsed.Metainfo.Info),
        TorrentSource.Magnet magnet when MagnetLink.TryParse(magnet.Link, out MagnetLink? link, out _) =>
            [$"btih-{link.Hashes.V1}", $"btmh-{link.Hashes.V2}"],
        _ => [],
    };
}
