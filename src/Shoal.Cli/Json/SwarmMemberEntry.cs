namespace Shoal.Cli.Json;

/// <summary>A credential that was given out.</summary>
/// <param name="Who">Whom it was given to.</param>
/// <param name="Serial">The certificate's serial number, in hexadecimal.</param>
/// <param name="Issued">When.</param>
/// <param name="Expires">When it ends.</param>
/// <param name="Revoked">When it was taken back.</param>
internal sealed record SwarmMemberEntry(
    string Who, string Serial, DateTimeOffset Issued, DateTimeOffset Expires, DateTimeOffset? Revoked);
