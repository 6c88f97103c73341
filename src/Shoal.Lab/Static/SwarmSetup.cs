using Shoal.Engine;
using Shoal.Protocol.Torrents;

namespace Shoal.Lab.Static;

/// <summary>What a set-up has written.</summary>
/// <param name="Common">Settings as they were written.</param>
/// <param name="Members">All peers of the swarm.</param>
/// <param name="Local">Those whose folders and start script were written here.</param>
/// <param name="Torrent">Path of the .torrent.</param>
/// <param name="Scripts">Paths of the scripts; the first is the one to start.</param>
public sealed record SetupReport(
    CommonConfig Common,
    IReadOnlyList<StaticMember> Members,
    IReadOnlyList<StaticMember> Local,
    string Torrent,
    IReadOnlyList<string> Scripts);

/// <summary>
/// Sets up a static swarm, or one machine's part of it: configuration, folders, the file, the hashes of its pieces,
/// and scripts that start the peers.
/// </summary>
public sealed class SwarmSetup
{
    private readonly SetupOptions _options;
    private readonly StaticFiles _files;
    private readonly IReadOnlyList<StaticMember> _members;
    private readonly IReadOnlyList<StaticMember> _local;

    private SwarmSetup(SetupOptions options)
    {
        _options = options;
        _files = new StaticFiles(Path.GetFullPath(options.Folder));
        _members = options.Machines?.SelectMany(m => m.Peers).ToArray() ?? NumberedMembers(options);
        _local = options.Machine?.Peers ?? _members;
    }

    /// <summary>Writes everything. What an earlier set-up in the same folder wrote is replaced.</summary>
    /// <exception cref="LabException">Something that was asked for cannot be.</exception>
    /// <exception cref="TorrentException">The file cannot be read.</exception>
    public static Task<SetupReport> RunAsync(SetupOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new SwarmSetup(options).RunAsync(cancellationToken);
    }

    private static StaticMember[] NumberedMembers(SetupOptions options)
    {
        if (options.FirstPort + options.Peers - 1 > 65_535)
            throw new LabException(
                $"{options.Peers} peers from port {options.FirstPort} on would need ports beyond 65535.");
        return
        [
            .. Enumerable.Range(0, options.Peers).Select(i => new StaticMember(
                SetupOptions.FirstId + i, options.Host, options.FirstPort + i, HasFile: i == 0)),
        ];
    }

    private async Task<SetupReport> RunAsync(CancellationToken stop)
    {
        CommonConfig common = await DecideCommonAsync(stop).ConfigureAwait(false);
        Directory.CreateDirectory(_files.Folder);
        foreach (StaticMember member in _local) Empty(member, common);
        string torrent = _files.Torrent(common.FileName);
        if (await ReadCopiedTorrentAsync(stop).ConfigureAwait(false) is null)
            await MakeContentAsync(common, torrent, stop).ConfigureAwait(false);
        await WriteAsync(_files.Common, common.Write(), stop).ConfigureAwait(false);
        await WriteAsync(_files.PeerInfo, MemberList.Write(_members), stop).ConfigureAwait(false);
        return new SetupReport(
            common, _members, _local, torrent, await WriteScriptsAsync(stop).ConfigureAwait(false));
    }

    /// <summary>
    /// Where no peer of this machine has the file, a .torrent that was copied here from the machine that has it tells
    /// all there is to know.
    /// </summary>
    private async Task<TorrentInfo?> ReadCopiedTorrentAsync(CancellationToken stop)
    {
        string path = _files.Torrent(_options.Common.FileName);
        bool isPartOfLarger = _options.Machine is not null && !_local.Any(m => m.HasFile);
        if (_options.Content is not null || !isPartOfLarger || !File.Exists(path)) return null;
        Metainfo metainfo = await TorrentEngine.ReadAsync(new TorrentSource.File(path), cancellationToken: stop)
            .ConfigureAwait(false);
        return metainfo.Info;
    }

    private async Task<CommonConfig> DecideCommonAsync(CancellationToken stop)
    {
        CommonConfig common = _options.Common;
        if (CommonConfig.FaultOfName(common.FileName) is { } fault)
            throw new LabException($"'{common.FileName}' {fault}.");
        TorrentInfo? copied = await ReadCopiedTorrentAsync(stop).ConfigureAwait(false);
        long size = _options.FileSize ?? copied?.ContentLength ?? CommonConfig.DefaultFileSize;
        int pieceSize = _options.PieceSize ?? copied?.Geometry.PieceLength ?? CommonConfig.DefaultPieceSize;
        if (_options.Content is { } content)
        {
            if (!File.Exists(content)) throw new LabException($"There is no file '{content}'.") { IsNotFound = true };
            long length = new FileInfo(content).Length;
            if (length == 0) throw new LabException($"The file '{content}' is empty: there is nothing to hand out.");
            if (_options.FileSize is { } given && given != length)
                throw new LabException($"'{content}' has {length} bytes, not {given}.");
            size = length;
        }
        if (copied is not null && (copied.ContentLength != size || copied.Geometry.PieceLength != pieceSize))
            throw new LabException(
                $"The .torrent that is here was made for {copied.ContentLength} bytes in pieces of "
                    + $"{copied.Geometry.PieceLength}, not for {size} in pieces of {pieceSize}: give the sizes of the "
                    + "set-up on the machine with the file, or none.");
        return common with { FileSize = size, PieceSize = pieceSize };
    }

    // A run starts from nothing: what an earlier one fetched would make its peers complete before they begin.
    private void Empty(StaticMember member, CommonConfig common)
    {
        string folder = Directory.CreateDirectory(_files.PeerFolder(member.Id)).FullName;
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            bool isFetched = Path.GetFileName(file) == common.FileName || Path.GetExtension(file) == ".shoal";
            if (isFetched && file != _options.Content) File.Delete(file);
        }
        File.Delete(_files.Log(member.Id));
    }

    private async Task MakeContentAsync(CommonConfig common, string torrent, CancellationToken stop)
    {
        string[] copies =
        [
            .. _local.Where(m => m.HasFile).Select(m => Path.Combine(_files.PeerFolder(m.Id), common.FileName)),
        ];
        // Noise of the same size is the same everywhere, so a machine without the file can hash it all the same.
        string first = copies.Length > 0 ? copies[0] : Path.Combine(_files.Folder, $".{common.FileName}.tmp");
        try
        {
            if (_options.Content is { } content)
            {
                if (copies.Length == 0) first = content;
                else if (content != first) File.Copy(content, first);
            }
            else
            {
                await NoiseFile.WriteAsync(first, common.FileSize, stop).ConfigureAwait(false);
            }
            foreach (string copy in copies.Skip(1)) File.Copy(first, copy, overwrite: true);
            await StaticTorrent.WriteAsync(torrent, first, common, _options.Hashed, stop).ConfigureAwait(false);
        }
        finally
        {
            if (copies.Length == 0 && first != _options.Content) File.Delete(first);
        }
    }

    private async Task<IReadOnlyList<string>> WriteScriptsAsync(CancellationToken stop)
    {
        StartScripts scripts = new([.. _local.Select(m => m.Id)], _options.Program);
        (string Name, string Text)[] wanted = _options.Windows
            ? [(StartScripts.CommandName, StartScripts.Command), (StartScripts.PowerShellName, scripts.PowerShell)]
            : [(StartScripts.ShellName, scripts.Shell)];
        foreach ((string name, string text) in wanted)
        {
            string path = Path.Combine(_files.Folder, name);
            await WriteAsync(path, text, stop).ConfigureAwait(false);
            if (!OperatingSystem.IsWindows() && !_options.Windows)
                File.SetUnixFileMode(path, File.GetUnixFileMode(path)
                    | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }
        return [.. wanted.Select(w => Path.Combine(_files.Folder, w.Name))];
    }

    private static Task WriteAsync(string path, string text, CancellationToken stop) =>
        File.WriteAllTextAsync(path, text, stop);
}
