using System.Net;
using Microsoft.Data.Sqlite;
using Shoal.Tracker.Catalogue;
using Shoal.Tracker.Dashboard;

namespace Shoal.Tracker.Api;

/// <summary>Puts the catalogue of a tracker together: store, service, routes and who may change something.</summary>
internal sealed class CatalogueHost : IDisposable
{
    private const string FileName = "catalogue.db";

    private readonly FileCatalogue _catalogue;
    private readonly TrackerLog _log;

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
    /// <param name="registry">Told which torrents there are, or null.</param>
    /// <param name="log">Told what happens to the catalogue.</param>
    /// <exception cref="IOException">The data folder cannot be used.</exception>
    public static CatalogueHost Open(
        TrackerOptions options, AnnounceService service, CatalogueRegistry? registry, TrackerLog log)
    {
        CatalogueOptions settings = options.Catalogue!;
        if (options.DataFolder is { } folder) MakeFolder(folder);
        string? path = options.DataFolder is null ? null : Path.Combine(options.DataFolder, FileName);
        var catalogue = new FileCatalogue(
            () => SqliteCatalogue.Open(path, settings.MaxFiles), service.Figures, options.Time)
        {
            Registry = registry,
        };
        // One in memory is empty and cannot fail, and costs nothing until it is asked for something.
        if (path is not null)
        {
            catalogue.Open();
            log.CatalogueOpened(catalogue.Count, path);
        }
        string? token = TokenOf(options, settings);
        var budget = new RequestBudget(settings.RequestsPerSecond, settings.RequestBurst);
        IReadOnlyList<ApiRoute> routes =
            [.. new CatalogueRoutes(catalogue).All, .. new DashboardRoutes(service, () => catalogue.Count).All];
        // Behind a proxy the names of a tracker on loopback are the proxy's.
        bool isLocal = IsOnLoopback(options) && options.ProxyHeader is null;
        var handler = new ApiFrontEnd(routes, new ApiGate(token, isLocal), budget, options.Time, log);
        return new CatalogueHost(catalogue, handler, token, log);
    }

    /// <summary>Forgets who has not registered again. To be called now and then.</summary>
    public void Expire()
    {
        try
        {
            _catalogue.Expire();
        }
        catch (SqliteException e)
        {
            // A full disk or a lock held by another program: the next round comes, and announces go on.
            _log.CatalogueFailed(e.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _catalogue.Dispose();

    private static string? TokenOf(TrackerOptions options, CatalogueOptions settings)
    {
        if (settings.Token is { } given)
            return given.Length >= CatalogueOptions.MinTokenChars
                ? given
                : throw new IOException(
                    $"The tracker's token has fewer than {CatalogueOptions.MinTokenChars} characters.");
        if (IsOnLoopback(options)) return null;
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
