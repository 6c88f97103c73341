using Shoal.Protocol.Torrents;
using static Shoal.Protocol.Tests.Bencoding.Bencoded;
using static Shoal.Protocol.Tests.Torrents.TorrentShapes;

namespace Shoal.Protocol.Tests.Torrents;

/// <summary>
/// T25: the hybrid torrent of nine films that libtorrent publishes for tests, in the two forms that go round: without
/// and with padding after the last file. The info dictionaries are put together here from its figures.
/// </summary>
public sealed class PublicHybridTests
{
    private const int PieceLength = 512 * 1024;

    private static readonly (string Name, int Length, string Attributes, string Root)[] Films =
    [
        ("Darkroom (Stellar, 1994, Amiga ECS) HQ.mp4", 6535405, "",
            "8e31d30f9e25c6336768e978261219c8a9ee8ba81f1bf8a07d8b84664428ccc6"),
        ("Spaceballs-StateOfTheArt.avi", 20506624, "x",
            "ef988424c9c4eb263d55dd84ed2cfc366f60a994e9c80b0dd6979c822ed451ae"),
        ("cncd_fairlight-ceasefire_(all_falls_down)-1080p.mp4", 342230630, "",
            "697d9b53c31b6185867e5df15dba2a7e81fdda6c9aedeaaa83a1d6441989919a"),
        ("eld-dust.mkv", 61638604, "",
            "c7a9116ac109bc3283f28f1561c417e758ff803ab3a51bc1141f9ad24015b59a"),
        ("fairlight_cncd-agenda_circling_forth-1080p30lq.mp4", 277889766, "",
            "07e3096be336c1383533bba2d01f0a7ca5fbc5c127fb671d0fbe8bfc38ec9972"),
        ("meet the deadline - Still _ Evoke 2014.mp4", 44577773, "",
            "cfa94f471a79086ae919ceb8c36e9748435043920692ba4b22f937d72d55f5fc"),
        ("readme.txt", 61, "x",
            "3b3c50a12e27a6b3421b817afd49dfa0d54f69a086cf9914164a9f516e7416e4"),
        ("tbl-goa.avi", 26296320, "x",
            "cd4403e73c8f92fa9ed322f946a5de509f8e774fa3e4f713a3c3b785a085510f"),
        ("tbl-tint.mpg", 115869700, "",
            "77e9b83c9428ccfaf2423de0e8e4f7ae5ad52fdbc65a29af3d5dc3abb2fc420a"),
    ];

    [Theory]
    [InlineData(false, "631a31dd0a46257d5078c0dee4e66e26f73e42ac",
        "d8dd32ac93357c368556af3ac1d95c9d76bd0dff6fa9833ecdac3d53134efabb")]
    [InlineData(true, "514c76c1f27ec61ca8b37851bcd1cbf0b26cf120",
        "518fbaf39b37020c896e8768a967da6d76bbd5ef7a02c761021b65a72c6cfa11")]
    public void Both_forms_are_read_and_have_the_known_hashes(bool padsTail, string v1, string v2)
    {
        TorrentInfo info = Load(Info(padsTail));
        Assert.Equal(TorrentVersion.Hybrid, info.Version);
        Assert.Equal(v1, info.Hashes.V1?.ToString());
        Assert.Equal(v2, info.Hashes.V2?.ToString());
        Assert.Equal(1715, info.Geometry.PieceCount);
        Assert.Equal(Films.Sum(film => (long)film.Length), info.ContentLength);
        TorrentFile[] files = [.. info.Files.Where(file => !file.IsPadding)];
        Assert.Equal(Films.Select(film => film.Name), files.Select(file => file.DisplayPath));
        Assert.Equal(Films.Select(film => film.Root), files.Select(file => file.PiecesRoot?.ToString()));
        Assert.All(files, file => Assert.Equal(0, file.Offset % PieceLength));
    }

    // The form without a padded tail has its padding in a folder, the other one beside the films.
    private static byte[] Info(bool padsTail)
    {
        List<object> files = [];
        List<(object, object)> tree = [];
        for (int i = 0; i < Films.Length; i++)
        {
            (string name, int length, string attributes, string root) = Films[i];
            files.Add(Entry(length, attributes, Path(name)));
            string? attribute = attributes.Length > 0 ? attributes : null;
            tree.Add((name, Leaf(length, Text(Convert.FromHexString(root)), attribute)));
            int padding = PieceLength - (length % PieceLength);
            if (i == Films.Length - 1 && !padsTail) break;
            files.Add(Entry(padding, "p", padsTail ? Path($"{padding}") : Path(".pad", $"{padding}")));
        }
        return Dict(
            ("file tree", Dict(tree.ToArray())), ("files", List(files.ToArray())), ("meta version", 2),
            ("name", "bittorrent-v1-v2-hybrid-test"), ("piece length", PieceLength), ("pieces", V1Pieces(padsTail)));
    }

    private static byte[] Entry(int length, string attributes, byte[] path) => attributes.Length > 0
        ? Dict(("attr", attributes), ("length", length), ("path", path))
        : Dict(("length", length), ("path", path));

    // The fixture holds, in Base64, the SHA-1 of every piece and then that of the last one when it is padded.
    private static byte[] V1Pieces(bool padsTail)
    {
        using Stream stream = typeof(PublicHybridTests).Assembly.GetManifestResourceStream("hybrid-test.pieces.txt")!;
        using var text = new StreamReader(stream);
        byte[] hashes = Convert.FromBase64String(text.ReadToEnd());
        int last = hashes.Length - InfoHash.Length;
        return Text(padsTail ? [.. hashes[..(last - InfoHash.Length)], .. hashes[last..]] : hashes[..last]);
    }
}
