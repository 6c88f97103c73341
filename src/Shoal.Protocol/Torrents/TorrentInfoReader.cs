using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Shoal.Protocol.Bencoding;

namespace Shoal.Protocol.Torrents;

/// <summary>
/// Reads info dictionaries of both generations and of hybrids
/// (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP 3</see>,
/// <see href="https://www.bittorrent.org/beps/bep_0052.html">BEP 52</see>). It does not judge names: what they become
/// on disk is decided where files are written.
/// </summary>
public static class TorrentInfoReader
{
    private const long SupportedMetaVersion = 2;

    /// <summary>Reads the bencoded info dictionary of a torrent. The bytes are copied.</summary>
    /// <param name="rawInfo">Exactly the dictionary, as the info-hash covers it.</param>
    /// <param name="info">What it says, or null when false is returned.</param>
    /// <param name="error">One sentence that names the key at fault, or null on success.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> rawInfo,
        [NotNullWhen(true)] out TorrentInfo? info,
        [NotNullWhen(false)] out string? error)
    {
        info = null;
        error = $"The info dictionary has {rawInfo.Length} bytes, more than {TorrentLimits.MaxInfoBytes}.";
        if (rawInfo.Length > TorrentLimits.MaxInfoBytes) return false;
        byte[] raw = rawInfo.ToArray();
        bool parsed = BencodeDocument.TryParse(
            raw, BencodeLimits.Torrent, out BencodeDocument? document, out BencodeError bencodeError);
        error = $"The info dictionary is not valid bencoding: {bencodeError}.";
        if (!parsed) return false;
        error = "The 'info' of the torrent is not a dictionary.";
        return document!.Root.Kind == BencodeKind.Dictionary && TryRead(raw, document, out info, out error);
    }

    private static bool TryRead(
        byte[] raw,
        BencodeDocument document,
        [NotNullWhen(true)] out TorrentInfo? info,
        [NotNullWhen(false)] out string? error)
    {
        info = null;
        BencodeNode root = document.Root;
        if (!TryReadVersion(document, out TorrentVersion version, out error)) return false;
        error = "The info dictionary has no 'name' that is a string.";
        if (!TorrentText.TryGet(root, "name.utf-8"u8, "name"u8, BencodeKind.String, out BencodeNode nameNode))
            return false;
        string name = TorrentText.Decode(nameNode.Bytes);
        if (!TryReadPieceLength(root, version, out int pieceLength, out error)) return false;

        FileList v1 = default, v2 = default;
        if (version.HasFlag(TorrentVersion.V2)
            && !V2FileTreeReader.TryRead(root, name, pieceLength, out v2, out error)) return false;
        if (version.HasFlag(TorrentVersion.V1)
            && !V1FileListReader.TryRead(root, name, pieceLength, out v1, out error)) return false;
        FileList list = version == TorrentVersion.V2 ? v2 : v1;
        error = "The files of the torrent hold no bytes: every 'length' is 0.";
        if (!list.HasContent()) return false;
        ImmutableArray<TorrentFile> files = list.Files;
        if (version == TorrentVersion.Hybrid
            && !HybridFiles.TryMerge(v1, v2, pieceLength, out files, out error)) return false;
        // Before anything is built for each piece: of v1 pieces there are as many as the torrent brings hashes.
        ReadOnlyMemory<byte> pieces = default;
        if (version.HasFlag(TorrentVersion.V1)
            && !TryReadPieces(root, PieceCount(v1.TotalLength, pieceLength), out pieces, out error)) return false;
        PieceGeometry geometry = version == TorrentVersion.V2
            ? TorrentLayout.V2Geometry(files, pieceLength, list.TotalLength)
            : TorrentLayout.V1Geometry(files, pieceLength, list.TotalLength);
        error = null;
        info = new TorrentInfo
        {
            Hashes = new TorrentHashes(
                version.HasFlag(TorrentVersion.V1) ? InfoHash.OfV1(raw) : null,
                version.HasFlag(TorrentVersion.V2) ? Sha256Hash.Of(raw) : null),
            Version = version,
            Name = name,
            IsSingleFile = list.IsSingleFile,
            IsPrivate = root.TryGetInteger("private"u8, out long isPrivate) && isPrivate == 1,
            Files = files,
            Geometry = geometry,
            V1Pieces = pieces,
            Raw = raw,
            SslCertificate = TorrentText.Optional(root, "ssl-cert"u8, "ssl-cert"u8),
        };
        return true;
    }

    private static bool TryReadVersion(
        BencodeDocument document, out TorrentVersion version, [NotNullWhen(false)] out string? error)
    {
        version = TorrentVersion.V1;
        error = null;
        bool stated = document.Root.TryGetInteger("meta version"u8, out long number);
        if (!stated || number < SupportedMetaVersion) return true;
        error = $"The torrent has 'meta version' {number}, and only versions up to {SupportedMetaVersion} are known.";
        if (number > SupportedMetaVersion) return false;
        // Strict as other clients are: two readings of one v2 dictionary must not exist (BEP 52).
        error = $"The info dictionary of a v2 torrent is not canonical bencoding: {document.Flaws}.";
        if (!document.IsCanonical) return false;
        version = document.Root.TryGet("pieces"u8, out _) ? TorrentVersion.Hybrid : TorrentVersion.V2;
        error = null;
        return true;
    }

    private static bool TryReadPieceLength(
        BencodeNode root, TorrentVersion version, out int pieceLength, [NotNullWhen(false)] out string? error)
    {
        pieceLength = 0;
        error = "The info dictionary has no 'piece length' that is a number from 1.";
        if (!root.TryGetInteger("piece length"u8, out long length) || length < 1) return false;
        error = $"The 'piece length' is {length}, more than {TorrentLimits.MaxPieceLength}.";
        if (length > TorrentLimits.MaxPieceLength) return false;
        error = $"The 'piece length' is {length}; a v2 torrent needs a power of two from {PieceGeometry.BlockLength}.";
        if (version.HasFlag(TorrentVersion.V2)
            && (length < PieceGeometry.BlockLength || !BitOperations.IsPow2(length))) return false;
        pieceLength = (int)length;
        error = null;
        return true;
    }

    private static long PieceCount(long totalLength, int pieceLength) => (totalLength + pieceLength - 1) / pieceLength;

    private static bool TryReadPieces(
        BencodeNode root, long count, out ReadOnlyMemory<byte> pieces, [NotNullWhen(false)] out string? error)
    {
        pieces = default;
        error = "The info dictionary has no 'pieces' that is a string.";
        if (!root.TryGet("pieces"u8, BencodeKind.String, out BencodeNode node)) return false;
        pieces = node.Memory;
        error = $"The 'pieces' has {pieces.Length} bytes; the files need {count} hashes of {InfoHash.Length} bytes.";
        if (pieces.Length != count * InfoHash.Length) return false;
        error = null;
        return true;
    }
}
