using System.Text.Json.Serialization;

namespace Shoal.Cli.Json;

/// <summary>One JSON object that the program writes. docs/CLI.md lists all of them.</summary>
/// <param name="Event">What happened; <c>result</c> for the last one.</param>
internal abstract record JsonRecord([property: JsonPropertyOrder(-2)] string Event)
{
    /// <summary>The event name of the object that ends every command.</summary>
    public const string ResultEvent = "result";
}
