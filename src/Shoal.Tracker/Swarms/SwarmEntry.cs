using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Shoal.Protocol;

namespace Shoal.Tracker.Swarms;

/// <summary>
/// One swarm in 44 bytes: its key, its download count, and one or two IPv4 peers in place, as most swarms have no
/// more. A larger one, or one with an IPv6 peer, has the handle of a block there instead.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct SwarmEntry
{
    /// <summary>IPv4 peers that fit in place.</summary>
    public const int InlineRows = 2;

    /// <summary>Downloads are counted up to this, which three bytes hold.</summary>
    public const int MaxDownloads = (1 << 24) - 1;

    private const uint UsedBit = 1;
    private const uint BlockBit = 2;
    private const int CountShift = 2;
    private const int SeedsShift = 4;
    private const uint TwoBits = 3;
    private const uint LocalBit = 1 << 6;
    private const uint LanBit = 1 << 7;
    private const int DownloadsShift = 8;

    private ulong _key0;
    private ulong _key1;
    private uint _key2;
    private uint _meta;
    private InlineBytes _inline;

    /// <summary>True while the entry holds a swarm.</summary>
    public readonly bool IsUsed => (_meta & UsedBit) != 0;

    /// <summary>True when the peers are in a block.</summary>
    public readonly bool HasBlock => (_meta & BlockBit) != 0;

    /// <summary>True when some peer has an address that does not reach everywhere.</summary>
    public bool HasLocal
    {
        readonly get => (_meta & LocalBit) != 0;
        set => _meta = value ? _meta | LocalBit : _meta & ~LocalBit;
    }

    /// <summary>True when some peer has told a private address for its neighbours.</summary>
    public bool HasLan
    {
        readonly get => (_meta & LanBit) != 0;
        set => _meta = value ? _meta | LanBit : _meta & ~LanBit;
    }

    /// <summary>How often a known peer became complete.</summary>
    public int Downloads
    {
        readonly get => (int)(_meta >> DownloadsShift);
        set => _meta = (_meta & ((1u << DownloadsShift) - 1)) | (uint)Math.Min(value, MaxDownloads) << DownloadsShift;
    }

    /// <summary>The torrent.</summary>
    public readonly InfoHash Key
    {
        get
        {
            Span<byte> bytes = stackalloc byte[InfoHash.Length];
            MemoryMarshal.Write(bytes, _key0);
            MemoryMarshal.Write(bytes[8..], _key1);
            MemoryMarshal.Write(bytes[16..], _key2);
            return new InfoHash(bytes);
        }
    }

    /// <summary>The handle of the block; only with <see cref="HasBlock"/>.</summary>
    public uint Block
    {
        readonly get => Unsafe.ReadUnaligned<uint>(ref Unsafe.AsRef(in _inline.First));
        set
        {
            _meta |= BlockBit;
            Unsafe.WriteUnaligned(ref _inline.First, value);
        }
    }

    /// <summary>When the last peer left, in seconds of the store's clock; only for a swarm without peers.</summary>
    public uint EmptySince
    {
        readonly get => Unsafe.ReadUnaligned<uint>(ref Unsafe.AsRef(in _inline.First));
        set => Unsafe.WriteUnaligned(ref _inline.First, value);
    }

    /// <summary>The number of the next free entry; only in a free one.</summary>
    public uint NextFree
    {
        readonly get => _key2;
        set => _key2 = value;
    }

    /// <summary>The bytes of the peers in place.</summary>
    [UnscopedRef]
    public Span<byte> Inline => MemoryMarshal.CreateSpan(ref _inline.First, InlineBytes.Length);

    /// <summary>The counts of the peers in place; only without <see cref="HasBlock"/>.</summary>
    public SwarmCounts InlineCounts
    {
        readonly get => new()
        {
            Count4 = (int)(_meta >> CountShift & TwoBits), Seeds4 = (int)(_meta >> SeedsShift & TwoBits),
        };
        set => _meta = (_meta & ~(TwoBits << CountShift | TwoBits << SeedsShift | BlockBit))
            | (uint)value.Count4 << CountShift | (uint)value.Seeds4 << SeedsShift;
    }

    /// <summary>Makes this the entry of a swarm without peers.</summary>
    public void Begin(InfoHash hash)
    {
        (_key0, _key1, _key2) = Words(hash);
        _meta = UsedBit;
    }

    /// <summary>Makes this a free entry.</summary>
    public void End() => _meta = 0;

    /// <summary>True when this is the swarm of the hash.</summary>
    public readonly bool IsFor(InfoHash hash) => (_key0, _key1, _key2) == Words(hash);

    private static (ulong, ulong, uint) Words(InfoHash hash)
    {
        Span<byte> bytes = stackalloc byte[InfoHash.Length];
        hash.CopyTo(bytes);
        return (MemoryMarshal.Read<ulong>(bytes), MemoryMarshal.Read<ulong>(bytes[8..]),
            MemoryMarshal.Read<uint>(bytes[16..]));
    }

    [InlineArray(Length)]
    private struct InlineBytes
    {
        public const int Length = 20;

        private byte _first;

        [UnscopedRef]
        public ref byte First => ref _first;
    }
}
