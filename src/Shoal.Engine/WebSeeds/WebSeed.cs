using Shoal.Discovery;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;

namespace Shoal.Engine.WebSeeds;

/// <summary>Where a web seed is in its use.</summary>
internal enum WebSeedState
{
    /// <summary>It is not used, and may be from <see cref="WebSeed.NotBefore"/> on. → InUse</summary>
    Resting,

    /// <summary>Its name is looked up, or it is a peer of the torrent. → Resting, Dropped</summary>
    InUse,

    /// <summary>It is not used again in this torrent's life.</summary>
    Dropped,
}

/// <summary>One URL of a torrent at which a web server has the content. Changed by <see cref="WebSeedList"/>.</summary>
/// <param name="url">An http or https URL.</param>
/// <param name="origin">Who named it.</param>
/// <param name="id">A name for the brain that nobody else knows, so that no peer takes it.</param>
internal sealed class WebSeed(Uri url, AddressOrigin origin, PeerId id)
{
    /// <summary>A file, or the folder that holds the torrent's file or folder.</summary>
    public Uri Url => url;

    /// <summary>The URL for people, without what can be secret.</summary>
    public string Shown { get; } = WebSeedClient.Show(url);

    /// <summary>Who named it.</summary>
    public AddressOrigin Origin => origin;

    /// <summary>The name by which the brain knows it.</summary>
    public PeerId Id => id;

    /// <summary>Where it is in its use.</summary>
    public WebSeedState State { get; internal set; }

    /// <summary>Not used before this time.</summary>
    public TimeSpan NotBefore { get; internal set; }

    /// <summary>Failures since it last gave anything.</summary>
    public int Failures { get; internal set; }
}
