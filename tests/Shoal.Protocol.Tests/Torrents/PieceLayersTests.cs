using Shoal.Protocol.Torrents;
using Shoal.TestKit;
using static Shoal.Protocol.Tests.Bencoding.Bencoded;
using static Shoal.Protocol.Tests.Torrents.TorrentShapes;

namespace Shoal.Protocol.Tests.Torrents;

public sealed class PieceLayersTests
{
    private static readonly TestTorrent Torrent =
        TestTorrents.Create(TorrentVersion.V2, 16384, ("big", 16 * 16384), ("odd", 5 * 16384 + 1), ("small", 9));

    private static readonly byte[] Big = Layer("big"), Odd = Layer("odd");

    [Fact]
    public void Layers_that_fold_to_their_roots_are_kept()
    {
        Metainfo metainfo = Load(Dict((Root("big"), Text(Big)), (Root("odd"), Text(Odd))));
        Assert.Equal(2, metainfo.PieceLayers.Count);
        Assert.Equal(16 * 32, metainfo.PieceLayers[Hash("big")].Length);
        Assert.Equal(6 * 32, metainfo.PieceLayers[Hash("odd")].Length);
    }

    [Fact]
    public void Missing_layers_are_absent()
    {
        Assert.Empty(Load(null).PieceLayers);
        Assert.Empty(Load(Dict()).PieceLayers);
        Assert.Equal([Hash("odd")], Load(Dict((Root("odd"), Text(Odd)))).PieceLayers.Keys);
    }

    [Fact]
    public void A_layer_for_a_file_of_one_piece_is_left_out() =>
        Assert.Empty(Load(Dict((Root("small"), Text(new byte[32])))).PieceLayers);

    [Fact]
    public void Wrong_layers_are_refused()
    {
        Refuse(List());
        Refuse("5:layer"u8.ToArray());
        Refuse(Dict((Root("big"), 5)));
        Refuse(Dict((Root("big"), List())));
        Refuse(Dict((Root("big"), Text([.. Big, 0]))));
        Refuse(Dict((Root("big"), Text([.. Big, .. Big]))));
        Refuse(Dict((Root("big"), Text(Big.AsSpan(..^32)))));
        Refuse(Dict((Root("big"), Text(Odd))));
        Refuse(Dict((Root("big"), Text([]))));
        Refuse(Dict((Text(new byte[33]), Text(Big))));
        Refuse(Dict((Text(new byte[32]), Text(Big))));
        for (int at = 0; at < Odd.Length; at += 11)
        {
            byte[] altered = [.. Odd];
            altered[at] ^= 4;
            Refuse(Dict((Root("big"), Text(Big)), (Root("odd"), Text(altered))));
        }
    }

    [Fact]
    public void Layers_beside_a_v1_torrent_mean_nothing() =>
        Assert.Empty(LoadFile(Dict(("info", V1Single(1, 16384, Pieces(1))), ("piece layers", 5))).PieceLayers);

    private static Metainfo Load(byte[]? layers) => LoadFile(File(layers));

    private static void Refuse(byte[] layers) =>
        Assert.Contains("'piece layers'", RefuseFile(File(layers)), StringComparison.Ordinal);

    private static byte[] File(byte[]? layers) => layers is null
        ? Dict(("info", Torrent.Info.Raw.ToArray()))
        : Dict(("info", Torrent.Info.Raw.ToArray()), ("piece layers", layers));

    private static Sha256Hash Hash(string name) =>
        Torrent.Info.Files.Single(f => f.DisplayPath == name).PiecesRoot!.Value;

    private static byte[] Root(string name) => Text(Hash(name).ToArray());

    private static byte[] Layer(string name) => Torrent.Metainfo.PieceLayers[Hash(name)].ToArray();
}
