namespace Shoal.Engine.Swarms;

/// <summary>What an authority remembers of a credential that it gave out.</summary>
/// <param name="Who">Whom it was given to.</param>
/// <param name="Serial">The certificate's serial number, in hexadecimal.</param>
/// <param name="Issued">When.</param>
/// <param name="Expires">When it ends.</param>
/// <param name="Revoked">When it was taken back, or null.</param>
public sealed record SwarmMemberRecord(
    string Who, string Serial, DateTimeOffset Issued, DateTimeOffset Expires, DateTimeOffset? Revoked);
