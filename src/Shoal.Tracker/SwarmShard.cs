using System.Diagnostics.CodeAnalysis;
using Shoal.Protocol;

namespace Shoal.Tracker;

/// <summary>A part of the swarms behind one lock, with its own dice.</summary>
internal sealed class SwarmShard(int seed)
{
    private readonly Dictionary<InfoHash, Swarm> _swarms = new(new HashComparer());

    /// <summary>Guards everything in the shard.</summary>
    public Lock Gate { get; } = new();

    /// <summary>For choosing peers; under the lock only.</summary>
    public Random Random { get; } = new(seed);

    public int Swarms => _swarms.Count;

    public bool TryGet(InfoHash hash, [NotNullWhen(true)] out Swarm? swarm) => _swarms.TryGetValue(hash, out swarm);

    public void Add(InfoHash hash, Swarm swarm) => _swarms.Add(hash, swarm);

    public void Remove(InfoHash hash) => _swarms.Remove(hash);

    /// <summary>Drops silent peers and empty swarms.</summary>
    /// <returns>The swarms and peers that are left.</returns>
    public (int Swarms, int Peers) Expire(ushort minute, int lifetimeMinutes)
    {
        int peers = 0;
        lock (Gate)
        {
            foreach ((InfoHash hash, Swarm swarm) in _swarms)
            {
                swarm.V4.Expire(minute, lifetimeMinutes);
                swarm.V6.Expire(minute, lifetimeMinutes);
                peers += swarm.Peers;
                // A dictionary may lose entries while it is walked through, though not gain any.
                if (swarm.Peers == 0) _swarms.Remove(hash);
            }
            return (_swarms.Count, peers);
        }
    }

    /// <summary>
    /// Hashes with a key of this process: info-hashes are chosen by strangers, who might choose collisions.
    /// </summary>
    private sealed class HashComparer : IEqualityComparer<InfoHash>
    {
        public bool Equals(InfoHash x, InfoHash y) => x == y;

        public int GetHashCode(InfoHash hash)
        {
            Span<byte> bytes = stackalloc byte[InfoHash.Length];
            hash.CopyTo(bytes);
            var code = new HashCode();
            code.AddBytes(bytes);
            return code.ToHashCode();
        }
    }
}
