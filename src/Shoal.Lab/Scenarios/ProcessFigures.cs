using System.Net;
using System.Text.Json;

namespace Shoal.Lab.Scenarios;

/// <summary>What a process of the program has told of itself in its JSON lines; docs/CLI.md lists them.</summary>
public sealed class ProcessFigures
{
    // By torrent and the peer's address: what the connections of this moment have moved, and what the ended ones had.
    private readonly Dictionary<(string, string), Moved> _open = [];
    private readonly Dictionary<(string, string), Moved> _ended = [];
    private readonly Dictionary<string, TorrentFigures> _torrents = [];
    private readonly HashSet<string> _complete = [];
    private readonly HashSet<string> _announced = [];

    /// <summary>Port for peers; 0 until it is told.</summary>
    public int Port { get; private set; }

    /// <summary>Announce URL of a tracker, or null.</summary>
    public string? TrackerUrl { get; private set; }

    /// <summary>When the process told that it runs, on the clock of whoever reads; null until then.</summary>
    public TimeSpan? StartedAt { get; private set; }

    /// <summary>When the last of its torrents became complete, on the same clock; null until one is.</summary>
    public TimeSpan? CompletedAt { get; private set; }

    /// <summary>Number of torrents that are complete.</summary>
    public int CompletedTorrents => _complete.Count;

    /// <summary>Number of torrents of which a tracker was told.</summary>
    public int AnnouncedTorrents => _announced.Count;

    /// <summary>True when something is complete: everything, of a process with one torrent.</summary>
    public bool IsComplete => _complete.Count > 0;

    /// <summary>Share that is complete of what is wanted, from 0 to 1.</summary>
    public double Progress => IsComplete && _torrents.Count <= 1 ? 1 : Mean(t => t.Progress);

    /// <summary>Share of the pieces that the process has, from 0 to 1.</summary>
    public double PieceShare => Sum(t => t.Pieces) is > 0 and var all ? Sum(t => t.HasPieces) / all : 0;

    /// <summary>Bytes received.</summary>
    public long Downloaded => (long)Sum(t => t.Downloaded);

    /// <summary>Bytes sent.</summary>
    public long Uploaded => (long)Sum(t => t.Uploaded);

    /// <summary>Bytes received that were of no use.</summary>
    public long Wasted => (long)Sum(t => t.Wasted);

    /// <summary>Bytes received per second.</summary>
    public double DownRate => Sum(t => t.DownRate);

    /// <summary>Bytes sent per second.</summary>
    public double UpRate => Sum(t => t.UpRate);

    /// <summary>The sentence that it failed with, or null.</summary>
    public string? Error { get; private set; }

    /// <summary>Takes a line; what is no JSON object is left out.</summary>
    /// <param name="line">What the process wrote.</param>
    /// <param name="now">When, on the clock of whoever reads.</param>
    public void Take(string line, TimeSpan now = default)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(line);
        }
        catch (JsonException)
        {
            return;
        }
        using (document)
            if (document.RootElement.ValueKind == JsonValueKind.Object) Take(document.RootElement, now);
    }

    /// <summary>Bytes that came from another process, by what both of them have told.</summary>
    public long ReceivedFrom(ProcessFigures other)
    {
        // Whoever dialled knows the other by its listening port; each connection is counted on that side.
        long dialled = Connections(other.Port).Sum(moved => moved.Received);
        long accepted = other.Connections(Port).Sum(moved => moved.Sent);
        return dialled + accepted;
    }

    /// <summary>
    /// Bytes that came from seeders. While reports are on their way, what they do not explain yet is split like what
    /// they do, so that the parts are always the whole.
    /// </summary>
    public long ReceivedFromSeeders(IEnumerable<ProcessFigures> seeders, IEnumerable<ProcessFigures> downloaders)
    {
        long fromSeeders = seeders.Sum(ReceivedFrom);
        long fromOthers = downloaders.Where(d => d != this).Sum(ReceivedFrom);
        return fromOthers == 0 ? Downloaded : (long)((double)Downloaded * fromSeeders / (fromSeeders + fromOthers));
    }

    private double Sum(Func<TorrentFigures, double> figure) => _torrents.Values.Sum(figure);

    private double Mean(Func<TorrentFigures, double> figure) =>
        _torrents.Count == 0 ? 0 : _torrents.Values.Average(figure);

    private void Take(JsonElement line, TimeSpan now)
    {
        string torrent = Text(line, "info_hash") ?? "";
        switch (Text(line, "event"))
        {
            case "started":
                Port = (int)Number(line, "port");
                StartedAt = now;
                break;
            case "tracker_started":
                TrackerUrl ??= Text(line, "url");
                break;
            case "torrent":
                Of(torrent).Pieces = (long)Number(line, "pieces");
                break;
            case "tracker" when Text(line, "error") is null:
                _announced.Add(torrent);
                break;
            case "progress":
                Of(torrent).Take(line);
                TakePeers(torrent, line);
                break;
            case "peer_disconnected":
                TakeEnd(torrent, line);
                break;
            case "completed":
                _complete.Add(torrent);
                CompletedAt = now;
                break;
            case "result":
                Error = Text(line, "error");
                break;
        }
    }

    private TorrentFigures Of(string torrent)
    {
        if (!_torrents.TryGetValue(torrent, out TorrentFigures? figures))
            _torrents[torrent] = figures = new TorrentFigures();
        return figures;
    }

    private void TakePeers(string torrent, JsonElement line)
    {
        if (!line.TryGetProperty("peer_list", out JsonElement peers)) return;
        foreach ((string, string) key in _open.Keys.Where(k => k.Item1 == torrent).ToList()) _open.Remove(key);
        foreach (JsonElement peer in peers.EnumerateArray())
            _open[(torrent, Text(peer, "address") ?? "")] = Moved.Of(peer);
    }

    private void TakeEnd(string torrent, JsonElement line)
    {
        (string, string) key = (torrent, Text(line, "address") ?? "");
        _open.Remove(key);
        Moved before = _ended.GetValueOrDefault(key);
        Moved last = Moved.Of(line);
        _ended[key] = new Moved(before.Received + last.Received, before.Sent + last.Sent);
    }

    // Whoever accepted a connection sees it come from a port on which nobody listens.
    private IEnumerable<Moved> Connections(int port) =>
        _open.Concat(_ended).Where(p => PortOf(p.Key.Item2) == port).Select(p => p.Value);

    private static int PortOf(string address) => IPEndPoint.TryParse(address, out IPEndPoint? point) ? point.Port : -1;

    private static string? Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;

    private static double Number(JsonElement line, string name) =>
        line.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble() : 0;

    private readonly record struct Moved(long Received, long Sent)
    {
        public static Moved Of(JsonElement peer) =>
            new((long)Number(peer, "downloaded"), (long)Number(peer, "uploaded"));
    }

    /// <summary>The latest figures of one torrent.</summary>
    private sealed class TorrentFigures
    {
        public long Pieces { get; set; }

        public long HasPieces { get; private set; }

        public double Progress { get; private set; }

        public long Downloaded { get; private set; }

        public long Uploaded { get; private set; }

        public long Wasted { get; private set; }

        public double DownRate { get; private set; }

        public double UpRate { get; private set; }

        public void Take(JsonElement line)
        {
            HasPieces = (long)Number(line, "completed_pieces");
            Progress = Number(line, "progress");
            Downloaded = (long)Number(line, "downloaded");
            Uploaded = (long)Number(line, "uploaded");
            Wasted = (long)Number(line, "wasted");
            DownRate = Number(line, "down_rate");
            UpRate = Number(line, "up_rate");
        }
    }
}
