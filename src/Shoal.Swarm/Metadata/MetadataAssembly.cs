using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm.Metadata;

/// <summary>The parts of the metadata as one claimed size has them. Memory is taken only as parts come in.</summary>
internal sealed class MetadataAssembly
{
    // Stands for a sender that left: its number may name another peer by now.
    private const int Gone = -1;

    private readonly byte[]?[] _parts;
    private readonly int[] _senders;
    private int _received;

    /// <summary>Makes an empty assembly.</summary>
    /// <param name="length">Bytes that the metadata is said to have; already checked against the limits.</param>
    public MetadataAssembly(int length)
    {
        Length = length;
        int count = (length + MetadataMessage.PartLength - 1) / MetadataMessage.PartLength;
        _parts = new byte[count][];
        _senders = new int[count];
    }

    /// <summary>Bytes that the metadata is said to have.</summary>
    public int Length { get; }

    /// <summary>Number of parts.</summary>
    public int PartCount => _parts.Length;

    /// <summary>Bytes held in memory.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>True when every part is there.</summary>
    public bool IsComplete => _received == _parts.Length;

    /// <summary>
    /// The one peer that is asked for everything, after a version by several was wrong; null while all are asked.
    /// </summary>
    public int? OnlyFrom { get; set; }

    /// <summary>True once a version by several peers was wrong.</summary>
    public bool WasWrong { get; set; }

    /// <summary>True when a part is there.</summary>
    public bool Has(int part) => _parts[part] is not null;

    /// <summary>Bytes that a part has to have.</summary>
    public int PartLength(int part) =>
        Math.Min(MetadataMessage.PartLength, Length - part * MetadataMessage.PartLength);

    /// <summary>Keeps a copy of a part that was not there.</summary>
    public void Put(int part, int sender, ReadOnlySpan<byte> data)
    {
        _parts[part] = data.ToArray();
        _senders[part] = sender;
        _received++;
        HeldBytes += data.Length;
    }

    /// <summary>Forgets all parts.</summary>
    public void Clear()
    {
        Array.Clear(_parts);
        _received = 0;
        HeldBytes = 0;
    }

    /// <summary>The peer that sent all parts of a complete version; null when there were several or it left.</summary>
    public int? SoleSender()
    {
        foreach (int sender in _senders)
            if (sender != _senders[0]) return null;
        return _senders[0] == Gone ? null : _senders[0];
    }

    /// <summary>Forgets who sent the parts of a peer that left; the parts stay.</summary>
    public void ForgetSender(int peer)
    {
        foreach (ref int sender in _senders.AsSpan())
            if (sender == peer) sender = Gone;
    }

    /// <summary>All parts in one piece of memory.</summary>
    public byte[] ToArray()
    {
        byte[] whole = new byte[Length];
        for (int part = 0; part < _parts.Length; part++)
            _parts[part]!.CopyTo(whole, part * MetadataMessage.PartLength);
        return whole;
    }
}
