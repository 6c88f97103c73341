using Shoal.Protocol;
using Shoal.Protocol.Catalogues;

namespace Shoal.Tracker.Catalogue;

// The same for those who do not know that it is quick enough to be waited for.
internal sealed partial class SqliteCatalogue
{
    /// <inheritdoc/>
    public ValueTask FreshenAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredRegistration>> RegisterAsync(
        IReadOnlyList<Registration> registrations, DateTimeOffset now) => new(Register(registrations, now));

    /// <inheritdoc/>
    public ValueTask<(RegistrationStatus Status, ChunkSet Chunks)?> AddChunksAsync(
        string hash, CatalogueEndPoint endPoint, DateTimeOffset expires, DateTimeOffset now) =>
        new(AddChunks(hash, endPoint, expires, now));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(string Hash, string Name)>> LeaveAsync(string ip, int port, string? hash) =>
        new(Leave(ip, port, hash));

    /// <inheritdoc/>
    public ValueTask<bool> AttachTorrentAsync(Registration registration) => new(AttachTorrent(registration));

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string hash) => new(Delete(hash));

    /// <inheritdoc/>
    public async ValueTask<int> ExpireAsync(
        DateTimeOffset now, Func<IReadOnlyList<InfoHash>, ValueTask<IReadOnlySet<InfoHash>>> findPeopled)
    {
        List<(long Id, string? V1, string? V2)> bare = ExpireEndPoints(now);
        if (bare.Count == 0) return 0;
        IReadOnlySet<InfoHash> peopled = await findPeopled(
            [.. bare.SelectMany(f => CatalogueText.SwarmsOf(f.V1, f.V2))]).ConfigureAwait(false);
        return DropBare(bare, peopled, now);
    }
}
