using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Shoal.Protocol.Catalogues;
using Shoal.Tracker.Catalogue;

namespace Shoal.Tracker.Api;

/// <summary>A reply to a request for the catalogue.</summary>
internal sealed record ApiReply(HttpStatusCode Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    private const string JsonType = "application/json; charset=utf-8";

    /// <summary>What a browser may do with the reply; nothing, save for a page that says otherwise.</summary>
    public string ContentPolicy { get; init; } = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>The name to save the reply under, or null.</summary>
    public string? FileName { get; init; }

    /// <summary>Seconds to wait before the next try, or null.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Methods that the path has, where the one asked for is none of them; or null.</summary>
    public string? Allow { get; init; }

    /// <summary>True when the client is asked to bring a token.</summary>
    public bool WantsToken { get; init; }

    /// <summary>An object as JSON.</summary>
    public static ApiReply Json<T>(T value, JsonTypeInfo<T> type, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status, JsonType, JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <summary>A result as JSON, or the reason why there is none.</summary>
    public static ApiReply Of<T>(Answer<T> answer, JsonTypeInfo<T> type) where T : class =>
        answer.Value is { } value ? Json(value, type) : Error(answer.Status, answer.Error ?? "It failed.");

    /// <summary>A reason in one sentence.</summary>
    public static ApiReply Error(HttpStatusCode status, string sentence) =>
        Json(new ErrorReply(sentence), CatalogueJson.Default.ErrorReply, status);

    /// <summary>Plain text.</summary>
    public static ApiReply Text(string text) =>
        new(HttpStatusCode.OK, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));
}
