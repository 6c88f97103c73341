using Microsoft.AspNetCore.Http.Features;

namespace Shoal.Tracker.Api;

/// <summary>Answers the HTTP requests of a tracker that are neither announces nor scrapes.</summary>
internal interface IRequestHandler
{
    /// <summary>Takes a request, or leaves it.</summary>
    /// <param name="context">The features of the server for this request.</param>
    /// <param name="target">Path and query as they stood in the request line, escaped; begins with a slash.</param>
    /// <returns>The answer under way, or null when nothing here has that path: then nothing is written.</returns>
    Task? TryAnswer(IFeatureCollection context, string target);
}
