using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Shoal.Protocol.Bencoding;

namespace Shoal.Protocol.Torrents;

/// <summary>
/// Reads <c>length</c> or <c>files</c> of a v1 info dictionary
/// (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP 3</see>): files lie end to end in the piece space.
/// </summary>
internal static class V1FileListReader
{
    public static bool TryRead(
        BencodeNode info, string name, int pieceLength, out FileList list, [NotNullWhen(false)] out string? error)
    {
        list = default;
        bool single = info.TryGet("length"u8, out _);
        bool multiple = info.TryGet("files"u8, out BencodeNode files);
        error = (single, multiple) switch
        {
            (true, true) => "The info dictionary has both 'length' and 'files'.",
            (false, false) => "The info dictionary has neither 'length' nor 'files'.",
            (false, true) when files.Kind != BencodeKind.List => "The 'files' of the info dictionary is not a list.",
            _ => null,
        };
        if (error is not null) return false;
        return single
            ? TryReadOne(info, name, pieceLength, out list, out error)
            : TryReadMany(files, pieceLength, out list, out error);
    }

    private static bool TryReadOne(
        BencodeNode info, string name, int pieceLength, out FileList list, [NotNullWhen(false)] out string? error)
    {
        list = default;
        if (!FileTraits.TryRead(info, out FileTraits traits, out error)) return false;
        if (!TryReadLength(info, traits, out long length, out error)) return false;
        if (!TorrentLayout.Fits(length, pieceLength, out error)) return false;
        list = new FileList([File(traits with { IsPadding = false }, [name], 0, length)], true, length);
        return true;
    }

    private static bool TryReadMany(
        BencodeNode files, int pieceLength, out FileList list, [NotNullWhen(false)] out string? error)
    {
        list = default;
        long offset = 0;
        int elements = 0;
        var builder = ImmutableArray.CreateBuilder<TorrentFile>();
        foreach (BencodeNode file in files.Items)
        {
            error = "An entry of the list 'files' is not a dictionary.";
            if (file.Kind != BencodeKind.Dictionary) return false;
            if (!FileTraits.TryRead(file, out FileTraits traits, out error)) return false;
            if (!TryReadLength(file, traits, out long length, out error)) return false;
            if (!TryReadPath(file, traits, length, out ImmutableArray<string> path, out error)) return false;
            elements += path.Length;
            error = $"The paths of the torrent have more than {TorrentLimits.MaxPathElements} elements in all.";
            if (elements > TorrentLimits.MaxPathElements) return false;
            builder.Add(File(traits, path, offset, length));
            offset += length;
            if (!TorrentLayout.Fits(offset, pieceLength, out error)) return false;
        }
        error = "The list 'files' of the info dictionary is empty.";
        if (builder.Count == 0) return false;
        list = new FileList(builder.DrainToImmutable(), false, offset);
        error = null;
        return true;
    }

    /// <summary>Reads a file's length; a link takes no bytes of the piece space whatever it says.</summary>
    internal static bool TryReadLength(
        BencodeNode file, in FileTraits traits, out long length, [NotNullWhen(false)] out string? error)
    {
        length = 0;
        error = null;
        if (traits.SymlinkTarget is not null) return true;
        error = "A file of the torrent has no 'length' that is a whole number from 0.";
        if (!file.TryGetInteger("length"u8, out length) || length < 0) return false;
        error = $"A file of the torrent has a 'length' of more than {TorrentLimits.MaxFileLength} bytes.";
        if (length > TorrentLimits.MaxFileLength) return false;
        error = null;
        return true;
    }

    private static bool TryReadPath(
        BencodeNode file,
        in FileTraits traits,
        long length,
        out ImmutableArray<string> path,
        [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (!TorrentText.TryGet(file, "path.utf-8"u8, "path"u8, BencodeKind.List, out BencodeNode list)
            && !file.TryGet("path"u8, out list))
        {
            // Padding is never written to disk, and some makers leave its name out.
            path = [".pad", length.ToString(CultureInfo.InvariantCulture)];
            if (!traits.IsPadding) error = "A file of the torrent has no 'path'.";
            return traits.IsPadding;
        }
        if (!TorrentPath.TryRead(list, "path", out path, out error)) return false;
        if (path.IsEmpty) path = [""];
        return true;
    }

    private static TorrentFile File(
        in FileTraits traits, ImmutableArray<string> path, long offset, long length) => new()
    {
        Path = path,
        Length = length,
        Offset = offset,
        IsPadding = traits.IsPadding,
        IsExecutable = traits.IsExecutable,
        IsHidden = traits.IsHidden,
        SymlinkTarget = traits.SymlinkTarget,
    };
}
