using System.Runtime.CompilerServices;
using Shoal.Protocol;

namespace Shoal.Tracker.Swarms;

/// <summary>
/// The swarms of one shard by info-hash: entries in pages that never move, and an index of their numbers with open
/// addressing. The shard's lock guards it.
/// <code>
/// index slot   31..20 part of the hash   19..0 number of the entry plus one; 0 is an empty slot
/// </code>
/// The part of the hash in the slot saves a look at most entries that are not meant.
/// </summary>
internal sealed class EntryTable(KeyedHash hasher)
{
    /// <summary>Swarms of one shard at the most.</summary>
    public const int MaxEntries = NumberMask - 1;

    /// <summary>Entries of a page: 45 KB.</summary>
    public const int PageEntries = 1 << PageBits;

    private const int PageBits = 10;
    private const int FirstPageEntries = 8;
    private const int FirstSlots = 16;
    private const int NumberBits = 20;
    private const int NumberMask = (1 << NumberBits) - 1;
    private const uint NoFree = uint.MaxValue;

    // A quarter of the slots stays empty: the walk to an entry then has two or three steps.
    private const int LoadNumerator = 4;
    private const int LoadDenominator = 5;

    private SwarmEntry[][] _pages = [];
    private uint[] _slots = new uint[FirstSlots];
    private uint _firstFree = NoFree;
    private int _used;

    /// <summary>Swarms in the table.</summary>
    public int Count { get; private set; }

    /// <summary>One more than the highest number of an entry so far.</summary>
    public int Numbers => _used;

    /// <summary>The entry of a number; it may be free.</summary>
    public ref SwarmEntry this[int number] => ref _pages[number >> PageBits][number & (PageEntries - 1)];

    /// <summary>The number of a swarm's entry, or -1.</summary>
    /// <param name="hash">The torrent.</param>
    /// <param name="code">Its keyed hash, of which the upper eight bits chose the shard.</param>
    public int Find(InfoHash hash, ulong code)
    {
        uint[] slots = _slots;
        uint part = PartOf(code);
        for (int at = HomeOf(code, slots.Length); ; at = at + 1 == slots.Length ? 0 : at + 1)
        {
            uint slot = slots[at];
            if (slot == 0) return -1;
            if ((slot & ~(uint)NumberMask) != part) continue;
            int number = (int)(slot & NumberMask) - 1;
            if (this[number].IsFor(hash)) return number;
        }
    }

    /// <summary>Begins to fetch the index slot of a swarm; without the lock, so any slot may come of it.</summary>
    public void PrefetchSlot(ulong code)
    {
        uint[] slots = _slots;
        CacheLine.Prefetch(ref slots[HomeOf(code, slots.Length)]);
    }

    /// <summary>Begins to fetch the entry that is likely a swarm's; without the lock, so it may be any.</summary>
    /// <returns>Its number, or -1 when there seems to be none.</returns>
    public int PrefetchEntry(ulong code)
    {
        const int Looks = 8;
        uint[] slots = _slots;
        uint part = PartOf(code);
        int at = HomeOf(code, slots.Length);
        for (int look = 0; look < Looks; look++)
        {
            uint slot = slots[at];
            if (slot == 0) return -1;
            if ((slot & ~(uint)NumberMask) == part)
            {
                int number = (int)(slot & NumberMask) - 1;
                ref SwarmEntry entry = ref Peek(number);
                if (Unsafe.IsNullRef(ref entry)) return -1;
                CacheLine.Prefetch(ref entry);
                CacheLine.Prefetch(ref Unsafe.AddByteOffset(ref entry, Unsafe.SizeOf<SwarmEntry>() - 1));
                return number;
            }
            at = at + 1 == slots.Length ? 0 : at + 1;
        }
        return -1;
    }

    /// <summary>The entry of a number, or a null reference; without the lock, when pages may be exchanged.</summary>
    public ref SwarmEntry Peek(int number)
    {
        SwarmEntry[][] pages = _pages;
        if (number >> PageBits >= pages.Length) return ref Unsafe.NullRef<SwarmEntry>();
        SwarmEntry[]? page = pages[number >> PageBits];
        int place = number & (PageEntries - 1);
        if (page is null || place >= page.Length) return ref Unsafe.NullRef<SwarmEntry>();
        return ref page[place];
    }

    /// <summary>Adds a swarm that is not there; the caller has seen that there is room.</summary>
    public int Add(InfoHash hash, ulong code)
    {
        if ((Count + 1) * (long)LoadDenominator > (long)_slots.Length * LoadNumerator) Resize(Count + 1);
        int number = TakeEntry();
        this[number].Begin(hash);
        Insert(_slots, code, (uint)number + 1);
        Count++;
        return number;
    }

    /// <summary>Removes a swarm.</summary>
    public void Remove(int number)
    {
        ref SwarmEntry entry = ref this[number];
        int hole = HomeOf(hasher.Of(entry.Key), _slots.Length);
        while ((_slots[hole] & NumberMask) != number + 1) hole = Next(hole);
        // Those behind the hole come forward, so that no walk ends at it too early.
        for (int at = Next(hole); _slots[at] != 0; at = Next(at))
        {
            int home = HomeOf(hasher.Of(this[(int)(_slots[at] & NumberMask) - 1].Key), _slots.Length);
            bool mayMove = hole <= at ? home <= hole || home > at : home <= hole && home > at;
            if (!mayMove) continue;
            _slots[hole] = _slots[at];
            hole = at;
        }
        _slots[hole] = 0;
        entry.End();
        entry.NextFree = _firstFree;
        _firstFree = (uint)number;
        Count--;
    }

    /// <summary>Makes room for so many swarms at once, for a store that is being loaded.</summary>
    public void Reserve(int count)
    {
        if (count * (long)LoadDenominator > (long)_slots.Length * LoadNumerator) Resize(count);
    }

    private int Next(int at) => at + 1 == _slots.Length ? 0 : at + 1;

    private int TakeEntry()
    {
        if (_firstFree != NoFree)
        {
            int number = (int)_firstFree;
            _firstFree = this[number].NextFree;
            return number;
        }
        int page = _used >> PageBits;
        if (page == _pages.Length) Array.Resize(ref _pages, page + 1);
        int place = _used & (PageEntries - 1);
        // Only the first page of a shard begins small and grows: a tracker beside one share has few swarms.
        if (_pages[page] is null) _pages[page] = NewPage(page == 0 ? FirstPageEntries : PageEntries);
        else if (place == _pages[page].Length) Array.Resize(ref _pages[page], Math.Min(place * 2, PageEntries));
        return _used++;
    }

    private static SwarmEntry[] NewPage(int entries) => new SwarmEntry[entries];

    private void Resize(int count)
    {
        // A quarter more at a time: shards are small, and this bounds the memory that lies empty.
        const int Growth = 4;
        long wanted = Math.Max(count, Count + Count / Growth) * (long)LoadDenominator / LoadNumerator + 1;
        uint[] slots = new uint[Math.Max(FirstSlots, wanted)];
        foreach (uint slot in _slots)
            if (slot != 0)
                Insert(slots, hasher.Of(this[(int)(slot & NumberMask) - 1].Key), slot & NumberMask);
        _slots = slots;
    }

    private static void Insert(uint[] slots, ulong code, uint number)
    {
        int at = HomeOf(code, slots.Length);
        while (slots[at] != 0) at = at + 1 == slots.Length ? 0 : at + 1;
        slots[at] = PartOf(code) | number;
    }

    // Bits 12 to 43 choose the slot, the lowest twelve go into it, and the highest eight chose the shard.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int HomeOf(ulong code, int slots) => (int)((ulong)(uint)(code >> 12) * (uint)slots >> 32);

    private static uint PartOf(ulong code) => (uint)code << NumberBits;
}
