using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Shoal.Protocol.Bencoding;

namespace Shoal.Protocol.Torrents;

/// <summary>
/// Reads the <c>file tree</c> of a v2 info dictionary
/// (<see href="https://www.bittorrent.org/beps/bep_0052.html">BEP 52</see>). A folder is a dictionary of names, a file
/// a dictionary whose only key is the empty one; each file with bytes begins a new piece.
/// </summary>
/// <remarks>
/// <code>
///  { "docs": { "a.txt": { "": { "length": 9, "pieces root": 32 bytes } } },
///    "empty": { "": { "length": 0 } } }
/// </code>
/// </remarks>
internal sealed class V2FileTreeReader
{
    private readonly ImmutableArray<TorrentFile>.Builder _files = ImmutableArray.CreateBuilder<TorrentFile>();
    private readonly Dictionary<Sha256Hash, long> _lengths = [];
    private readonly List<string> _path = [];
    private readonly int _pieceLength;
    private int _elements;
    private long _end;

    private V2FileTreeReader(int pieceLength) => _pieceLength = pieceLength;

    public static bool TryRead(
        BencodeNode info, string name, int pieceLength, out FileList list, [NotNullWhen(false)] out string? error)
    {
        list = default;
        error = "The info dictionary has no 'file tree' that is a dictionary.";
        if (!info.TryGet("file tree"u8, BencodeKind.Dictionary, out BencodeNode tree)) return false;
        var reader = new V2FileTreeReader(pieceLength);
        if (!reader.TryReadFolder(tree, out error)) return false;
        bool single = reader._files is [{ Path: [var only] }] && only == name;
        list = new FileList(reader._files.DrainToImmutable(), single, reader._end);
        return true;
    }

    /// <summary>Reads a folder and all below it; the recursion is as deep as a path may be.</summary>
    private bool TryReadFolder(BencodeNode folder, [NotNullWhen(false)] out string? error)
    {
        error = "The 'file tree' has a folder with nothing in it.";
        BencodeEntries entries = folder.Entries;
        if (!entries.MoveNext()) return false;
        error = $"The 'file tree' has a path of more than {TorrentLimits.MaxPathDepth} elements.";
        if (_path.Count == TorrentLimits.MaxPathDepth) return false;
        do
        {
            BencodeEntry entry = entries.Current;
            error = "The 'file tree' has a file or folder without a name.";
            if (entry.Key.IsEmpty) return false;
            error = "The 'file tree' has an entry that is not a dictionary.";
            if (entry.Value.Kind != BencodeKind.Dictionary) return false;
            _path.Add(TorrentText.Decode(entry.Key));
            if (entry.Value.TryGet(""u8, out BencodeNode leaf))
            {
                if (!TryReadFile(entry.Value, leaf, out error)) return false;
            }
            else if (!TryReadFolder(entry.Value, out error)) return false;
            _path.RemoveAt(_path.Count - 1);
        }
        while (entries.MoveNext());
        error = null;
        return true;
    }

    private bool TryReadFile(BencodeNode entry, BencodeNode file, [NotNullWhen(false)] out string? error)
    {
        BencodeEntries keys = entry.Entries;
        error = "The 'file tree' has an entry that is both a file and a folder.";
        if (!keys.MoveNext() || keys.MoveNext()) return false;
        error = "The 'file tree' has a file that is not a dictionary.";
        if (file.Kind != BencodeKind.Dictionary) return false;
        if (!FileTraits.TryRead(file, out FileTraits traits, out error)) return false;
        if (!V1FileListReader.TryReadLength(file, traits, out long length, out error)) return false;
        error = "The 'file tree' has padding, which v2 torrents do without.";
        if (traits.IsPadding) return false;
        Sha256Hash? root = null;
        if (length > 0 && !TryReadRoot(file, length, out root, out error)) return false;
        _elements += _path.Count;
        error = $"The paths of the torrent have more than {TorrentLimits.MaxPathElements} elements in all.";
        if (_elements > TorrentLimits.MaxPathElements) return false;
        long offset = length == 0 ? _end : TorrentLayout.Align(_end, _pieceLength);
        _end = offset + length;
        _files.Add(new TorrentFile
        {
            Path = [.. _path],
            Length = length,
            Offset = offset,
            IsExecutable = traits.IsExecutable,
            IsHidden = traits.IsHidden,
            SymlinkTarget = traits.SymlinkTarget,
            PiecesRoot = root,
        });
        return TorrentLayout.Fits(_end, _pieceLength, out error);
    }

    private bool TryReadRoot(
        BencodeNode file, long length, out Sha256Hash? root, [NotNullWhen(false)] out string? error)
    {
        root = null;
        error = "The 'file tree' has a file whose 'pieces root' is not a hash of 32 bytes.";
        if (!file.TryGetString("pieces root"u8, out ReadOnlySpan<byte> bytes) || bytes.Length != Sha256Hash.Length)
            return false;
        var hash = new Sha256Hash(bytes);
        error = "The 'file tree' has a file whose 'pieces root' is zero.";
        if (hash.IsZero) return false;
        // One root stands for one content. With two lengths, hashes proven for one file would be taken for the other's.
        error = "The 'file tree' has files of different 'length' with the same 'pieces root'.";
        if (_lengths.TryGetValue(hash, out long other) && other != length) return false;
        _lengths[hash] = length;
        root = hash;
        error = null;
        return true;
    }
}
