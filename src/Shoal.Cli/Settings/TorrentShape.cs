using Shoal.Cli.Parsing;

namespace Shoal.Cli.Settings;

/// <summary>The options of commands that make a torrent: what kind of torrent it is.</summary>
internal static class TorrentShape
{
    /// <summary>The option <c>--format</c>.</summary>
    public static Setting<string> Format(OptionFactory options) => options.Choice(
        "--format",
        "BitTorrent version; some older clients read only v1. Default: hybrid, which is both.",
        "hybrid",
        ["hybrid", "v1", "v2"]);

    /// <summary>The option <c>--piece-size</c>; 0 chooses by the size of the content.</summary>
    public static Setting<int> PieceSize(OptionFactory options) => options.Value<int>(
        "--piece-size",
        "SIZE",
        "Piece size, a power of two from 16KiB to 512MiB; default: auto, by the size of the content.",
        ByteQuantity.TryPieceSize,
        0);
}
