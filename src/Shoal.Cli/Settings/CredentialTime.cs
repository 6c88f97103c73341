namespace Shoal.Cli.Settings;

/// <summary>
/// When a credential ends or was taken back, as it is shown: to the day, and to the minute where that counts.
/// </summary>
internal static class CredentialTime
{
    // Within two days a date alone leaves open whether it is over already.
    private static readonly TimeSpan Near = TimeSpan.FromDays(2);

    /// <summary>The time in UTC.</summary>
    public static string Of(DateTimeOffset when, DateTimeOffset now) => (when - now).Duration() < Near
        ? $"{when.UtcDateTime:yyyy-MM-dd HH:mm} UTC"
        : $"{when.UtcDateTime:yyyy-MM-dd}";
}
