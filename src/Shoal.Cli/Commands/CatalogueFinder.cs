using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Shoal.Cli.Output;
using Shoal.Engine;
using Shoal.Engine.Catalogues;
using Shoal.Engine.Lines;
using Shoal.Protocol.Catalogues;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Commands;

/// <summary>A file that was found in a catalogue.</summary>
/// <param name="Client">The catalogue.</param>
/// <param name="File">What it says about the file.</param>
/// <param name="Peers">Endpoints that it may name.</param>
/// <param name="Torrent">The file's torrent, or null when it has none.</param>
internal sealed record FoundFile(
    CatalogueClient Client, LookupReply File, IReadOnlyList<ChunkPeer> Peers, Metainfo? Torrent);

/// <summary>Looks for a file by its name or hash in the catalogues of the trackers that the user named.</summary>
internal sealed class CatalogueFinder(CommandContext context, ImmutableArray<string> trackers, IPAddress? bind)
{
    /// <summary>
    /// True when what was typed may be a name or hash in a catalogue. That something of the name is here says nothing:
    /// it may be what an earlier run brought, and the same command goes on with it.
    /// </summary>
    public static bool MayBeName(string what) =>
        !what.StartsWith("magnet:", StringComparison.OrdinalIgnoreCase)
        && !what.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        && !what.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        && !(what.EndsWith(".torrent", StringComparison.OrdinalIgnoreCase) && File.Exists(what));

    /// <summary>
    /// The file, or null when it is in no catalogue and what was typed may be an info-hash or is a file here. The
    /// caller disposes of the client that found it.
    /// </summary>
    /// <exception cref="CliException">There is no such name, or it is that of several files.</exception>
    public async Task<FoundFile?> FindOrTellAsync(string what)
    {
        bool isElse = (what.Length is 40 or 64 && what.All(char.IsAsciiHexDigit)) || File.Exists(what);
        try
        {
            FoundFile? found = await FindAsync(what);
            if (found is not null || isElse) return found;
        }
        catch (TorrentException) when (isElse)
        {
            // The swarm, or the file, may know what the catalogue cannot be asked.
            return null;
        }
        throw new CliException(
            ExitCode.NotFound,
            $"'{SafeText.Clean(what)}' is neither a file here nor a name in the catalogue of the tracker; "
                + "shoal files --tracker URL lists the names.");
    }

    /// <summary>
    /// The file, or null when it is in no catalogue. The caller disposes of the client that found it.
    /// </summary>
    /// <exception cref="CliException">Several files have the name, and nobody is there to choose.</exception>
    public async Task<FoundFile?> FindAsync(string what)
    {
        TorrentException? fault = null;
        foreach (string tracker in trackers)
        {
            CatalogueClient client = new(new Uri(tracker), Token(context), bind);
            bool found = false;
            try
            {
                if (await LookAsync(client, what) is not { } file) continue;
                Metainfo? torrent = file.HasTorrent ? await TorrentOfAsync(client, file) : null;
                found = true;
                return new FoundFile(client, file, client.PeersOf(file), torrent);
            }
            catch (TorrentException error) when (error.Error == TorrentError.Network)
            {
                // The next tracker may have it; if none has, this is what the user has to know.
                fault = error;
            }
            finally
            {
                if (!found) client.Dispose();
            }
        }
        return fault is null ? null : throw fault;
    }

    /// <summary>What changes of catalogues take, or null.</summary>
    public static string? Token(CommandContext context) =>
        context.Host.Environment(TrackerCommand.TokenVariable) is { Length: > 0 } token ? token : null;

    private async Task<LookupReply?> LookAsync(CatalogueClient client, string what)
    {
        LookupReply? file = await client.FindByNameAsync(what, context.Stop);
        if (file is null) return await client.FindByHashAsync(what, context.Stop);
        if (file.Others is not { Count: > 0 } others) return file;
        FileEntry chosen = await ChooseAsync(what, [file, .. others]);
        return await client.FindByHashAsync(chosen.FileHash, context.Stop);
    }

    private async Task<FileEntry> ChooseAsync(string name, IReadOnlyList<FileEntry> files)
    {
        TerminalOutput output = context.Output;
        bool asks = context.Host.ErrorIsTerminal && context.Host.InputIsTerminal && context.Host.OpenInput is not null;
        int hashColumns = files.Max(f => f.FileHash.Length);
        for (int i = 0; i < files.Count; i++)
        {
            FileEntry file = files[i];
            string hash = SafeText.Clean(file.FileHash).PadRight(hashColumns);
            string sources = Units.Count(Math.Max(file.PeersCount, file.Seeders), "source");
            string place = asks ? $"{i + 1,3}  " : "";
            output.Warn($"{place}{hash}  {Units.Bytes(file.FileSize),8}  {sources}");
        }
        if (asks)
        {
            output.Warn($"Several files are called '{SafeText.Clean(name)}'. Which one, 1 to {files.Count}?");
            string? line = await context.Host.OpenInput!().ReadLineAsync(context.Stop);
            bool isNumber = int.TryParse(line, CultureInfo.InvariantCulture, out int number);
            if (isNumber && number >= 1 && number <= files.Count)
                return files[number - 1];
        }
        throw CliException.Usage(
            $"Several files are called '{SafeText.Clean(name)}': give one of the hashes above in place of the name.");
    }

    // The info-hash is what the catalogue says the file has; another torrent in its place would be another file.
    private async Task<Metainfo?> TorrentOfAsync(CatalogueClient client, LookupReply file)
    {
        Metainfo? torrent = await client.TorrentOfAsync(file.FileHash, context.Stop);
        if (torrent is null) return null;
        bool agrees = (file.InfoHash is null || torrent.Info.Hashes.V1?.ToString() == file.InfoHash)
            && (file.InfoHashV2 is null || torrent.Info.Hashes.V2?.ToString() == file.InfoHashV2);
        return agrees
            ? torrent
            : throw new CliException(
                ExitCode.Integrity,
                $"The torrent that {client.Address} sent is not the one it names: tell who runs that tracker.");
    }
}
