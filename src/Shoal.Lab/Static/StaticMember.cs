using System.Globalization;
using System.Net;
using System.Text;
using Shoal.Protocol;

namespace Shoal.Lab.Static;

/// <summary>A peer of a static swarm: a line of <c>PeerInfo.cfg</c>.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Host">Name or address of its machine, as the others reach it.</param>
/// <param name="Port">TCP port that it listens on.</param>
/// <param name="HasFile">True when it has the whole file from the start.</param>
public sealed record StaticMember(long Id, string Host, int Port, bool HasFile)
{
    /// <summary>Highest number: twelve digits, which is what a peer id has room for beside the client's name.</summary>
    public const long MaxId = 999_999_999_999;

    /// <summary>Its line in the file, from 1, for messages; 0 when it comes from no file.</summary>
    public int Line { get; init; }

    /// <summary>Its id on the wire: the client's prefix and its number in twelve digits.</summary>
    public PeerId PeerId => PeerId.Ours(Encoding.ASCII.GetBytes(Id.ToString("D12", CultureInfo.InvariantCulture)));

    /// <summary>True when the peer is on this machine for this machine only.</summary>
    public bool IsLocal => Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(Host, out IPAddress? address) && IPAddress.IsLoopback(address));

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Id} {Host} {Port} {(HasFile ? 1 : 0)}");
}
