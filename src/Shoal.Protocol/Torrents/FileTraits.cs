using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Shoal.Protocol.Bencoding;

namespace Shoal.Protocol.Torrents;

/// <summary>
/// What <see href="https://www.bittorrent.org/beps/bep_0047.html">BEP 47</see> adds to a file: the letters of
/// <c>attr</c> and the target of a symbolic link.
/// </summary>
internal readonly record struct FileTraits(
    bool IsPadding, bool IsExecutable, bool IsHidden, ImmutableArray<string>? SymlinkTarget)
{
    /// <summary>Reads the traits of a file; an error only for a link whose target is not a list of strings.</summary>
    public static bool TryRead(BencodeNode file, out FileTraits traits, [NotNullWhen(false)] out string? error)
    {
        traits = default;
        error = null;
        if (!file.TryGetString("attr"u8, out ReadOnlySpan<byte> letters)) return true;
        ImmutableArray<string>? target = null;
        // A link without a target is an ordinary file to every client; its bytes count.
        if (letters.Contains((byte)'l') && file.TryGet("symlink path"u8, out BencodeNode link))
        {
            if (!TorrentPath.TryRead(link, "symlink path", out ImmutableArray<string> path, out error)) return false;
            target = path;
        }
        traits = new FileTraits(
            letters.Contains((byte)'p'), letters.Contains((byte)'x'), letters.Contains((byte)'h'), target);
        return true;
    }
}
