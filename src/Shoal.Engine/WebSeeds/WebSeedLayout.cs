using System.Diagnostics.CodeAnalysis;
using Shoal.Discovery;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine.WebSeeds;

/// <summary>
/// Where on a web server the bytes of a torrent are (<see href="https://www.bittorrent.org/beps/bep_0019.html">BEP
/// 19</see>). A URL that ends in a slash is a folder, in which lies what the torrent's name names; one that does not is
/// the file itself, or, of a torrent with several files, a folder all the same.
/// </summary>
/// <remarks>
/// <code>
///  url  http://host/pub/     torrent "Set" with "a.txt", "sub/ü.txt"
///  →    http://host/pub/Set/a.txt          each element by itself in percent-encoding,
///       http://host/pub/Set/sub/%C3%BC.txt a query of the URL stays behind the path
/// </code>
/// </remarks>
internal sealed class WebSeedLayout
{
    private readonly TorrentInfo _info;
    private readonly Uri _url;
    private readonly Uri?[] _files;

    private WebSeedLayout(TorrentInfo info, Uri url)
    {
        _info = info;
        _url = url;
        _files = new Uri?[info.Files.Length];
    }

    /// <summary>The layout of a torrent on one web seed.</summary>
    /// <param name="info">The torrent.</param>
    /// <param name="url">The web seed.</param>
    /// <param name="layout">The layout, or null when a name in the torrent cannot be part of a URL.</param>
    public static bool TryMake(TorrentInfo info, Uri url, [NotNullWhen(true)] out WebSeedLayout? layout)
    {
        layout = null;
        if (!info.IsSingleFile || url.AbsolutePath.EndsWith('/'))
        {
            if (IsDots(info.Name)) return false;
            foreach (TorrentFile file in info.Files)
                foreach (string element in file.Path)
                    if (!file.IsPadding && (IsDots(element) || element.Length == 0)) return false;
        }
        layout = new WebSeedLayout(info, url);
        return true;
    }

    /// <summary>Offset in the piece space of a block.</summary>
    public long OffsetOf(BlockSpan block) => _info.Geometry.Offset(block.Piece) + block.Begin;

    /// <summary>True for a file of which every byte is 0 and which no server has.</summary>
    public bool IsPadding(int file) => _info.Files[file].IsPadding;

    /// <summary>What to ask the server for.</summary>
    public WebSeedRange RangeOf(WebSeedPart part) =>
        new(_files[part.File] ??= UrlOf(part.File), part.First, part.Length, _info.Files[part.File].Length);

    /// <summary>Adds the parts of files that a stretch of the piece space consists of, in order.</summary>
    public void AddParts(long offset, long length, Queue<WebSeedPart> parts)
    {
        long end = offset + length;
        for (int file = FileAt(offset); file < _info.Files.Length && offset < end; file++)
        {
            TorrentFile at = _info.Files[file];
            if (at.End <= offset) continue;
            long take = Math.Min(end, at.End) - offset;
            parts.Enqueue(new WebSeedPart(file, offset - at.Offset, take));
            offset += take;
        }
    }

    /// <summary>The last file that begins at or before an offset, or an earlier one if that is empty.</summary>
    private int FileAt(long offset)
    {
        int low = 0, high = _info.Files.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_info.Files[middle].End <= offset) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private Uri UrlOf(int file)
    {
        string path = _url.AbsolutePath;
        bool isFolder = path.EndsWith('/');
        if (_info.IsSingleFile && !isFolder) return _url;
        path = _url.GetComponents(UriComponents.SchemeAndServer | UriComponents.UserInfo, UriFormat.UriEscaped) + path;
        if (!isFolder) path += "/";
        IEnumerable<string> elements = _info.Files[file].Path;
        if (!_info.IsSingleFile && _info.Name.Length > 0) elements = elements.Prepend(_info.Name);
        return new Uri(path + string.Join('/', elements.Select(Uri.EscapeDataString)) + _url.Query);
    }

    // In a URL these are no names but directions, however they are written.
    private static bool IsDots(string element) => element is "." or "..";
}
