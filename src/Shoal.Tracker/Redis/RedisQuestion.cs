using System.Buffers.Binary;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Swarms;
using StackExchange.Redis;

namespace Shoal.Tracker.Redis;

/// <summary>From an announce to the arguments of its script, which are told in announce.lua.</summary>
internal static class RedisQuestion
{
    private const int MaxLetters = 8;
    private const int HouseholdLength6 = 8;

    /// <summary>Makes the arguments.</summary>
    /// <param name="announce">What the client said.</param>
    /// <param name="isListed">False when the peer is not to be listed where it is not yet.</param>
    /// <param name="wants4">True when there is room for IPv4 peers.</param>
    /// <param name="wants6">True when there is room for IPv6 peers.</param>
    public static RedisValue[] Of(in SwarmAnnounce announce, bool isListed, bool wants4, bool wants6)
    {
        AddressScope scope = announce.Address.Scope;
        return
        [
            PlaceOf(announce.Address, announce.Port), IdentityOf(announce.Identity),
            LettersOf(announce, scope, isListed, wants4, wants6), wants4 || wants6 ? announce.Wanted : 0,
            Random.Shared.Next(RedisSettings.Dice),
            scope == AddressScope.Global ? HouseholdOf(announce.Address) : [],
            announce.LanAddress.IsNone ? [] : PlaceOf(announce.LanAddress, announce.Port),
        ];
    }

    /// <summary>The wire form of an address and port.</summary>
    public static byte[] PlaceOf(HostAddress address, ushort port)
    {
        byte[] place = new byte[address.IsV4 ? RowLayout4.WireLength : RowLayout6.WireLength];
        if (address.IsV4) BinaryPrimitives.WriteUInt32BigEndian(place, address.V4);
        else address.Write(place);
        BinaryPrimitives.WriteUInt16BigEndian(place.AsSpan(place.Length - sizeof(ushort)), port);
        return place;
    }

    private static byte[] IdentityOf(ulong identity)
    {
        if (identity == 0) return [];
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)identity);
        return bytes;
    }

    // One IPv4 address, one IPv6 /64.
    private static byte[] HouseholdOf(HostAddress address)
    {
        byte[] place = PlaceOf(address, 0);
        return place[..(address.IsV4 ? sizeof(uint) : HouseholdLength6)];
    }

    private static byte[] LettersOf(
        in SwarmAnnounce announce, AddressScope scope, bool isListed, bool wants4, bool wants6)
    {
        Span<byte> letters = stackalloc byte[MaxLetters];
        int length = 0;
        letters[length++] = announce.Event == AnnounceEvent.Stopped ? (byte)'-'
            : !isListed ? (byte)'?'
            : announce.IsSeed ? (byte)'s' : (byte)'l';
        if (announce.Event == AnnounceEvent.Paused && !announce.IsSeed) letters[length++] = (byte)'p';
        if (announce.WantsLeechesOnly) letters[length++] = (byte)'w';
        if (wants4) letters[length++] = (byte)'4';
        if (wants6) letters[length++] = (byte)'6';
        if (scope != AddressScope.Global) letters[length++] = (byte)'a';
        if (scope != AddressScope.Loopback) letters[length++] = (byte)'f';
        return letters[..length].ToArray();
    }
}
