using Shoal.Protocol;
using Shoal.Swarm.Choking;

namespace Shoal.Swarm;

/// <summary>
/// The rules of a swarm whose members are known from the start and want to know of each other how far they are, as in
/// classrooms: complete peers stay connected, every piece is announced to everybody, nothing is served to a choked
/// peer, and slots are given out as <see cref="NeighbourOptions"/> say. All on the standard protocol.
/// </summary>
public sealed record FixedSwarm
{
    /// <summary>How preferred neighbours are chosen.</summary>
    public required NeighbourOptions Neighbours { get; init; }

    /// <summary>Who takes part; anybody else is refused after the handshake.</summary>
    public required IReadOnlySet<PeerId> Members { get; init; }

    /// <summary>Time after which a member that did not answer, or left, is dialled again.</summary>
    public TimeSpan RedialInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Who is told of everything that happens between us and the others; null tells nobody.</summary>
    public ISwarmObserver? Observer { get; init; }
}
