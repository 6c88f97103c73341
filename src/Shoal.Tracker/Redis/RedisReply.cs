using System.Buffers.Binary;
using Shoal.Protocol.Addresses;
using Shoal.Tracker.Swarms;
using StackExchange.Redis;

namespace Shoal.Tracker.Redis;

/// <summary>From what the script of an announce returns to the answer of the store.</summary>
internal static class RedisReply
{
    /// <summary>Reads the result and copies the peers that the announcer can reach.</summary>
    /// <param name="result">What announce.lua returns.</param>
    /// <param name="announce">What was asked.</param>
    /// <param name="status">What the node itself thinks of the announce.</param>
    /// <param name="peers4">Room for IPv4 peers.</param>
    /// <param name="peers6">Room for IPv6 peers.</param>
    public static StoreAnswer Read(RedisResult result, in SwarmAnnounce announce, StoreStatus status,
        Span<byte> peers4, Span<byte> peers6)
    {
        RedisResult[] parts = (RedisResult[])result!;
        if ((int)parts[0] == 1) status = StoreStatus.SwarmFull;
        AddressScope scope = announce.Address.Scope;
        AddressScope reach = scope == AddressScope.Loopback ? AddressScope.Unusable : scope;
        Span<byte> own = stackalloc byte[RowLayout6.WireLength];
        bool isV4 = announce.Address.IsV4;
        RedisQuestion.PlaceOf(announce.Address, announce.Port).CopyTo(own);
        int lan = peers4.IsEmpty ? 0 : CopyNeighbours((byte[])parts[8]!, announce, peers4);
        int wanted4 = announce.Wanted - lan / RowLayout4.WireLength;
        int bytes4 = Copy<RowLayout4>((byte[])parts[4]!, (byte[])parts[5]!, isV4 ? own : default, reach, wanted4,
            peers4[lan..]);
        int bytes6 = Copy<RowLayout6>((byte[])parts[6]!, (byte[])parts[7]!, isV4 ? default : own, reach,
            announce.Wanted, peers6);
        return new StoreAnswer(status, (int)parts[1], (int)parts[2], (int)parts[3], lan + bytes4, bytes6);
    }

    /// <summary>Half of the peers are seeds as far as there are enough; more of either were drawn than that.</summary>
    private static int Copy<TLayout>(Span<byte> seeds, Span<byte> leeches, ReadOnlySpan<byte> own, AddressScope reach,
        int wanted, Span<byte> peers) where TLayout : struct, IRowLayout
    {
        int room = Math.Min(Math.Max(0, wanted), peers.Length / TLayout.WireLength);
        int seedCount = Reach<TLayout>(seeds, own, reach);
        int leechCount = Reach<TLayout>(leeches, own, reach);
        int fromSeeds = Math.Min(seedCount, Math.Max((room + 1) / 2, room - leechCount));
        int fromLeeches = Math.Min(leechCount, room - fromSeeds);
        return Give<TLayout>(seeds, seedCount, fromSeeds, peers)
            + Give<TLayout>(leeches, leechCount, fromLeeches, peers[(fromSeeds * TLayout.WireLength)..]);
    }

    /// <summary>Moves those that the announcer can reach to the front, himself left out, and counts them.</summary>
    private static int Reach<TLayout>(Span<byte> rows, ReadOnlySpan<byte> own, AddressScope reach)
        where TLayout : struct, IRowLayout
    {
        int length = TLayout.WireLength;
        int kept = 0;
        for (int at = 0; at + length <= rows.Length; at += length)
        {
            Span<byte> row = rows.Slice(at, length);
            if (!own.IsEmpty && row.SequenceEqual(own[..length])) continue;
            if (reach != AddressScope.Unusable && TLayout.Scope(ref row[0]) < reach) continue;
            row.CopyTo(rows[(kept++ * length)..]);
        }
        return kept;
    }

    /// <summary>Copies as many as are wanted; chance says which are left out.</summary>
    private static int Give<TLayout>(Span<byte> rows, int count, int wanted, Span<byte> peers)
        where TLayout : struct, IRowLayout
    {
        int length = TLayout.WireLength;
        for (; count > wanted; count--)
            rows.Slice((count - 1) * length, length).CopyTo(rows[(Random.Shared.Next(count) * length)..]);
        rows[..(count * length)].CopyTo(peers);
        return count * length;
    }

    private static int CopyNeighbours(ReadOnlySpan<byte> rows, in SwarmAnnounce announce, Span<byte> peers4)
    {
        int written = 0;
        int room = Math.Min(announce.Wanted, peers4.Length / RowLayout4.WireLength) * RowLayout4.WireLength;
        for (; rows.Length >= RowLayout4.WireLength && written < room; rows = rows[RowLayout4.WireLength..])
        {
            var address = new HostAddress(BinaryPrimitives.ReadUInt32BigEndian(rows));
            if (address == announce.LanAddress
                && BinaryPrimitives.ReadUInt16BigEndian(rows[sizeof(uint)..]) == announce.Port)
                continue;
            rows[..RowLayout4.WireLength].CopyTo(peers4[written..]);
            written += RowLayout4.WireLength;
        }
        return written;
    }
}
