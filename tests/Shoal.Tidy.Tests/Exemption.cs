namespace Shoal.Tidy.Tests;

/// <summary>
/// One place that may break one rule, and why. The list is short, and an entry that is not needed any more is an
/// offence itself.
/// </summary>
public sealed record Exemption(string Rule, string Path, string Reason)
{
    public static IReadOnlyList<Exemption> All { get; } =
    [
    ];
}
