using System.Runtime.ExceptionServices;
using System.Diagnostics.CodeAnalysis;
using Shoal.Protocol;
using Shoal.Protocol.Buffers;
using Shoal.Storage;
using Shoal.Storage.Checking;
using Shoal.Storage.Files;
using Shoal.Storage.Intake;
using Shoal.Storage.Resume;
using Shoal.Swarm;

namespace Shoal.Lab.Simulation;

/// <summary>
/// The program's storage over a simulated disk: block intake, hashing and resume journal are the real ones, and the
/// work that they give to other threads is events.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Close is the end of what one life of its peer opened.")]
internal sealed class StoredDisk : ISimDisk, IVerdictSink
{
    private const string Folder = "/data";
    private const int OpenFiles = 8;

    // A little of its own for each piece of work, so that pieces come to their ends in any order.
    private const int MostWorkMilliseconds = 3;

    private readonly SimPeer _peer;
    private readonly SimTorrent _torrent;
    private readonly SimFileSystem _files;
    private readonly string _path;
    private readonly Dictionary<int, int> _stored = [];
    private readonly List<IThreadPoolWorkItem> _work = [];
    private FileHandlePool? _handles;
    private TorrentStorage? _storage;
    private BlockIntake? _intake;
    private ResumeJournal? _journal;
    private Bitfield _have;
    private Guid _boot;
    private TimeSpan _freeAt;

    /// <summary>A disk with everything or nothing on it.</summary>
    public StoredDisk(SimPeer peer, SimTorrent torrent, bool hasAll)
    {
        _peer = peer;
        _torrent = torrent;
        _files = new SimFileSystem(peer.Group.Disk, peer.Random, Tell);
        _path = $"{Folder}/{torrent.Info.Name}";
        _have = new Bitfield(torrent.Geometry.PieceCount);
        if (hasAll) _files.Put(_path, [.. torrent.Bytes]);
        _boot = NewBoot();
    }

    public IReadOnlyList<BlockSpan> Unfinished { get; private set; } = [];

    public long UnsettledBytes => _intake?.QueuedBytes ?? 0;

    public bool HoldsAllOf(PieceIndex piece) =>
        _have[piece] || _stored.GetValueOrDefault(piece.Value) == _torrent.Geometry.BlockCount(piece);

    public bool IsTrue(PieceIndex piece)
    {
        int offset = (int)_torrent.Geometry.Offset(piece);
        int length = _torrent.Geometry.PayloadLength(piece);
        ReadOnlySpan<byte> content = _files.Content(_path);
        return content.Length >= offset + length
            && content.Slice(offset, length).SequenceEqual(_torrent.Bytes.AsSpan(offset, length));
    }

    public Bitfield? Open(out string? error)
    {
        _handles = new FileHandlePool(_files, OpenFiles);
        _freeAt = _peer.Network.Now;
        StorageError? failure = TorrentStorage.Open(
            _torrent.Info, Folder, new StorageOptions { ReadOnly = _peer.Group.IsSeed }, _handles, out _storage);
        failure ??= ResumeJournal.Open(_torrent.Info, _storage!, _files, _boot, out _journal);
        error = failure?.Sentence;
        if (failure is not null) return null;
        _have = new Bitfield(_journal!.Trusted);
        for (int i = _journal.Suspect.NextSet(0); i >= 0; i = _journal.Suspect.NextSet(i + 1))
        {
            PieceIndex piece = _torrent.Geometry.Piece(i);
            if (Verify(piece)) _have.Set(piece);
        }
        _journal.NoteCheck(_journal.Suspect, _have);
        Unfinished = [.. _journal.Unfinished.Where(run => !_have[run.Piece])];
        return new Bitfield(_have);
    }

    /// <summary>Begins to take blocks, now that the hashes are known as well as they are.</summary>
    public void Begin(Protocol.Merkle.HashForest? forest)
    {
        var hashes = new PieceHashes(_torrent.Info, forest is null ? null : forest.TryPieceRoot);
        _intake = new BlockIntake(_storage!, hashes, this, _have, Schedule);
        _intake.Restore(Unfinished);
        _journal!.Follow(_intake);
        foreach (BlockSpan run in Unfinished)
            _stored[run.Piece.Value] = _stored.GetValueOrDefault(run.Piece.Value) + run.BlockCount;
    }

    public bool Store(BlockSpan block, SlabSlice bytes, bool isSpoiled)
    {
        bool isTaken = _intake!.Accept(block.Piece, block.Begin, bytes);
        if (isTaken) _stored[block.Piece.Value] = _stored.GetValueOrDefault(block.Piece.Value) + 1;
        return isTaken;
    }

    public void EndTurn() => _intake?.Submit();

    public void Forget(PieceIndex piece)
    {
        _stored.Remove(piece.Value);
        _intake!.Forget(piece);
    }

    public void Recheck(PieceIndex piece) => _intake!.Recheck(piece);

    public void HashBlocks(PieceIndex piece) => _peer.Later(Work(0), () =>
    {
        byte[] bytes = new byte[_torrent.Geometry.BlockCount(piece) * Sha256Hash.Length];
        if (_intake!.HashBlocks(piece, bytes) is { } error) _peer.DiskFailed(error.Sentence);
        else _peer.BlocksHashed(piece, [.. bytes.Chunk(Sha256Hash.Length).Select(hash => new Sha256Hash(hash))]);
    });

    public bool Read(BlockSpan block, Span<byte> into)
    {
        byte[] bytes = new byte[block.Length];
        bool isRead = _storage!.Read(block, [bytes]) is null;
        bytes.CopyTo(into);
        return isRead;
    }

    public void Tick(TimeSpan now)
    {
        if (_journal is { } journal && journal.IsCheckpointDue(now)) journal.Checkpoint(now);
    }

    public void Complete() => _journal?.Complete();

    public void Close(bool isCrash)
    {
        if (isCrash)
        {
            _work.Clear();
            _files.Crash();
            if (_peer.Group.Disk.TearsOnCrash) _boot = NewBoot();
        }
        else
        {
            EndWork();
            _storage?.Dispose();
            _handles?.Dispose();
        }
        _stored.Clear();
        (_intake, _journal, _storage, _handles) = (null, null, null, null);
    }

    void IVerdictSink.OnVerdict(PieceVerdict verdict)
    {
        PieceIndex piece = verdict.Piece;
        if (verdict.Outcome == PieceOutcome.Good)
        {
            _have.Set(piece);
            _journal?.Append(piece);
        }
        // The torrent's actor hears of it on the disk's thread when it is idle, and later when it is not.
        bool isIdle = _peer.Random.Next(2) == 0 && _peer.IsOnline && verdict.Error is null;
        if (isIdle) Tell(verdict);
        else _peer.Later(TimeSpan.Zero, () => Tell(verdict));
    }

    void IVerdictSink.OnSettled(long bytes) => _peer.Settled(bytes);

    // A defect in an experiment is to be seen, not survived.
    void IVerdictSink.OnFault(Exception fault) => ExceptionDispatchInfo.Throw(fault);

    private void Tell(FormattableString what)
    {
        EventLog log = _peer.Network.Log;
        if (log.IsOn) log.Write($"{_peer.Number}'s disk {FormattableString.Invariant(what)}");
    }

    private void Tell(PieceVerdict verdict)
    {
        switch (verdict.Outcome)
        {
            case PieceOutcome.Good: _peer.PieceChecked(verdict.Piece, PieceResult.Good); break;
            case PieceOutcome.BadHash: _peer.PieceChecked(verdict.Piece, PieceResult.Bad); break;
            case PieceOutcome.RootUnknown: _peer.PieceChecked(verdict.Piece, PieceResult.HashUnknown); break;
            default: _peer.DiskFailed(verdict.Error?.Sentence ?? $"Piece {verdict.Piece} is gone."); break;
        }
    }

    private void Schedule(IThreadPoolWorkItem item)
    {
        _work.Add(item);
        _peer.Later(Work(_intake!.QueuedBytes), () =>
        {
            if (_work.Remove(item)) item.Execute();
        });
    }

    // Polite: what was received is written before the files are closed.
    private void EndWork()
    {
        while (_work.Count > 0)
        {
            IThreadPoolWorkItem item = _work[0];
            _work.RemoveAt(0);
            item.Execute();
        }
        _journal?.Close();
        if (_intake is not { } intake) return;
        ValueTask closing = intake.DisposeAsync();
        if (!closing.IsCompletedSuccessfully) throw new InvalidOperationException("The intake still has work.");
    }

    private TimeSpan Work(long bytes)
    {
        TimeSpan now = _peer.Network.Now;
        if (_freeAt < now) _freeAt = now;
        long rate = _peer.Group.Disk.BytesPerSecond;
        if (rate > 0) _freeAt += TimeSpan.FromSeconds((double)bytes / rate);
        return _freeAt - now + TimeSpan.FromMilliseconds(_peer.Random.Next(MostWorkMilliseconds));
    }

    private bool Verify(PieceIndex piece)
    {
        PieceGeometry geometry = _torrent.Geometry;
        byte[] bytes = new byte[geometry.PayloadLength(piece)];
        if (_storage!.Read(new BlockSpan(piece, 0, bytes.Length), [bytes]) is not null) return false;
        var hashes = new PieceHashes(_torrent.Info, Roots());
        int most = (geometry.PieceLength + PieceGeometry.BlockLength - 1) / PieceGeometry.BlockLength;
        using var hasher = new PieceHasher(hashes.HasV1, hashes.HasV2, most);
        hasher.AppendV1(bytes);
        hasher.AddLeaves(0, bytes);
        hasher.FinishLeaves();
        hasher.FinishV1(geometry.Length(piece) - bytes.Length);
        return hashes.Judge(piece, hasher.Sha1, hasher.Leaves(geometry.BlockCount(piece))) == PieceOutcome.Good;
    }

    private PieceRootLookup? Roots() => _torrent.Info.Hashes.V2 is null
        ? null
        : new Protocol.Merkle.HashForest(_torrent.Info, _torrent.Metainfo.PieceLayers).TryPieceRoot;

    private Guid NewBoot()
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, _peer.Random.NextBits());
        BitConverter.TryWriteBytes(bytes[8..], _peer.Random.NextBits());
        return new Guid(bytes);
    }
}
