using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Shoal.Protocol.Addresses;

namespace Shoal.Tracker.Swarms;

/// <summary>
/// Chooses the peers of a reply: for a seed leeches only, for a leech both, half of them seeds as far as there are
/// enough. Each peer of a part has the same chance, at a cost that depends on the number wanted only.
/// </summary>
internal static class PeerPicker
{
    /// <summary>
    /// Rows looked at for each one wanted, where some mean nothing to the requester: a swarm full of neighbours of the
    /// tracker must not make every answer to a stranger a walk through it.
    /// </summary>
    private const int LooksPerPeer = 4;

    /// <summary>Writes peers of one family.</summary>
    /// <param name="rows">The peers.</param>
    /// <param name="destination">Room for <paramref name="wanted"/> of them.</param>
    /// <param name="wanted">Peers at the most.</param>
    /// <param name="self">Place of the requester, who is left out; -1 when it is not here.</param>
    /// <param name="leechesOnly">True when the requester downloads nothing.</param>
    /// <param name="reach">
    /// Addresses of this scope and beyond are given; <see cref="AddressScope.Unusable"/> gives all.
    /// </param>
    /// <param name="dice">Chooses.</param>
    /// <returns>Bytes written.</returns>
    public static int Pick<TLayout>(in RowTable<TLayout> rows, Span<byte> destination, int wanted, int self,
        bool leechesOnly, AddressScope reach, ref Dice dice) where TLayout : struct, IRowLayout
    {
        int seeds = leechesOnly ? 0 : rows.Seeds - (self >= 0 && self < rows.Seeds ? 1 : 0);
        int leeches = rows.Count - rows.Seeds - (self >= rows.Seeds ? 1 : 0);
        int fromSeeds = Math.Min(seeds, Math.Max((wanted + 1) / 2, wanted - leeches));
        if (reach != AddressScope.Unusable)
        {
            int some = Search(rows, destination, fromSeeds, 0, seeds, self, reach, ref dice);
            int rest = wanted - some / TLayout.WireLength;
            return some + Search(rows, destination[some..], rest, rows.Seeds, leeches, self, reach, ref dice);
        }
        int fromLeeches = Math.Min(leeches, wanted - fromSeeds);
        int bytes = (fromSeeds + fromLeeches) * TLayout.WireLength;
        ref byte output = ref MemoryMarshal.GetReference(destination[..bytes]);
        Stride(rows, ref output, 0, seeds, fromSeeds, self, ref dice);
        Stride(rows, ref Unsafe.Add(ref output, fromSeeds * TLayout.WireLength), rows.Seeds, leeches, fromLeeches,
            self, ref dice);
        return bytes;
    }

    /// <summary>
    /// Divides a part into strides and takes one peer at random out of each. The strides begin at a random place,
    /// because they are not all of one length.
    /// </summary>
    private static void Stride<TLayout>(in RowTable<TLayout> rows, ref byte output, int start, int available,
        int wanted, int self, ref Dice dice) where TLayout : struct, IRowLayout
    {
        if (wanted == 0) return;
        int skip = self >= start && self < start + available + 1 ? self : int.MaxValue;
        if (wanted == available)
        {
            for (int i = start, left = available; left > 0; i++)
            {
                if (i == skip) continue;
                TLayout.CopyWire(ref rows.RowAt(i), ref output);
                output = ref Unsafe.Add(ref output, TLayout.WireLength);
                left--;
            }
            return;
        }
        // Ends of strides as fixed-point numbers with 32 bits behind the point, rounded up by so little that the last
        // one is the whole part and no other is wrong: a division each would take longer than the choice.
        const int PointBits = 32;
        ulong length = ((ulong)(uint)available << PointBits) / (uint)wanted + 1;
        ulong end = 0;
        Dice own = dice;
        int turn = own.Next(0, available);
        int from = 0;
        ulong bits = 0;
        for (int i = 0; i < wanted; i++)
        {
            // Each throw serves two choices.
            bits = (i & 1) == 0 ? own.NextBits() : bits << PointBits;
            end += length;
            int to = (int)(end >> PointBits);
            int offset = turn + Dice.Among(bits, from, to);
            int place = start + (offset < available ? offset : offset - available);
            if (place >= skip) place++;
            from = to;
            TLayout.CopyWire(ref rows.RowAt(place), ref output);
            output = ref Unsafe.Add(ref output, TLayout.WireLength);
        }
        dice = own;
    }

    /// <summary>Walks a part from a random place and takes what the requester can reach.</summary>
    private static int Search<TLayout>(in RowTable<TLayout> rows, Span<byte> destination, int wanted, int start,
        int available, int self, AddressScope reach, ref Dice dice) where TLayout : struct, IRowLayout
    {
        int written = 0;
        int looks = (int)Math.Min(available, (long)wanted * LooksPerPeer);
        int turn = dice.Next(0, available);
        for (int i = 0; i < looks && written < wanted * TLayout.WireLength; i++)
        {
            int offset = turn + i;
            int place = start + (offset < available ? offset : offset - available);
            if (self >= start && place >= self) place++;
            ref byte row = ref rows.RowAt(place);
            if (TLayout.Scope(ref row) < reach) continue;
            TLayout.CopyWire(ref row, ref MemoryMarshal.GetReference(destination[written..]));
            written += TLayout.WireLength;
        }
        return written;
    }
}
