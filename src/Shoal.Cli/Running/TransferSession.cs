using Shoal.Cli.Json;
using Shoal.Cli.Settings;
using Shoal.Engine;

namespace Shoal.Cli.Running;

/// <summary>An engine for the length of one command.</summary>
internal sealed class TransferSession : IAsyncDisposable
{
    /// <summary>
    /// Time for the engine to end in. It tells trackers within two seconds; what takes longer is a disk that hangs.
    /// </summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private TransferSession(TorrentEngine engine) => Engine = engine;

    /// <summary>It has no torrent at first; the command adds them.</summary>
    public TorrentEngine Engine { get; }

    /// <summary>Starts the engine and tells on which port it listens.</summary>
    /// <exception cref="TorrentException">The address or port cannot be had.</exception>
    public static async Task<TransferSession> StartAsync(CommandContext context, TransferSettings settings)
    {
        TorrentEngine engine = await TorrentEngine.StartAsync(settings.ToEngineOptions(), context.Stop);
        context.Output.Event(new StartedEvent(context.Command, ProgramVersion.Text, engine.Port));
        return new TransferSession(engine);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Engine.DisposeAsync().AsTask().WaitAsync(EndLimit);
        }
        catch (TimeoutException)
        {
            // All that is complete is on disk and in the journal; the end of the process does the rest.
        }
    }
}
