using System.Net;
using Microsoft.Data.Sqlite;
using Shoal.Tracker.Access;
using Shoal.Tracker.Catalogue;
using Shoal.Tracker.Dashboard;

namespace Shoal.Tracker.Api;

/// <summary>Puts the catalogue of a tracker together: store, service, routes and who may change something.</summary>
internal sealed class CatalogueHost : IAsyncDisposable
{
    private const string FileName = "catalogue.db";

    private readonly FileCatalogue _catalogue;
    private readonly TrackerLog _log;
    private Task _expiry = Task.CompletedTask;

    private CatalogueHost(FileCatalogue catalogue, IRequestHandler handler, string? writeToken, TrackerLog log)
    {
        (_catalogue, _log) = (catalogue, log);
        Handler = handler;
        WriteToken = writeToken;
    }

    /// <summary>Answers the requests of the catalogue.</summary>
    public IRequestHandler Handler { get; }

    /// <summary>What changing something takes, or null.</summary>
    public string? WriteToken { get; }

    /// <summary>Opens the catalogue of a tracker.</summary>
    /// <param name="options">The tracker's, with a catalogue.</param>
    /// <param name="service">Knows the swarms.</param>
    /// <param name="host">Has the catalogue of all nodes, where there are several.</param>
    /// <param name="registry">Told which torrents there are, or null.</param>
    /// <param name="log">Told what happens to the catalogue.</param>
    /// <exception cref="IOException">The data folder cannot be used.</exception>
    public static CatalogueHost Open(
        TrackerOptions options, AnnounceService service, StoreHost host, CatalogueRegistry? registry, TrackerLog log)
    {
        CatalogueOptions settings = options.Catalogue!;
        if (options.DataFolder is { } folder) MakeFolder(folder);
        FileCatalogue catalogue = OpenCatalogue(options, service, host, registry, log);
        string? token = TokenOf(options, settings, host);
        var budget = new RequestBudget(settings.RequestsPerSecond, settings.RequestBurst);
        IReadOnlyList<ApiRoute> routes =
        [
            .. new CatalogueRoutes(catalogue).All,
            .. new DashboardRoutes(service, () => catalogue.Count).All,
            .. new TorrentRoutes(service, host.Memory, catalogue).All,
            .. new KeyRoutes(host.Keys ?? (IKeyStore?)options.Keys, options.Time).All,
        ];
        // Behind a proxy the names of a tracker on loopback are the proxy's.
        bool isLocal = IsOnLoopback(options) && options.ProxyHeader is null;
        var handler = new ApiFrontEnd(routes, new ApiGate(token, isLocal), budget, options.Time, log);
        return new CatalogueHost(catalogue, handler, token, log);
    }

    /// <summary>Forgets who has not registered again. To be called now and then; it goes on by itself.</summary>
    public void Expire()
    {
        if (_expiry.IsCompleted) _expiry = ExpireAsync();
    }

    private async Task ExpireAsync()
    {
        try
        {
            await _catalogue.ExpireAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is SqliteException or IOException or ObjectDisposedException)
        {
            // A full disk or a lock held by another program: the next round comes, and announces go on.
            _log.CatalogueFailed(e.Message);
        }
    }

    private static FileCatalogue OpenCatalogue(
        TrackerOptions options, AnnounceService service, StoreHost host, CatalogueRegistry? registry, TrackerLog log)
    {
        string? path = options.DataFolder is null ? null : Path.Combine(options.DataFolder, FileName);
        int maxFiles = options.Catalogue!.MaxFiles;
        var figures = new SwarmFigures(service.Store, options.Time);
        var catalogue = new FileCatalogue(
            () => host.Catalogue is { } shared ? shared : SqliteCatalogue.Open(path, maxFiles), figures, options.Time)
        {
            Registry = registry,
        };
        if (host.Catalogue is { } ofAll)
        {
            catalogue.Open();
            ofAll.Changed = catalogue.UpdateRegistry;
            log.CatalogueOpened(catalogue.Count, "Redis");
        }
        // One in memory is empty and cannot fail, and costs nothing until it is asked for something.
        else if (path is not null)
        {
            catalogue.Open();
            log.CatalogueOpened(catalogue.Count, path);
        }
        return catalogue;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _expiry.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _catalogue.Dispose();
    }

    private static string? TokenOf(TrackerOptions options, CatalogueOptions settings, StoreHost host)
    {
        if (settings.Token is { } given)
            return given.Length >= CatalogueOptions.MinTokenChars
                ? given
                : throw new IOException(
                    $"The tracker's token has fewer than {CatalogueOptions.MinTokenChars} characters.");
        if (IsOnLoopback(options)) return null;
        if (host.Token is { } shared) return shared;
        return options.DataFolder is { } folder ? TokenFile.ReadOrMake(folder) : TokenFile.NewToken();
    }

    private static bool IsOnLoopback(TrackerOptions options) =>
        options.Bind is { } bind && IPAddress.IsLoopback(bind);

    private static void MakeFolder(string folder)
    {
        try
        {
            const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, OwnerOnly);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"The data folder '{folder}' cannot be made: {e.Message}", e);
        }
    }
}
