namespace Shoal.Interop.Tests;

/// <summary>How long a transfer of a few MiB may take before something is wrong, and not merely slow.</summary>
internal static class Deadline
{
    // Transmission moves data in ticks of half a second, and two cores are shared by all that runs here.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static CancellationToken Start()
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(Patience);
        return source.Token;
    }
}
