namespace Shoal.Protocol.Catalogues;

/// <summary>Removes an endpoint from a catalogue.</summary>
public sealed record LeaveRequest
{
    /// <summary>Address of the endpoint; null takes the one that the request came from.</summary>
    public string? Ip { get; init; }

    /// <summary>TCP port of the endpoint.</summary>
    public int Port { get; init; }

    /// <summary>The one file that it leaves; null for all of them.</summary>
    public string? FileHash { get; init; }
}
