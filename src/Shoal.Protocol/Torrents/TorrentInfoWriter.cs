using System.Collections.Immutable;
using Shoal.Protocol.Bencoding;

namespace Shoal.Protocol.Torrents;

/// <summary>Writes info dictionaries. Keys come in the order of their bytes, which fixes the order here.</summary>
internal static class TorrentInfoWriter
{
    public static byte[] Write(TorrentInfoBuilder torrent)
    {
        bool v1 = torrent.Version.HasFlag(TorrentVersion.V1), v2 = torrent.Version.HasFlag(TorrentVersion.V2);
        RequireHashes(torrent, v1, v2);
        var writer = new BencodeWriter();
        writer.BeginDictionary();
        if (v1 && torrent.IsSingleFile && torrent.Files[0].IsExecutable) writer.Pair("attr"u8, "x"u8);
        if (v2)
        {
            writer.Key("file tree"u8);
            ImmutableArray<TorrentFile> files = torrent.Files.RemoveAll(f => f.IsPadding);
            WriteFolder(writer, files.AsSpan(), 0);
        }
        if (v1 && !torrent.IsSingleFile)
        {
            writer.Key("files"u8);
            WriteList(writer, torrent.Files);
        }
        if (v1 && torrent.IsSingleFile) writer.Pair("length"u8, torrent.Files[0].Length);
        if (v2) writer.Pair("meta version"u8, 2);
        writer.Pair("name"u8, torrent.Name);
        writer.Pair("piece length"u8, torrent.PieceLength);
        if (v1) writer.Pair("pieces"u8, torrent.V1Pieces.Span);
        if (torrent.IsPrivate) writer.Pair("private"u8, 1);
        if (torrent.SslCertificate is { } certificate) writer.Pair("ssl-cert"u8, certificate);
        writer.End();
        return writer.ToArray();
    }

    private static void WriteList(BencodeWriter writer, ImmutableArray<TorrentFile> files)
    {
        writer.BeginList();
        foreach (TorrentFile file in files)
        {
            writer.BeginDictionary();
            if (file.IsPadding) writer.Pair("attr"u8, "p"u8);
            else if (file.IsExecutable) writer.Pair("attr"u8, "x"u8);
            writer.Pair("length"u8, file.Length);
            writer.Key("path"u8);
            writer.BeginList();
            foreach (string element in file.Path) writer.String(element);
            writer.End();
            writer.End();
        }
        writer.End();
    }

    /// <summary>Writes the files of one folder, which are sorted and agree in the elements above it.</summary>
    private static void WriteFolder(BencodeWriter writer, ReadOnlySpan<TorrentFile> files, int depth)
    {
        writer.BeginDictionary();
        while (!files.IsEmpty)
        {
            string name = files[0].Path[depth];
            int count = 1;
            while (count < files.Length && files[count].Path[depth] == name) count++;
            writer.Key(System.Text.Encoding.UTF8.GetBytes(name));
            if (files[0].Path.Length == depth + 1) WriteFile(writer, files[0]);
            else WriteFolder(writer, files[..count], depth + 1);
            files = files[count..];
        }
        writer.End();
    }

    private static void WriteFile(BencodeWriter writer, TorrentFile file)
    {
        Span<byte> root = stackalloc byte[Sha256Hash.Length];
        writer.BeginDictionary();
        writer.Key(""u8);
        writer.BeginDictionary();
        if (file.IsExecutable) writer.Pair("attr"u8, "x"u8);
        writer.Pair("length"u8, file.Length);
        if (file.PiecesRoot is { } hash)
        {
            hash.CopyTo(root);
            writer.Pair("pieces root"u8, root);
        }
        writer.End();
        writer.End();
    }

    private static void RequireHashes(TorrentInfoBuilder torrent, bool v1, bool v2)
    {
        long pieces = TorrentLayout.Align(torrent.TotalLength, torrent.PieceLength) / torrent.PieceLength;
        if (v1 && torrent.V1Pieces.Length != pieces * InfoHash.Length)
            throw new InvalidOperationException($"The torrent needs {pieces} SHA-1 hashes before it is built.");
        foreach (TorrentFile file in torrent.Files)
            if (v2 && !file.IsPadding && (file.Length > 0) != file.PiecesRoot.HasValue)
                throw new InvalidOperationException($"'{file.DisplayPath}' needs a root if it has bytes, else none.");
    }
}
