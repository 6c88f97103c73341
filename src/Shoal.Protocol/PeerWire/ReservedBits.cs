namespace Shoal.Protocol.PeerWire;

/// <summary>
/// The eight reserved bytes of a handshake, each bit an ability
/// (<see href="https://www.bittorrent.org/beps/bep_0004.html">BEP 4</see>). Bits that nobody here knows are kept.
/// </summary>
/// <param name="Bits">The bytes as a big-endian number: byte 7 of the wire is the lowest.</param>
public readonly record struct ReservedBits(ulong Bits)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Length = 8;

    private const ulong ExtensionsBit = 0x10UL << 16; // byte 5, BEP 10
    private const ulong FastBit = 0x04; // byte 7, BEP 6
    private const ulong DhtBit = 0x01; // byte 7, BEP 5
    private const ulong V2UpgradeBit = 0x10; // byte 7, BEP 52

    /// <summary>Extension protocol: message 20 (BEP 10).</summary>
    public bool SupportsExtensions { get => Has(ExtensionsBit); init => Bits = With(ExtensionsBit, value); }

    /// <summary>Fast extension: messages 13 to 17 (BEP 6).</summary>
    public bool SupportsFast { get => Has(FastBit); init => Bits = With(FastBit, value); }

    /// <summary>DHT: message 9 tells the port (BEP 5).</summary>
    public bool SupportsDht { get => Has(DhtBit); init => Bits = With(DhtBit, value); }

    /// <summary>
    /// The sender of a v1 handshake of a hybrid torrent also speaks v2, and may be answered with the v2 hash (BEP 52).
    /// </summary>
    public bool SupportsV2Upgrade { get => Has(V2UpgradeBit); init => Bits = With(V2UpgradeBit, value); }

    private bool Has(ulong bit) => (Bits & bit) != 0;

    private ulong With(ulong bit, bool on) => on ? Bits | bit : Bits & ~bit;
}
