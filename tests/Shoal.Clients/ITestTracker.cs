namespace Shoal.Clients;

/// <summary>A tracker for one torrent on loopback, that can be waited on.</summary>
public interface ITestTracker : IAsyncDisposable
{
    /// <summary>Where to announce.</summary>
    string Url { get; }

    /// <summary>Waits until so many peers have announced that lack nothing, and so many that lack something.</summary>
    Task PeersAsync(TestTorrent torrent, int seeders, int others, CancellationToken cancel);
}
