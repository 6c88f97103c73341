using Shoal.Protocol.Catalogues;

namespace Shoal.Cli.Json;

/// <summary>What a catalogue lists.</summary>
/// <param name="ExitCode">Always 0, since a list without files is a list.</param>
/// <param name="Total">Files that match, also those that are not listed.</param>
/// <param name="Files">As the catalogue gives them.</param>
internal sealed record FilesResult(int ExitCode, int Total, IReadOnlyList<FileEntry> Files) : JsonRecord(ResultEvent);
