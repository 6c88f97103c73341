namespace Shoal.Cli.Json;

/// <summary>The answer of the commands <c>swarm</c>.</summary>
/// <param name="Command">Which of them.</param>
/// <param name="Swarm">The swarm; absent when all are listed.</param>
/// <param name="File">The member's file that was written.</param>
/// <param name="Swarms">Names of all swarms.</param>
/// <param name="Members">The credentials that were given out.</param>
internal sealed record SwarmResult(
    string Command,
    string? Swarm,
    string? File,
    IReadOnlyList<string>? Swarms,
    IReadOnlyList<SwarmMemberEntry>? Members) : JsonRecord(ResultEvent);
