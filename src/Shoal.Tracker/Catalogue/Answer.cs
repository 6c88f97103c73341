using System.Net;

namespace Shoal.Tracker.Catalogue;

/// <summary>A result, or a status with a sentence that says why there is none.</summary>
/// <typeparam name="T">The result.</typeparam>
internal readonly record struct Answer<T>(T? Value, HttpStatusCode Status, string? Error) where T : class
{
    /// <summary>A result that is there.</summary>
    public static implicit operator Answer<T>(T value) => new(value, HttpStatusCode.OK, null);

    /// <summary>No result.</summary>
    public static implicit operator Answer<T>(Refusal refusal) => new(null, refusal.Status, refusal.Error);
}

/// <summary>Why there is no result.</summary>
/// <param name="Status">The kind of reason.</param>
/// <param name="Error">One sentence for people.</param>
internal sealed record Refusal(HttpStatusCode Status, string Error)
{
    /// <summary>The request is not valid.</summary>
    public static Refusal Invalid(string error) => new(HttpStatusCode.BadRequest, error);

    /// <summary>What the request names is not there.</summary>
    public static Refusal Missing(string error) => new(HttpStatusCode.NotFound, error);

    /// <summary>The request does not agree with what is there.</summary>
    public static Refusal Conflict(string error) => new(HttpStatusCode.Conflict, error);
}
