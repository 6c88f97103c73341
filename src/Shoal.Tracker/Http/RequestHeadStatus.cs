namespace Shoal.Tracker.Http;

/// <summary>What became of a try to read the head of a request.</summary>
internal enum RequestHeadStatus
{
    /// <summary>It is here, and an announce or scrape.</summary>
    Read = 0,

    /// <summary>It is something else, or not all of it has come: both are for the web server.</summary>
    NotHere,
}
