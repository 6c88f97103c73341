using System.Collections.Immutable;
using Shoal.Engine.Diagnostics;
using Shoal.Engine.Sources;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Torrents;
using Shoal.Storage;
using Shoal.Storage.Checking;
using Shoal.Storage.Resume;
using Shoal.Swarm;
using Shoal.Swarm.Peers;

namespace Shoal.Engine.Torrents;

// The torrent's files, from finding out what is there to the last piece; and the start and end of the torrent's life.
internal sealed partial class TorrentActor : IVerdictSink
{
    private ResolvedSource _source;
    private readonly TaskCompletionSource<Metainfo> _metadata = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Metainfo? _metainfo;
    private ContentOpener? _opener;
    private OpenedContent? _content;
    private Task _opening = Task.CompletedTask;
    private Task _checkpoint = Task.CompletedTask;
    private Task? _stopping;

    /// <summary>All that is known of the torrent; null while the metadata is missing. Any thread.</summary>
    public Metainfo? Metainfo => Volatile.Read(ref _metainfo);

    /// <summary>Ends when the metadata is here.</summary>
    public Task<Metainfo> Metadata => _metadata.Task;

    /// <summary>The file or folder of the content; null while the metadata is missing. Any thread.</summary>
    public string? ContentPath => Volatile.Read(ref _content)?.ContentPath;

    private TorrentInfo? Info => _metainfo?.Info;

    private string Name => Info is { Name.Length: > 0 } info ? info.Name : _source.Name;

    /// <summary>Begins: opens the files, or asks peers for the metadata first.</summary>
    public void Start() => Post(new TorrentItem(TorrentItemKind.Call, (Action)(() =>
    {
        EngineLog.Added(_log, Hashes.Wire, Name);
        RankByOwnAddresses();
        if (Tls is { } tls)
        {
            tls.Member.Refresh();
            ApplyRevocations();
            if (_state == TorrentState.Failed) return;
        }
        if (_source.Metainfo is { } metainfo)
        {
            // That nobody else has it was seen when it was added.
            _services.TryClaim(this, metainfo.Info.Hashes);
            OpenContent(metainfo);
            return;
        }
        EnterState(TorrentState.FetchingMetadata);
        _brain.FetchMetadata();
        StartDiscovery();
        if (!_source.TorrentUrls.IsEmpty) _ = FetchLinkedTorrentAsync();
    })));

    /// <summary>
    /// Stops: peers are left, trackers told within the limit, files closed. A second call waits for the first.
    /// </summary>
    public Task StopAsync(TimeSpan limit)
    {
        lock (_stop) return _stopping ??= StopOnceAsync(limit);
    }

    void IVerdictSink.OnVerdict(PieceVerdict verdict)
    {
        // Noted here, on the disk's thread, so that the actor never waits for a disk.
        if (verdict.Outcome == PieceOutcome.Good) Note(_content?.Journal?.Append(verdict.Piece));
        Post(new TorrentItem(
            TorrentItemKind.PieceChecked, Detail: verdict.Error, Piece: verdict.Piece, Number: (int)verdict.Outcome));
    }

    void IVerdictSink.OnSettled(long bytes) => Settle(bytes);

    void IVerdictSink.OnFault(Exception fault) => FailByDefect(fault);

    /// <summary>Requests can be made again. Any thread.</summary>
    public void CreditIsBack() => PostToPool(new TorrentItem(TorrentItemKind.CreditReturned));

    private void StartDiscovery()
    {
        StartTrackers();
        _ = ResolvePeersAsync(_options.Peers, PeerSources.User, AddressOrigin.User);
        _ = ResolvePeersAsync(
            _source.Peers, PeerSources.Link, _options.TrustsAddresses ? AddressOrigin.User : AddressOrigin.Torrent);
    }

    /// <summary>Fetches the .torrent that the link points to, while peers are asked for the metadata as well.</summary>
    private async Task FetchLinkedTorrentAsync()
    {
        try
        {
            AddressOrigin origin = _options.TrustsAddresses ? AddressOrigin.User : AddressOrigin.Torrent;
            Metainfo? found = await new LinkedTorrentReader(_services.Network, _log)
                .ReadAsync(_source.TorrentUrls, Hashes, origin, _stop.Token).ConfigureAwait(false);
            if (found is not null)
                Post(new TorrentItem(TorrentItemKind.Call, (Action)(() => OnLinkedTorrent(found))));
        }
        catch (OperationCanceledException)
        {
            // The torrent is being stopped.
        }
        catch (Exception e)
        {
            FailByDefect(e);
        }
    }

    private void OnLinkedTorrent(Metainfo found)
    {
        // Peers were faster, or it is over.
        if (_metainfo is not null || _state != TorrentState.FetchingMetadata || _stop.IsCancellationRequested) return;
        // What no hash protects is believed only where the link itself says nothing.
        _source = _source with
        {
            Trackers = _source.Trackers.IsEmpty ? found.Trackers : _source.Trackers,
            WebSeeds = _source.WebSeeds.IsEmpty ? found.WebSeeds : _source.WebSeeds,
        };
        if (_announcer is null) StartTrackers();
        OnMetadata(found.Info, found.PieceLayers);
    }

    private void OnMetadata(ReadOnlyMemory<byte> rawInfo)
    {
        if (_metainfo is not null) return;
        if (!TorrentInfoReader.TryRead(rawInfo, out TorrentInfo? info, out string? error))
        {
            Fail(
                TorrentError.InvalidInput,
                $"The metadata of {Hashes} has the right hash but is not a valid torrent: {error}");
            return;
        }
        OnMetadata(info, ImmutableDictionary<Sha256Hash, ReadOnlyMemory<byte>>.Empty);
    }

    private void OnMetadata(TorrentInfo info, IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> layers)
    {
        if (!BelongsHere(info)) return;
        Metainfo metainfo = new()
        {
            Info = info, Trackers = _source.Trackers, WebSeeds = _source.WebSeeds, PieceLayers = layers,
        };
        // The two hashes of a hybrid torrent in two magnet links show to be one torrent only now.
        if (_services.TryClaim(this, info.Hashes)) OpenContent(metainfo);
        else Fail(TorrentError.InvalidInput, $"The torrent {info.Hashes} is in this engine already.");
    }

    private void OpenContent(Metainfo metainfo)
    {
        if (_stop.IsCancellationRequested) return;
        Volatile.Write(ref _metainfo, metainfo);
        _metadata.TrySetResult(metainfo);
        _brain.MetadataAccepted(metainfo.Info.Raw);
        EnterState(TorrentState.Checking);
        _opening = Task.Run(() => OpenContentAsync(metainfo));
    }

    private async Task OpenContentAsync(Metainfo metainfo)
    {
        try
        {
            IReadOnlySet<int>? files = FileSelection.Resolve(metainfo.Info, _options, _source.SelectedFiles);
            var opener = new ContentOpener(metainfo, _options, files, _services.Handles, _services.Time);
            Volatile.Write(ref _opener, opener);
            OpenedContent content = await opener.OpenAsync(this, _stop.Token).ConfigureAwait(false);
            Post(new TorrentItem(TorrentItemKind.ContentReady, content));
        }
        catch (OperationCanceledException)
        {
            // The torrent is being stopped.
        }
        catch (TorrentException e)
        {
            Post(new TorrentItem(TorrentItemKind.Call, (Action)(() => Fail(e.Error, e.Message))));
        }
        catch (Exception e)
        {
            FailByDefect(e);
        }
    }

    private void OnContentReady(OpenedContent content)
    {
        Volatile.Write(ref _content, content);
        if (_stop.IsCancellationRequested || _state == TorrentState.Failed) return;
        bool isMagnet = _source.Metainfo is null;
        EnterState(TorrentState.Downloading);
        _haveBytes = BytesIn(content.Have, content.Info.Geometry);
        _brain.SetContent(
            new BrainContent(content.Info, content.Forest, content.Have, content.Wanted, content.Unfinished), Now);
        if (_options.SeedOnly && !_brain.IsComplete) OnCompleted();
        if (!isMagnet) StartDiscovery();
        StartWebSeeds(_metainfo!);
        KeepCounters();
    }

    private static long BytesIn(Bitfield pieces, PieceGeometry geometry)
    {
        if (pieces.IsFull) return geometry.PayloadTotal;
        long bytes = 0;
        for (int i = pieces.NextSet(0); i >= 0; i = pieces.NextSet(i + 1))
            bytes += geometry.PayloadLength(geometry.Piece(i));
        return bytes;
    }

    private void OnPieceChecked(PieceIndex piece, PieceOutcome outcome, StorageError? error)
    {
        if (_content is null || _stop.IsCancellationRequested) return;
        switch (outcome)
        {
            case PieceOutcome.Good:
                _brain.PieceChecked(piece, PieceResult.Good, Now);
                break;
            case PieceOutcome.BadHash:
                _brain.PieceChecked(piece, PieceResult.Bad, Now);
                break;
            case PieceOutcome.RootUnknown:
                _brain.PieceChecked(piece, PieceResult.HashUnknown, Now);
                break;
            default:
                Fail(TorrentError.Disk, error?.Sentence ?? $"Piece {piece} is gone from the disk.");
                break;
        }
    }

    private void OnCompleted()
    {
        // What is complete is known by its hashes; nothing is left beside it.
        Note(_content!.Journal?.Complete());
        EnterState(TorrentState.Seeding);
        KeepCounters();
        if (_brain.DownloadedBytes > 0) _announcer?.Completed();
        _completion.TrySetResult();
        _completionOrEnd.TrySetResult();
    }

    /// <summary>Makes finished pieces safe against a power cut now and then, off the actor's thread.</summary>
    private void CheckpointIfDue()
    {
        if (_content?.Journal is not { } journal || !_checkpoint.IsCompleted || !journal.IsCheckpointDue(Now)) return;
        TimeSpan now = Now;
        _checkpoint = Task.Run(() => Checkpoint(journal, now));
    }

    private void Checkpoint(ResumeJournal journal, TimeSpan now)
    {
        try
        {
            Note(journal.Checkpoint(now));
        }
        catch (Exception e)
        {
            // Otherwise it would show when the torrent is stopped, and not before.
            FailByDefect(e);
        }
    }

    private void Note(StorageError? journalError)
    {
        if (journalError is not null) EngineLog.JournalFailed(_log, Hashes.Wire, journalError.Sentence);
    }

    private void OnReadError(StorageError error)
    {
        EngineLog.ReadFailed(_log, Hashes.Wire, error.Sentence);
        Fail(TorrentError.Disk, error.Sentence);
    }

    /// <summary>Ends the torrent by an error: it leaves the swarm and keeps what it has on disk.</summary>
    private void Fail(TorrentError error, string sentence)
    {
        if (_state is TorrentState.Failed or TorrentState.Stopped) return;
        _error = sentence;
        EngineLog.Failed(_log, Hashes.Wire, sentence);
        _brain.Stop();
        End(TorrentState.Failed, new TorrentException(error, sentence));
        if (_announcer is not null) _ = _announcer.StopAsync(TimeSpan.FromSeconds(2));
    }

    private async Task StopOnceAsync(TimeSpan limit)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await RunAsync(() =>
        {
            KeepCounters();
            _brain.Stop();
        }).ConfigureAwait(false);
        // Not before: an item that was under way may have begun it.
        await _opening.ConfigureAwait(false);
        // What was opened comes as an item too.
        await RunAsync(static () => { }).ConfigureAwait(false);
        if (_announcer is not null) await _announcer.StopAsync(limit).ConfigureAwait(false);
        await _checkpoint.ConfigureAwait(false);
        await _takingList.ConfigureAwait(false);
        if (_content is not null) await _content.DisposeAsync().ConfigureAwait(false);
        await RunAsync(() =>
            End(TorrentState.Stopped, new TorrentException(TorrentError.Other, "The torrent was stopped.")))
            .ConfigureAwait(false);
        _ownDown.Dispose();
        _ownUp.Dispose();
    }

    /// <summary>Runs something as an item, and waits until it has ended or thrown.</summary>
    private Task RunAsync(Action call)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(new TorrentItem(TorrentItemKind.Call, (Action)(() =>
        {
            try
            {
                call();
            }
            finally
            {
                done.SetResult();
            }
        })));
        return done.Task;
    }
}
