using System.Buffers.Binary;
using Shoal.Protocol;
using Shoal.Protocol.Trackers;

namespace Shoal.Tracker.Swarms;

/// <summary>
/// The private addresses of peers behind routers, for those behind the same router: two machines at home reach each
/// other by these, and often not by the public one that they share. Only peers that tell theirs are here, which are
/// few, so that this is a plain dictionary behind one lock.
/// </summary>
internal sealed class LanTable(TimeSpan lifetime)
{
    /// <summary>Addresses of all swarms at the most: some ten megabytes.</summary>
    private const int MaxRows = 100_000;

    /// <summary>Addresses of one household in one swarm at the most.</summary>
    private const int MaxRowsPerHost = 50;

    private readonly Lock _gate = new();
    private readonly Dictionary<(InfoHash Torrent, HostAddress Host), List<Row>> _rows = [];
    private int _count;

    /// <summary>Notes the private address of a peer, or that it was heard of again.</summary>
    /// <returns>True when something is noted for its swarm.</returns>
    public bool Note(in SwarmAnnounce announce, TimeSpan now)
    {
        var key = (announce.InfoHash, HostOf(announce.Address));
        lock (_gate)
        {
            if (!_rows.TryGetValue(key, out List<Row>? rows))
            {
                if (_count >= MaxRows) return false;
                _rows.Add(key, rows = []);
            }
            HostAddress address = announce.LanAddress;
            ushort port = announce.Port;
            int at = rows.FindIndex(r => r.Address == address && r.Port == port);
            if (at >= 0) rows[at] = rows[at] with { Seen = now };
            else if (rows.Count < MaxRowsPerHost && _count < MaxRows)
            {
                rows.Add(new Row(address, port, now));
                _count++;
            }
            return true;
        }
    }

    /// <summary>Forgets the private address of a peer that stops.</summary>
    public void Forget(in SwarmAnnounce announce)
    {
        var key = (announce.InfoHash, HostOf(announce.Address));
        (HostAddress address, ushort port) = (announce.LanAddress, announce.Port);
        lock (_gate)
        {
            if (!_rows.TryGetValue(key, out List<Row>? rows)) return;
            _count -= rows.RemoveAll(r => r.Address == address && r.Port == port);
            if (rows.Count == 0) _rows.Remove(key);
        }
    }

    /// <summary>Writes the private addresses of those behind the same public one as the announcer.</summary>
    /// <returns>Bytes written.</returns>
    public int Pick(in SwarmAnnounce announce, Span<byte> peers4)
    {
        int written = 0;
        lock (_gate)
        {
            if (!_rows.TryGetValue((announce.InfoHash, HostOf(announce.Address)), out List<Row>? rows)) return 0;
            int room = Math.Min(announce.Wanted, peers4.Length / RowLayout4.WireLength) * RowLayout4.WireLength;
            foreach (Row row in rows)
            {
                if (written == room) break;
                if (row.Address == announce.LanAddress && row.Port == announce.Port) continue;
                BinaryPrimitives.WriteUInt32BigEndian(peers4[written..], row.Address.V4);
                BinaryPrimitives.WriteUInt16BigEndian(peers4[(written + sizeof(uint))..], row.Port);
                written += RowLayout4.WireLength;
            }
        }
        return written;
    }

    /// <summary>Forgets those that have been silent for a lifetime.</summary>
    public void Sweep(TimeSpan now)
    {
        lock (_gate)
        {
            foreach (((InfoHash, HostAddress) key, List<Row> rows) in _rows)
            {
                _count -= rows.RemoveAll(r => now - r.Seen > lifetime);
                // A dictionary may lose entries while it is walked through, though not gain any.
                if (rows.Count == 0) _rows.Remove(key);
            }
        }
    }

    // An IPv6 household is a /64.
    private static HostAddress HostOf(HostAddress address) => address.IsV4 ? address : address with { Low = 0 };

    private readonly record struct Row(HostAddress Address, ushort Port, TimeSpan Seen);
}
