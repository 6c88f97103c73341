namespace Shoal.Interop.Tests;

/// <summary>How long a transfer of a few MiB may take before something is wrong, and not merely slow.</summary>
internal static class Deadline
{
    // The slowest is Transmission, which decides every ten seconds whom to serve and whom to ask, and has to be dialled
    // anew after a magnet link's metadata, which some seeders do once a minute. On a machine that does much else
    // everybody takes some times as long as usual.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static CancellationToken Start()
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(Patience);
        return source.Token;
    }
}
