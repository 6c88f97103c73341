namespace Shoal.Interop.Tests;

/// <summary>How long a transfer of a few MiB may take before something is wrong, and not merely slow.</summary>
internal static class Deadline
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // It decides every ten seconds whom to serve and whom to ask, and after a magnet link's metadata it has to be
    // dialled anew, which some seeders do once a minute.
    private static readonly TimeSpan PatienceWithTransmission = TimeSpan.FromSeconds(150);

    public static CancellationToken Start(string client = "")
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(client == "transmission" ? PatienceWithTransmission : Patience);
        return source.Token;
    }
}
