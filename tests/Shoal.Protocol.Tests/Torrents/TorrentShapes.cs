using Shoal.Protocol.Torrents;
using static Shoal.Protocol.Tests.Bencoding.Bencoded;

namespace Shoal.Protocol.Tests.Torrents;

/// <summary>Parts of info dictionaries, and what the readers say to the whole.</summary>
internal static class TorrentShapes
{
    /// <summary>A root that is as good as any: the readers cannot tell without the content.</summary>
    public static byte[] Root(byte fill = 7)
    {
        byte[] root = new byte[32];
        Array.Fill(root, fill);
        return Text(root);
    }

    public static byte[] Pieces(int count) => Text(new byte[20 * count]);

    public static byte[] V1Single(object length, object pieceLength, byte[] pieces, object? name = null) =>
        Dict(("length", length), ("name", name ?? "a"), ("piece length", pieceLength), ("pieces", pieces));

    public static byte[] V1Many(byte[] files, int pieces = 1, int pieceLength = 16384) =>
        Dict(("files", files), ("name", "n"), ("piece length", pieceLength), ("pieces", Pieces(pieces)));

    public static byte[] V2(byte[] tree, object? pieceLength = null, object? name = null) => Dict(
        ("file tree", tree), ("meta version", 2), ("name", name ?? "n"), ("piece length", pieceLength ?? 16384));

    public static byte[] Hybrid(byte[] tree, byte[] files, int pieces, string name = "n") => Dict(
        ("file tree", tree), ("files", files), ("meta version", 2), ("name", name),
        ("piece length", 16384), ("pieces", Pieces(pieces)));

    public static byte[] File(object length, params ReadOnlySpan<string> path) =>
        Dict(("length", length), ("path", Path(path)));

    public static byte[] Pad(int length) =>
        Dict(("attr", "p"), ("length", length), ("path", Path(".pad", $"{length}")));

    public static byte[] Path(params ReadOnlySpan<string> elements)
    {
        var items = new object[elements.Length];
        for (int i = 0; i < items.Length; i++) items[i] = elements[i];
        return List(items);
    }

    public static byte[] Leaf(object length, byte[]? root = null, string? attr = null)
    {
        var keys = new List<(object, object)>();
        if (attr is not null) keys.Add(("attr", attr));
        keys.Add(("length", length));
        if (root is not null) keys.Add(("pieces root", root));
        return Dict(("", Dict(keys.ToArray())));
    }

    public static TorrentInfo Load(byte[] raw)
    {
        Assert.True(TorrentInfoReader.TryRead(raw, out TorrentInfo? info, out string? error), error);
        Assert.Null(error);
        Assert.Equal(raw, info.Raw.ToArray());
        return info;
    }

    /// <summary>The error that an info dictionary gives, alone and inside a file.</summary>
    public static string Refuse(byte[] raw)
    {
        Assert.False(TorrentInfoReader.TryRead(raw, out TorrentInfo? info, out string? error));
        Assert.Null(info);
        AssertSentence(error);
        return error;
    }

    public static Metainfo LoadFile(byte[] file)
    {
        Assert.True(MetainfoReader.TryRead(file, out Metainfo? metainfo, out string? error), error);
        return metainfo;
    }

    public static string RefuseFile(byte[] file)
    {
        Assert.False(MetainfoReader.TryRead(file, out Metainfo? metainfo, out string? error));
        Assert.Null(metainfo);
        AssertSentence(error);
        return error;
    }

    /// <summary>Fails by the name of the case when the error does not name what is wrong.</summary>
    public static void AssertNames(string error, string word, string label) =>
        Assert.True(error.Contains(word, StringComparison.Ordinal), $"{label}: '{word}' is not in: {error}");

    private static void AssertSentence(string? error)
    {
        Assert.NotNull(error);
        Assert.Matches("^[A-Z].*\\.$", error);
        Assert.DoesNotContain('\n', error);
    }
}
