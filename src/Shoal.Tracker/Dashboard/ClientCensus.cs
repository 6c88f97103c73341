using System.Collections.Concurrent;
using Shoal.Protocol;
using Shoal.Protocol.Catalogues;
using Shoal.Protocol.PeerWire;
using Shoal.Tracker.Metrics;

namespace Shoal.Tracker.Dashboard;

/// <summary>
/// Counts announces by the client program that the peer id tells. Ids are chosen freely, so kinds beyond a bound are
/// counted together.
/// </summary>
internal sealed class ClientCensus
{
    /// <summary>Kinds of ids that are told apart.</summary>
    private const int MaxKinds = 256;

    /// <summary>Programs in a list.</summary>
    private const int MaxListed = 20;

    private readonly ConcurrentDictionary<uint, (string Name, Counter Counter)> _kinds = new();
    private readonly Counter _others = new();

    /// <summary>Counts an announce.</summary>
    public void Count(PeerId id)
    {
        Span<byte> bytes = stackalloc byte[PeerId.Length];
        id.CopyTo(bytes);
        // Azureus-style ids differ in two letters; of others the first byte says what they are like.
        bool isAzureus = bytes[0] == '-' && bytes[7] == '-';
        uint kind = isAzureus ? (uint)(bytes[1] << 8 | bytes[2]) | 1 << 16 : bytes[0];
        if (_kinds.TryGetValue(kind, out (string Name, Counter Counter) known)) known.Counter.Add();
        else if (_kinds.Count >= MaxKinds) _others.Add();
        else _kinds.GetOrAdd(kind, static (_, peer) => (ProgramOf(peer), new Counter()), id).Counter.Add();
    }

    /// <summary>Programs by their announces, the most first.</summary>
    public IReadOnlyList<NamedCount> List() =>
    [
        .. _kinds.Values.GroupBy(k => k.Name)
            .Select(g => new NamedCount { Name = g.Key, Count = g.Sum(k => k.Counter.Value) })
            .Append(new NamedCount { Name = "others", Count = _others.Value })
            .Where(c => c.Count > 0).OrderByDescending(c => c.Count).ThenBy(c => c.Name, StringComparer.Ordinal)
            .Take(MaxListed),
    ];

    /// <summary>The program without its version.</summary>
    private static string ProgramOf(PeerId id)
    {
        string name = ClientName.Of(id);
        int blank = name.LastIndexOf(' ');
        bool hasVersion = blank > 0 && blank + 1 < name.Length && char.IsAsciiDigit(name[blank + 1]);
        return hasVersion ? name[..blank] : name;
    }
}
