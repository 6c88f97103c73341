namespace Shoal.Protocol.Addresses;

/// <summary>
/// Who named an address, and from how far away they spoke. The default value is the least trusted one.
/// </summary>
public readonly record struct AddressOrigin
{
    private AddressOrigin(AddressOriginKind kind, AddressScope from, bool isUsersWish)
    {
        Kind = kind;
        From = from;
        IsUsersWish = isUsersWish;
    }

    /// <summary>The person at this machine: command line, settings, API.</summary>
    public static AddressOrigin User { get; } = new(AddressOriginKind.User, AddressScope.Loopback, true);

    /// <summary>A .torrent file or magnet link, which strangers write even when a person passes it on.</summary>
    public static AddressOrigin Torrent => default;

    /// <summary>Who named the address.</summary>
    public AddressOriginKind Kind { get; }

    /// <summary>
    /// Scope of the tracker or peer that named the address, or of the server that redirected to it; without meaning
    /// for the other kinds.
    /// </summary>
    public AddressScope From { get; }

    /// <summary>
    /// True when the request, which redirects may have led elsewhere, began with what the user named.
    /// </summary>
    public bool IsUsersWish { get; }

    /// <summary>The reply of a tracker that was reached at an address of scope <paramref name="tracker"/>.</summary>
    public static AddressOrigin Tracker(AddressScope tracker) => new(AddressOriginKind.Tracker, tracker, false);

    /// <summary>A message (peer exchange, hole punching) of a peer at an address of that scope.</summary>
    public static AddressOrigin Peer(AddressScope peer) => new(AddressOriginKind.Peer, peer, false);

    /// <summary>A redirect by a server at an address of that scope, in answer to a request of this origin.</summary>
    public AddressOrigin Redirected(AddressScope server) => new(AddressOriginKind.Redirect, server, IsUsersWish);
}
