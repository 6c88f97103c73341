using Shoal.Cli.Commands;
using Shoal.Cli.Json;
using Shoal.Engine;
using Shoal.Engine.Catalogues;
using Shoal.Protocol.Catalogues;

namespace Shoal.Cli.Running;

/// <summary>
/// Keeps catalogues told which files this program shares, in the background: registers them, again before they would
/// be forgotten, and takes them back at the end. A tracker without a catalogue, or one that does not let us, costs a
/// line at the most.
/// </summary>
internal sealed class Registrar : IAsyncDisposable
{
    private static readonly TimeSpan Ttl = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan RenewInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(2);

    private readonly CommandContext _context;
    private readonly IReadOnlyList<CatalogueAccount> _accounts;
    private readonly List<RegisteredFile> _files = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Task _renewing;

    /// <summary>Begins with no file.</summary>
    /// <param name="context">The command.</param>
    /// <param name="accounts">Where to register; they are disposed of with this.</param>
    public Registrar(CommandContext context, IReadOnlyList<CatalogueAccount> accounts)
    {
        _context = context;
        _accounts = accounts;
        _renewing = RenewAsync();
    }

    /// <summary>
    /// The chunk size that a catalogue knows a file with, since all who register it have to use the same; null when
    /// none knows it.
    /// </summary>
    public async Task<int?> ChunkSizeOfAsync(string fileHash, long fileSize)
    {
        int? size = null;
        foreach (CatalogueAccount account in _accounts)
        {
            await TryAsync(account, async client =>
            {
                LookupReply? known = await client.FindByHashAsync(fileHash, _stop.Token);
                bool isUsable = known is { ChunkSize: > 0 and <= ChunkGeometry.MaxChunkSize }
                    && known.FileSize == fileSize;
                if (isUsable) size ??= known!.ChunkSize;
            });
        }
        return size;
    }

    /// <summary>Registers a file, with its torrent where the catalogue lacks it.</summary>
    public async Task AddAsync(RegisteredFile file, ReadOnlyMemory<byte> torrent)
    {
        await _turn.WaitAsync(_stop.Token);
        try
        {
            lock (_files) _files.Add(file);
            foreach (CatalogueAccount account in _accounts)
            {
                if (!await RegisterAsync(account, [file])) continue;
                await TryAsync(account, client => client.PutTorrentAsync(file.FileHash!, torrent, _stop.Token));
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes a file back that a torrent with this info-hash has.</summary>
    public async Task RemoveAsync(string infoHash)
    {
        RegisteredFile? file;
        lock (_files)
        {
            file = _files.Find(f => f.InfoHash == infoHash || f.InfoHashV2 == infoHash);
            if (file is not null) _files.Remove(file);
        }
        if (file?.FileHash is not { } fileHash) return;
        foreach (CatalogueAccount account in _accounts)
        {
            await TryAsync(account, client => client.LeaveAsync(
                new LeaveRequest { Ip = account.Ip, Port = account.Port, FileHash = fileHash }, _stop.Token));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _renewing;
        using CancellationTokenSource limit = new(GoodbyeLimit);
        foreach (CatalogueAccount account in _accounts)
        {
            foreach (RegisteredFile file in account.HasRegistered ? Files() : [])
            {
                await TryAsync(account, client => client.LeaveAsync(
                    new LeaveRequest { Ip = account.Ip, Port = account.Port, FileHash = file.FileHash }, limit.Token));
            }
            account.Dispose();
        }
        _stop.Dispose();
    }

    private RegisteredFile[] Files()
    {
        lock (_files) return [.. _files];
    }

    private async Task RenewAsync()
    {
        using PeriodicTimer timer = new(RenewInterval, _context.Host.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                foreach (CatalogueAccount account in _accounts)
                {
                    const int Batch = 200;
                    account.AskAgain();
                    foreach (RegisteredFile[] files in Files().Chunk(Batch))
                        await RegisterAsync(account, files);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The command ends.
        }
    }

    private async Task<bool> RegisterAsync(CatalogueAccount account, RegisteredFile[] files)
    {
        bool done = false;
        await TryAsync(account, async client =>
        {
            RegisterReply reply = await client.RegisterAsync(
                new RegisterRequest
                {
                    Ip = account.Ip, Port = account.Port, TtlSeconds = (int)Ttl.TotalSeconds, Files = files,
                },
                _stop.Token);
            foreach (ItemResult item in reply.Results ?? [])
            {
                if (item.Success)
                {
                    done = account.HasRegistered = true;
                    _context.Output.Event(new RegisteredEvent(
                        client.Address.ToString(), item.FileName ?? "", item.FileHash ?? "", null));
                }
                else if (account.MayComplain())
                {
                    _context.Output.Say($"The tracker at {client.Address} did not register a file: {item.Error}");
                }
            }
        });
        return done;
    }

    private async Task TryAsync(CatalogueAccount account, Func<CatalogueClient, Task> work)
    {
        try
        {
            if (await account.HasCatalogueAsync(_stop.Token)) await work(account.Client);
        }
        catch (TorrentException error)
        {
            string remedy = account.Client.NeedsToken
                ? $" Files are not registered there: set {TrackerCommand.TokenVariable} to it." : "";
            if (account.MayComplain()) _context.Output.Say(error.Message + remedy);
        }
        catch (OperationCanceledException)
        {
            // The command ends.
        }
    }
}
