using System.Net;
using System.Text.Json;

namespace Shoal.Cli.Demo;

/// <summary>What a process of the demo has told of itself in its JSON lines.</summary>
internal sealed class DemoFigures
{
    // By the peer's address: what the connections of this moment have moved, and what the ended ones had.
    private readonly Dictionary<string, Moved> _open = [];
    private readonly Dictionary<string, Moved> _ended = [];

    /// <summary>Port for peers; 0 until it is told.</summary>
    public int Port { get; private set; }

    /// <summary>Announce URL of a tracker, or null.</summary>
    public string? TrackerUrl { get; private set; }

    /// <summary>State as JSON has it.</summary>
    public string State { get; private set; } = "starting";

    /// <summary>Share that is complete, from 0 to 1.</summary>
    public double Progress { get; private set; }

    /// <summary>Bytes received.</summary>
    public long Downloaded { get; private set; }

    /// <summary>Bytes sent.</summary>
    public long Uploaded { get; private set; }

    /// <summary>Bytes received per second.</summary>
    public double DownRate { get; private set; }

    /// <summary>Bytes sent per second.</summary>
    public double UpRate { get; private set; }

    /// <summary>True when everything is complete.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The sentence that it failed with, or null.</summary>
    public string? Error { get; private set; }

    /// <summary>Takes a line; what is no JSON object is left out.</summary>
    public void Take(string line)
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
            if (document.RootElement.ValueKind == JsonValueKind.Object) Take(document.RootElement);
    }

    /// <summary>Bytes that came from another process, by what both of them have told.</summary>
    public long ReceivedFrom(DemoFigures other)
    {
        // Whoever dialled knows the other by its listening port; each connection is counted on that side.
        long dialled = Connections(other.Port).Sum(moved => moved.Received);
        long accepted = other.Connections(Port).Sum(moved => moved.Sent);
        return dialled + accepted;
    }

    /// <summary>
    /// Bytes that came from the seeder. While reports are on their way, what they do not explain yet is split like what
    /// they do, so that the parts are always the whole.
    /// </summary>
    public long ReceivedFromSeeder(DemoFigures seeder, IEnumerable<DemoFigures> downloaders)
    {
        long fromSeeder = ReceivedFrom(seeder);
        long fromOthers = downloaders.Where(d => d != this).Sum(ReceivedFrom);
        return fromOthers == 0 ? Downloaded : (long)((double)Downloaded * fromSeeder / (fromSeeder + fromOthers));
    }

    private void Take(JsonElement line)
    {
        switch (Text(line, "event"))
        {
            case "started":
                Port = (int)Number(line, "port");
                break;
            case "tracker_started":
                TrackerUrl ??= Text(line, "url");
                break;
            case "progress":
                TakeProgress(line);
                break;
            case "peer_disconnected":
                TakeEnd(line);
                break;
            case "completed":
                IsComplete = true;
                Progress = 1;
                break;
            case "result":
                Error = Text(line, "error");
                break;
        }
    }

    private void TakeProgress(JsonElement line)
    {
        State = Text(line, "state") ?? State;
        Progress = Number(line, "progress");
        Downloaded = (long)Number(line, "downloaded");
        Uploaded = (long)Number(line, "uploaded");
        DownRate = Number(line, "down_rate");
        UpRate = Number(line, "up_rate");
        if (!line.TryGetProperty("peer_list", out JsonElement peers)) return;
        _open.Clear();
        foreach (JsonElement peer in peers.EnumerateArray())
            _open[Text(peer, "address") ?? ""] = Moved.Of(peer);
    }

    private void TakeEnd(JsonElement line)
    {
        string address = Text(line, "address") ?? "";
        _open.Remove(address);
        Moved before = _ended.GetValueOrDefault(address);
        Moved last = Moved.Of(line);
        _ended[address] = new Moved(before.Received + last.Received, before.Sent + last.Sent);
    }

    // Whoever accepted a connection sees it come from a port on which nobody listens.
    private IEnumerable<Moved> Connections(int port) =>
        _open.Concat(_ended).Where(p => PortOf(p.Key) == port).Select(p => p.Value);

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
}
