using System.Net;

namespace Shoal.Tracker.Api;

/// <summary>The description of the API for programs, which lies beside this file; a test keeps it true.</summary>
internal static class OpenApiDocument
{
    private const string Resource = "Shoal.Tracker.Api.openapi.json";

    private static readonly Lazy<byte[]> Bytes = new(() => EmbeddedFile.Read(Resource));

    /// <summary>The document as it goes out.</summary>
    public static ApiReply Reply => new(HttpStatusCode.OK, "application/json; charset=utf-8", Bytes.Value);
}
