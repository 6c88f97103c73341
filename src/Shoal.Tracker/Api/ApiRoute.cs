namespace Shoal.Tracker.Api;

/// <summary>One request that the API knows.</summary>
/// <param name="Method">GET, POST, PUT or DELETE.</param>
/// <param name="Template">The path, in which an element in braces takes any text.</param>
/// <param name="Writes">True when it changes something, so that it may need a token.</param>
/// <param name="Answer">Does what is asked and makes the reply.</param>
internal sealed record ApiRoute(string Method, string Template, bool Writes, Func<ApiRequest, Task<ApiReply>> Answer)
{
    /// <summary>What else has to hold for a request to be this one; null for nothing.</summary>
    public Func<ApiRequest, bool>? When { get; init; }

    private readonly string[] _segments = Template.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>True when a path is of this form.</summary>
    public bool Matches(IReadOnlyList<string> segments)
    {
        if (segments.Count != _segments.Length) return false;
        for (int i = 0; i < _segments.Length; i++)
            if (_segments[i][0] != '{' && _segments[i] != segments[i]) return false;
        return true;
    }
}
