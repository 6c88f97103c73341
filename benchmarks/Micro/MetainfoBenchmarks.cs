using Shoal.Protocol.Bencoding;
using Shoal.Protocol.Torrents;

namespace Shoal.Micro;

/// <summary>Bencoding and .torrent files; one operation is one whole file.</summary>
public class MetainfoBenchmarks
{
    private byte[] _torrent = [];

    /// <summary>One large file, or ten thousand small ones.</summary>
    [Params(1, 10_000)]
    public int Files { get; set; }

    [Params("v1", "hybrid")]
    public string Format { get; set; } = "";

    [GlobalSetup]
    public void Make()
    {
        TorrentVersion version = Format == "v1" ? TorrentVersion.V1 : TorrentVersion.Hybrid;
        _torrent = PlainTorrent.Create(version, Files, piecesPerFile: Files == 1 ? 16_384 : 2, pieceLength: 1 << 18);
    }

    [Benchmark]
    public bool Parse_bencoding() =>
        BencodeDocument.TryParse(_torrent, BencodeLimits.Torrent, out _, out BencodeError _);

    [Benchmark]
    public bool Read_metainfo() => MetainfoReader.TryRead(_torrent, out _, out _);
}
