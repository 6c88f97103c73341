namespace Shoal.Tracker.Swarms;

/// <summary>
/// Joins the two rows of a client that announces over IPv4 and IPv6, so that it counts once. They are recognised by a
/// tag of peer id and session key: who does not know both cannot join himself to another, and a joined row is
/// still listed and given out.
/// </summary>
/// <remarks>
/// Tags have sixteen bits, so that of a thousand clients with one family each, some ten are taken for partners of
/// others and the counts are lower by one percent.
/// </remarks>
internal static class PeerPairs
{
    /// <summary>Rows that are walked for a partner at the most; beyond, both rows of a new peer are counted.</summary>
    private const int MaxWalk = 16 * 1024;

    private const int TagBits = 16;
    private const int WordBits = 64;

    [ThreadStatic]
    private static ulong[]? tags;

    /// <summary>Looks for the partner of an IPv4 row that was just added.</summary>
    public static void Join4(ref SwarmCursor swarm, int place)
    {
        ushort tag = swarm.V4.Tag(place);
        if (tag == 0 || swarm.Counts.Count6 is 0 or > MaxWalk) return;
        RowTable<RowLayout6> others = swarm.V6;
        int partner = others.FindUnpaired(tag);
        if (partner < 0) return;
        swarm.V4.SetFlags(place, swarm.V4.Flags(place) | RowFlags.Paired);
        others.SetFlags(partner, others.Flags(partner) | RowFlags.Paired);
        swarm.Counts.Paired++;
        if (others.IsSeed(partner)) swarm.Counts.PairedSeeds++;
        if ((others.Flags(partner) & RowFlags.Partial) != 0) swarm.Counts.Partial--;
    }

    /// <summary>Looks for the partner of an IPv6 row that was just added.</summary>
    public static void Join6(ref SwarmCursor swarm, int place)
    {
        RowTable<RowLayout6> rows = swarm.V6;
        ushort tag = rows.Tag(place);
        if (tag == 0 || swarm.Counts.Count4 is 0 or > MaxWalk) return;
        int partner = swarm.V4.FindUnpaired(tag);
        if (partner < 0) return;
        swarm.V4.SetFlags(partner, swarm.V4.Flags(partner) | RowFlags.Paired);
        rows.SetFlags(place, rows.Flags(place) | RowFlags.Paired);
        swarm.Counts.Paired++;
        if (rows.IsSeed(place)) swarm.Counts.PairedSeeds++;
        if ((rows.Flags(place) & RowFlags.Partial) != 0) swarm.Counts.Partial--;
    }

    /// <summary>Lets go of the partner of an IPv4 row that is about to be removed.</summary>
    public static void Part4(ref SwarmCursor swarm, int place)
    {
        RowTable<RowLayout6> others = swarm.V6;
        int partner = others.FindPaired(swarm.V4.Tag(place));
        if (partner < 0) return;
        others.SetFlags(partner, others.Flags(partner) & ~RowFlags.Paired);
        swarm.Counts.Paired--;
        if (others.IsSeed(partner)) swarm.Counts.PairedSeeds--;
        if ((others.Flags(partner) & RowFlags.Partial) != 0) swarm.Counts.Partial++;
    }

    /// <summary>Lets go of the partner of an IPv6 row that is about to be removed.</summary>
    public static void Part6(ref SwarmCursor swarm, int place)
    {
        RowTable<RowLayout6> rows = swarm.V6;
        int partner = swarm.V4.FindPaired(rows.Tag(place));
        if (partner >= 0) swarm.V4.SetFlags(partner, swarm.V4.Flags(partner) & ~RowFlags.Paired);
        rows.SetFlags(place, rows.Flags(place) & ~RowFlags.Paired);
        swarm.Counts.Paired--;
        if (rows.IsSeed(place)) swarm.Counts.PairedSeeds--;
        if ((rows.Flags(place) & RowFlags.Partial) != 0) swarm.Counts.Partial++;
    }

    /// <summary>
    /// Joins all rows of a swarm anew and counts again, in one walk over each family: what many removals at once, or a
    /// load, leave behind.
    /// </summary>
    public static void JoinAll(ref SwarmCursor swarm)
    {
        ulong[] seen = tags ??= new ulong[(1 << TagBits) / WordBits];
        Array.Clear(seen);
        RowTable<RowLayout4> rows4 = swarm.V4;
        RowTable<RowLayout6> rows6 = swarm.V6;
        ref SwarmCounts counts = ref swarm.Counts;
        counts.Paired = counts.PairedSeeds = counts.Partial = 0;
        if (rows6.Count > 0)
            for (int i = 0; i < rows4.Count; i++)
                seen[rows4.Tag(i) / WordBits] |= 1ul << rows4.Tag(i) % WordBits;
        for (int i = 0; i < rows6.Count; i++)
        {
            ushort tag = rows6.Tag(i);
            bool isPaired = tag != 0 && (seen[tag / WordBits] >> tag % WordBits & 1) != 0;
            seen[tag / WordBits] &= ~(1ul << tag % WordBits);
            RowFlags flags = rows6.Flags(i) & ~RowFlags.Paired;
            rows6.SetFlags(i, isPaired ? flags | RowFlags.Paired : flags);
            if (isPaired) counts.Paired++;
            if (isPaired && rows6.IsSeed(i)) counts.PairedSeeds++;
            if (!isPaired && (flags & RowFlags.Partial) != 0) counts.Partial++;
        }
        // A tag that was seen and is not any more has found its partner; the first row with it is the one.
        for (int i = 0; i < rows4.Count; i++)
        {
            ushort tag = rows4.Tag(i);
            ulong bit = 1ul << tag % WordBits;
            bool isPaired = rows6.Count > 0 && tag != 0 && (seen[tag / WordBits] & bit) == 0;
            seen[tag / WordBits] |= bit;
            RowFlags flags = rows4.Flags(i) & ~RowFlags.Paired;
            rows4.SetFlags(i, isPaired ? flags | RowFlags.Paired : flags);
            if ((flags & RowFlags.Partial) != 0) counts.Partial++;
        }
    }
}
