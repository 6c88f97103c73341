using System.Net;

namespace Shoal.Clients;

/// <summary>
/// A BitTorrent client as a process of its own, with a clean home, for one torrent. Whatever finds peers besides the
/// tracker is off; all else is as the client ships.
/// </summary>
public abstract class Client(string name) : IAsyncDisposable
{
    private readonly TemporaryFolder _home = new();
    private ClientProcess? _process;

    public string Name { get; } = name;

    /// <summary>The address of this machine from which it dials and on which it takes peers.</summary>
    public IPAddress Host { get; init; } = LoopbackAddress.Next();

    /// <summary>TCP port on which it takes peers.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>What it is told about encrypted connections.</summary>
    public EncryptionMode Encryption { get; init; }

    /// <summary>False when it takes peers on loopback addresses and never dials them, whoever names them.</summary>
    public virtual bool DialsLoopback => true;

    /// <summary>False when a file without any bytes is nothing that it would make.</summary>
    public virtual bool MakesEmptyFiles => true;

    /// <summary>False when a magnet link with a v2 hash beside the v1 hash is more than it understands.</summary>
    public virtual bool ReadsHybridLinks => true;

    /// <summary>False when no peer but those of trackers can be named to it.</summary>
    public virtual bool TakesPeers => true;

    public IPEndPoint Address => new(Host, Port);

    /// <summary>Words put before the command, such as a program that measures it; empty means none.</summary>
    public IReadOnlyList<string> Wrapper { get; init; } = [];

    public ClientProcess Process =>
        _process ?? throw new InvalidOperationException($"{Name} has not been started.");

    protected TemporaryFolder Home => _home;

    /// <summary>Starts it with complete files; returns once it has found them to be complete.</summary>
    public abstract Task SeedAsync(TransferJob job, CancellationToken cancel);

    /// <summary>Starts it with whatever the folder holds; returns once everything is there.</summary>
    public abstract Task GetAsync(TransferJob job, CancellationToken cancel);

    public virtual async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        _home.Dispose();
        GC.SuppressFinalize(this);
    }

    public override string ToString() => Name;

    protected ClientProcess Start(params IEnumerable<string> command)
    {
        if (_process is not null) throw new InvalidOperationException($"{Name} has been started already.");
        _process = ClientProcess.Start(_home.Path, Wrapper.Concat(command));
        return _process;
    }
}
