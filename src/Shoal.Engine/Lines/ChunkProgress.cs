using Shoal.Protocol.Catalogues;

namespace Shoal.Engine.Lines;

/// <summary>
/// Which chunks of a file in the making are there, beside the file, so that a download goes on where it ended. Not safe
/// for threads.
/// </summary>
internal sealed class ChunkProgress
{
    private readonly string _path;
    private readonly ChunkGeometry _geometry;
    private readonly bool[] _has;

    /// <summary>Reads what an earlier download left.</summary>
    /// <param name="path">The list.</param>
    /// <param name="length">Bytes of the file that are there: no chunk beyond them is believed.</param>
    /// <param name="geometry">Chunks of the file.</param>
    public ChunkProgress(string path, long length, ChunkGeometry geometry)
    {
        _path = path;
        _geometry = geometry;
        _has = new bool[geometry.Count];
        string text = File.Exists(path) ? File.ReadAllText(path) : "";
        int size = text.IndexOf(':', StringComparison.Ordinal);
        bool isOurs = size > 0 && text[..size] == FormattableString.Invariant($"{geometry.ChunkSize}");
        if (!isOurs || !ChunkSet.TryParse(text.AsSpan(size + 1), out ChunkSet? done)) return;
        foreach ((int first, int end) in done.Below(geometry.Count).Ranges)
            for (int chunk = first; chunk < end; chunk++)
                _has[chunk] = geometry.Offset(chunk) + geometry.Length(chunk) <= length;
    }

    /// <summary>Bytes of the chunks that are there.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            for (int i = 0; i < _has.Length; i++)
                if (_has[i]) bytes += _geometry.Length(i);
            return bytes;
        }
    }

    /// <summary>The chunks that are not there.</summary>
    public IEnumerable<int> Missing() => Enumerable.Range(0, _has.Length).Where(chunk => !_has[chunk]);

    /// <summary>A chunk has been written.</summary>
    public void Add(int chunk) => _has[chunk] = true;

    /// <summary>Writes the list. What does not fit one is fetched again.</summary>
    public void Save()
    {
        List<(int, int)> ranges = [];
        for (int i = 0; i < _has.Length && ranges.Count < ChunkSet.MaxRanges; i++)
        {
            if (!_has[i]) continue;
            int first = i;
            while (i < _has.Length && _has[i]) i++;
            ranges.Add((first, i));
        }
        File.WriteAllText(_path, FormattableString.Invariant($"{_geometry.ChunkSize}:{ChunkSet.Of(ranges)}"));
    }

    /// <summary>Removes the list: the file is whole, or worth nothing.</summary>
    public void Remove() => File.Delete(_path);
}
