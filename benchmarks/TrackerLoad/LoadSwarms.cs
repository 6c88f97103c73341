using System.Buffers.Binary;

namespace Shoal.TrackerLoad;

/// <summary>The swarms of a run, all computed from their numbers: hashes, and who is in them.</summary>
internal sealed class LoadSwarms(int swarms, int peers)
{
    /// <summary>One in so many peers is a seed; a seed gets leeches only, of which there have to be enough.</summary>
    private const int SeedShare = 17;

    private const int FirstPort = 1024;

    public int Swarms => swarms;

    public int Peers => peers;

    /// <summary>Writes the info-hash of a swarm.</summary>
    public static void WriteHash(int swarm, Span<byte> to)
    {
        ulong state = (ulong)swarm * 0x9e3779b97f4a7c15 + 1;
        BinaryPrimitives.WriteUInt64LittleEndian(to, Mix(ref state));
        BinaryPrimitives.WriteUInt64LittleEndian(to[8..], Mix(ref state));
        BinaryPrimitives.WriteUInt32LittleEndian(to[16..], (uint)Mix(ref state));
    }

    /// <summary>
    /// The port of a peer; its address is that of the socket whose number it has, modulo their count.
    /// </summary>
    public static ushort PortOf(int peer) => (ushort)(FirstPort + peer);

    public static bool IsSeed(int peer) => peer % SeedShare == 0;

    /// <summary>True for a port that some peer of a swarm has.</summary>
    public bool HasPort(int port) => port >= FirstPort && port < FirstPort + peers;

    // SplitMix64 of Steele, Lea and Flood.
    private static ulong Mix(ref ulong state)
    {
        ulong z = state += 0x9e3779b97f4a7c15;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        return z ^ z >> 31;
    }
}
