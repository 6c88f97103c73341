using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Tracker.Swarms;

/// <summary>Lists, refreshes or removes one peer of an open swarm.</summary>
internal readonly struct SwarmEditor(SwarmStoreOptions options, NetworkBudget budget, byte tick)
{
    /// <summary>Works on the IPv4 row of a peer.</summary>
    /// <returns>Its place, or -1 when it is not listed.</returns>
    public int Update4(ref SwarmCursor swarm, in SwarmAnnounce announce, TimeSpan now, long rows,
        ref StoreStatus status)
    {
        Span<byte> row = stackalloc byte[RowLayout4.Stride];
        BinaryPrimitives.WriteUInt32BigEndian(row, announce.Address.V4);
        ref byte wire = ref Fill(row, RowLayout4.WireLength, announce);
        RowTable<RowLayout4> table = swarm.V4;
        int place = table.Find(ref wire);
        if (announce.Event == AnnounceEvent.Stopped)
        {
            if (place >= 0) Remove4(ref swarm, place);
            return -1;
        }
        if (place >= 0)
        {
            bool wasSeed = table.IsSeed(place);
            if (announce.IsSeed && !wasSeed && !IsPartnerSeed6(ref swarm, place)) swarm.Entry.Downloads++;
            SetPartial4(ref swarm, place, announce);
            table.SetTick(place, tick);
            return table.SetRole(place, announce.IsSeed);
        }
        status = MayAdd(swarm.Counts, announce, now, rows,
            announce.Address.Scope == AddressScope.Global ? table.CountHost(ref wire) : 0);
        if (status != StoreStatus.Stored) return -1;
        swarm.Reserve(RowLayout4.Stride);
        place = swarm.V4.Add(row, announce.IsSeed);
        if ((swarm.V4.Flags(place) & RowFlags.Partial) != 0) swarm.Counts.Partial++;
        PeerPairs.Join4(ref swarm, place);
        return place;
    }

    /// <summary>Works on the IPv6 row of a peer.</summary>
    /// <returns>Its place, or -1 when it is not listed.</returns>
    public int Update6(ref SwarmCursor swarm, in SwarmAnnounce announce, TimeSpan now, long rows,
        ref StoreStatus status)
    {
        Span<byte> row = stackalloc byte[RowLayout6.Stride];
        announce.Address.Write(row);
        ref byte wire = ref Fill(row, RowLayout6.WireLength, announce);
        RowTable<RowLayout6> table = swarm.V6;
        int place = table.Find(ref wire);
        if (announce.Event == AnnounceEvent.Stopped)
        {
            if (place >= 0) Remove6(ref swarm, place);
            return -1;
        }
        if (place >= 0)
        {
            bool isPaired = (table.Flags(place) & RowFlags.Paired) != 0;
            bool wasSeed = table.IsSeed(place);
            if (announce.IsSeed && !wasSeed && !(isPaired && IsPartnerSeed4(ref swarm, place)))
                swarm.Entry.Downloads++;
            if (isPaired && announce.IsSeed != wasSeed) swarm.Counts.PairedSeeds += announce.IsSeed ? 1 : -1;
            SetPartial6(ref swarm, place, announce);
            table.SetTick(place, tick);
            return table.SetRole(place, announce.IsSeed);
        }
        status = MayAdd(swarm.Counts, announce, now, rows,
            announce.Address.Scope == AddressScope.Global ? table.CountHost(ref wire) : 0);
        if (status != StoreStatus.Stored) return -1;
        swarm.Reserve(RowLayout6.Stride);
        place = swarm.V6.Add(row, announce.IsSeed);
        if ((swarm.V6.Flags(place) & RowFlags.Partial) != 0) swarm.Counts.Partial++;
        PeerPairs.Join6(ref swarm, place);
        return place;
    }

    private static void Remove4(ref SwarmCursor swarm, int place)
    {
        if ((swarm.V4.Flags(place) & RowFlags.Paired) != 0) PeerPairs.Part4(ref swarm, place);
        if ((swarm.V4.Flags(place) & RowFlags.Partial) != 0) swarm.Counts.Partial--;
        swarm.V4.RemoveAt(place);
    }

    private static void Remove6(ref SwarmCursor swarm, int place)
    {
        if ((swarm.V6.Flags(place) & RowFlags.Paired) != 0) PeerPairs.Part6(ref swarm, place);
        if ((swarm.V6.Flags(place) & RowFlags.Partial) != 0) swarm.Counts.Partial--;
        swarm.V6.RemoveAt(place);
    }

    private static void SetPartial4(ref SwarmCursor swarm, int place, in SwarmAnnounce announce)
    {
        RowFlags flags = swarm.V4.Flags(place);
        if ((flags & RowFlags.Partial) == PartialOf(announce)) return;
        swarm.V4.SetFlags(place, flags ^ RowFlags.Partial);
        swarm.Counts.Partial += PartialOf(announce) == RowFlags.None ? -1 : 1;
    }

    private static void SetPartial6(ref SwarmCursor swarm, int place, in SwarmAnnounce announce)
    {
        RowFlags flags = swarm.V6.Flags(place);
        if ((flags & RowFlags.Partial) == PartialOf(announce)) return;
        swarm.V6.SetFlags(place, flags ^ RowFlags.Partial);
        if ((flags & RowFlags.Paired) == 0)
            swarm.Counts.Partial += PartialOf(announce) == RowFlags.None ? -1 : 1;
    }

    // A download over both families ends once.
    private static bool IsPartnerSeed6(ref SwarmCursor swarm, int place)
    {
        if ((swarm.V4.Flags(place) & RowFlags.Paired) == 0) return false;
        int partner = swarm.V6.FindPaired(swarm.V4.Tag(place));
        return partner >= 0 && swarm.V6.IsSeed(partner);
    }

    private static bool IsPartnerSeed4(ref SwarmCursor swarm, int place)
    {
        int partner = swarm.V4.FindPaired(swarm.V6.Tag(place));
        return partner >= 0 && swarm.V4.IsSeed(partner);
    }

    private static RowFlags PartialOf(in SwarmAnnounce announce) =>
        announce.Event == AnnounceEvent.Paused && !announce.IsSeed ? RowFlags.Partial : RowFlags.None;

    private ref byte Fill(Span<byte> row, int wireLength, in SwarmAnnounce announce)
    {
        BinaryPrimitives.WriteUInt16BigEndian(row[(wireLength - sizeof(ushort))..], announce.Port);
        row[wireLength] = tick;
        row[wireLength + 1] = (byte)PartialOf(announce);
        // A tag of 0 stands for none.
        ushort tag = announce.Identity == 0 ? (ushort)0 : Math.Max((ushort)1, (ushort)announce.Identity);
        MemoryMarshal.Write(row[(wireLength + 2)..], tag);
        return ref MemoryMarshal.GetReference(row);
    }

    private StoreStatus MayAdd(
        in SwarmCounts counts, in SwarmAnnounce announce, TimeSpan now, long rows, int fromHost) =>
        counts.Rows >= options.MaxPeersPerSwarm ? StoreStatus.SwarmFull
        : fromHost >= options.MaxPeersPerHost ? StoreStatus.HostFull
        : rows >= options.MaxPeers ? StoreStatus.StoreFull
        // The first peer of a swarm was paid for with the swarm.
        : counts.Rows > 0 && announce.Address.Scope == AddressScope.Global
            && !budget.TryTake(announce.Address, now) ? StoreStatus.NetworkFull
        : StoreStatus.Stored;
}
