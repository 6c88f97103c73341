using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Files;
using Shoal.Storage.Resume;
using Shoal.Storage.Tests.Fakes;
using Shoal.TestKit;

namespace Shoal.Storage.Tests.Resume;

public sealed class ResumeJournalTests : IDisposable
{
    private static readonly Guid Boot = new(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    private static readonly Guid NextBoot = new(2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);

    private readonly MemoryFileSystem _disk = new();
    private readonly TestTorrent _torrent = TestTorrents.Create(
        TorrentVersion.V1, 16 * 1024, ("a", 50_000), ("b", 50_000), ("c", 0));
    private readonly TorrentStorage _storage;
    private readonly string _path;

    public ResumeJournalTests()
    {
        _storage = OpenStorage(StorageOptions.Default);
        _path = $"/d/.shoal.{_torrent.Info.Hashes.ToString()[..8]}.shoal";
    }

    public void Dispose() => _storage.Dispose();

    [Fact]
    public void Without_a_journal_everything_is_to_be_checked()
    {
        using ResumeJournal journal = Open();
        Assert.True(journal.IsPersistent);
        Assert.True(journal.Trusted.IsEmpty);
        Assert.True(journal.Suspect.IsFull);
        Assert.Contains(_path, _disk.Paths);
    }

    [Fact]
    public void A_check_that_was_not_finished_is_to_be_made_again()
    {
        for (int i = 0; i < 4; i++) Put(i);
        Kill(Open());
        using (ResumeJournal second = Open())
        {
            AssertPieces([0, 1, 2, 3], second.Suspect);
            Bitfield good = NoPieces();
            good.Set(1);
            Assert.Null(second.NoteCheck(second.Suspect, good));
        }
        using ResumeJournal third = Open();
        AssertPieces([1], third.Trusted);
        AssertPieces([], third.Suspect);
    }

    [Fact]
    public void What_a_full_check_finds_wrong_is_trusted_no_more()
    {
        Kill(Remember(0, 2, 5));
        using (ResumeJournal second = Open())
        {
            Bitfield seen = NoPieces();
            seen.SetAll();
            Bitfield good = NoPieces();
            good.Set(2);
            Assert.Null(second.NoteCheck(seen, good));
        }
        using ResumeJournal third = Open();
        AssertPieces([2], third.Trusted);
        AssertPieces([], third.Suspect);
    }

    [Fact]
    public void A_check_of_some_pieces_in_doubt_leaves_the_others_so()
    {
        Kill(Remember(null, 0, 2, 5));
        using (ResumeJournal second = Open(null))
        {
            AssertPieces([0, 2, 5], second.Suspect);
            Bitfield seen = NoPieces();
            seen.Set(0);
            seen.Set(2);
            Bitfield good = NoPieces();
            good.Set(2);
            Assert.Null(second.NoteCheck(seen, good));
            Assert.Null(second.Checkpoint(TimeSpan.Zero));
        }
        using ResumeJournal third = Open(null);
        AssertPieces([2], third.Trusted);
        AssertPieces([5], third.Suspect);
    }

    [Fact]
    public void A_killed_process_loses_no_finished_piece()
    {
        Kill(Remember(0, 2, 5));
        using ResumeJournal journal = Open();
        AssertPieces([0, 2, 5], journal.Trusted);
        AssertPieces([], journal.Suspect);
    }

    [Fact]
    public void A_torrent_may_become_complete_while_a_checkpoint_waits_for_the_disk()
    {
        using ResumeJournal journal = Remember(0, 2, 5);
        int handles = _disk.OpenHandles;
        StorageError? completing = null;
        _disk.Fault = (operation, path) =>
        {
            if (operation == "flush" && path == _path) completing ??= journal.Complete();
            return null;
        };

        Assert.Null(journal.Checkpoint(TimeSpan.Zero));

        Assert.Null(completing);
        Assert.DoesNotContain(_path, _disk.Paths);
        Assert.Equal(handles - 1, _disk.OpenHandles);
    }

    [Fact]
    public void Pieces_that_were_lost_again_do_not_count()
    {
        ResumeJournal first = Remember(0, 2, 5);
        Assert.Null(first.Remove(Piece(2)));
        Kill(first);
        using ResumeJournal journal = Open();
        AssertPieces([0, 5], journal.Trusted);
    }

    [Fact]
    public void After_a_power_cut_only_pieces_before_the_last_checkpoint_count()
    {
        ResumeJournal first = Remember(0, 2);
        Assert.Null(first.Checkpoint(TimeSpan.Zero));
        Put(3);
        Assert.Null(first.Append(Piece(3)));
        Kill(first);
        using (ResumeJournal journal = Open(NextBoot))
        {
            AssertPieces([0, 2], journal.Trusted);
            AssertPieces([3], journal.Suspect);
        }
        // Nobody checked piece 3, so it is still in doubt.
        using (ResumeJournal journal = Open(NextBoot))
        {
            AssertPieces([3], journal.Suspect);
            Assert.Null(journal.Append(Piece(3)));
        }
        using (ResumeJournal journal = Open(NextBoot)) AssertPieces([0, 2, 3], journal.Trusted);
    }

    [Fact]
    public void Where_starts_of_the_system_are_not_known_each_process_counts_as_one()
    {
        Kill(Remember(null, 0, 2));
        using ResumeJournal journal = Open(null);
        AssertPieces([], journal.Trusted);
        AssertPieces([0, 2], journal.Suspect);
    }

    [Fact]
    public void Data_of_a_killed_process_is_flushed_by_the_next_checkpoint()
    {
        Kill(Remember(0, 2));
        using TorrentStorage storage = OpenStorage(StorageOptions.Default);
        Assert.Null(ResumeJournal.Open(_torrent.Info, storage, _disk, Boot, out ResumeJournal? journal));
        Assert.True(journal!.IsCheckpointDue(ResumeJournal.CheckpointInterval));
        var flushed = new List<string>();
        _disk.Fault = (operation, path) =>
        {
            if (operation == "flush") flushed.Add(path);
            return null;
        };
        Assert.Null(journal.Checkpoint(TimeSpan.Zero));
        Assert.Equal(["/d/shoal/a", _path], flushed);
        journal.Dispose();
    }

    [Fact]
    public void A_checkpoint_flushes_data_before_it_says_so()
    {
        using ResumeJournal journal = Remember(0, 2, 5);
        var calls = new List<string>();
        _disk.Fault = (operation, path) =>
        {
            calls.Add($"{operation} {Path.GetExtension(path)}");
            return null;
        };
        Assert.Null(journal.Checkpoint(TimeSpan.Zero));
        Assert.Equal(["flush ", "flush ", "write .shoal", "flush .shoal"], calls);
    }

    [Fact]
    public void A_piece_finished_while_a_checkpoint_runs_waits_for_the_next()
    {
        ResumeJournal first = Remember(0);
        Put(1);
        bool isFirst = true;
        _disk.Fault = (operation, path) =>
        {
            if (operation != "flush" || !isFirst) return null;
            isFirst = false;
            Assert.Null(first.Append(Piece(1)));
            return null;
        };
        Assert.Null(first.Checkpoint(TimeSpan.Zero));
        Assert.True(first.IsCheckpointDue(ResumeJournal.CheckpointInterval));
        Kill(first);
        using ResumeJournal journal = Open(NextBoot);
        AssertPieces([0], journal.Trusted);
        AssertPieces([1], journal.Suspect);
    }

    [Fact]
    public void Data_that_cannot_be_flushed_is_not_said_to_be_safe()
    {
        ResumeJournal first = Remember(0);
        _disk.Fault = (operation, path) => operation == "flush" ? new StorageError(StorageFault.Other, "bad") : null;
        Assert.NotNull(first.Checkpoint(TimeSpan.Zero));
        _disk.Fault = (_, _) => null;
        Kill(first);
        using ResumeJournal journal = Open(NextBoot);
        AssertPieces([0], journal.Suspect);
    }

    [Fact]
    public void A_checkpoint_is_due_after_five_seconds_or_64_mebibytes_with_something_new()
    {
        using ResumeJournal journal = Open();
        Assert.False(journal.IsCheckpointDue(TimeSpan.FromHours(1)));
        Put(0);
        Assert.Null(journal.Append(Piece(0)));
        Assert.False(journal.IsCheckpointDue(TimeSpan.FromSeconds(4.9)));
        Assert.True(journal.IsCheckpointDue(TimeSpan.FromSeconds(5)));
        Assert.Null(journal.Checkpoint(TimeSpan.FromSeconds(5)));
        Assert.False(journal.IsCheckpointDue(TimeSpan.FromHours(1)));
        for (int i = 0; i < ResumeJournal.CheckpointBytes / (16 * 1024); i++) Assert.Null(journal.Append(Piece(0)));
        Assert.True(journal.IsCheckpointDue(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void After_an_orderly_end_a_file_that_changed_is_checked_again()
    {
        Assert.Null(Remember(0, 1, 3, 5, 6).Close());
        using (ResumeJournal journal = Open(NextBoot)) AssertPieces([0, 1, 3, 5, 6], journal.Trusted);

        Assert.Null(Remember(Boot).Close());
        _disk.Touch("/d/shoal/b");
        for (int round = 0; round < 2; round++)
        {
            using ResumeJournal journal = Open();
            AssertPieces([0, 1], journal.Trusted);
            AssertPieces([3, 5, 6], journal.Suspect);
        }
    }

    [Fact]
    public void A_piece_past_the_end_of_its_file_is_gone_even_when_the_file_grows_again()
    {
        Kill(Remember(0, 1, 2));
        Assert.Null(_disk.Open("/d/shoal/a", FileUse.ReadWrite, out IFileHandle? file));
        using (file) Assert.Null(file!.SetLength(32_767));
        using (ResumeJournal journal = Open())
        {
            AssertPieces([0], journal.Trusted);
            AssertPieces([], journal.Suspect);
        }
        Put(2);
        using (ResumeJournal journal = Open())
        {
            AssertPieces([0], journal.Trusted);
            AssertPieces([1, 2], journal.Suspect);
        }
    }

    [Fact]
    public void A_second_process_is_kept_away_until_the_first_ends()
    {
        ResumeJournal first = Remember(0);
        StorageError? error = ResumeJournal.Open(_torrent.Info, _storage, _disk, Boot, out ResumeJournal? second);
        Assert.Null(second);
        Assert.Equal(StorageFault.Locked, error!.Kind);
        Assert.Equal("Another process downloads 'shoal' to '/d'. Stop that one first.", error.Sentence);
        Kill(first);
        using ResumeJournal journal = Open();
        AssertPieces([0], journal.Trusted);
    }

    [Fact]
    public void A_second_process_is_kept_away_on_the_real_disk_too()
    {
        using var folder = new TemporaryFolder();
        RealFileSystem disk = RealFileSystem.Instance;
        using var handles = new FileHandlePool(disk);
        Assert.Null(TorrentStorage.Open(_torrent.Info, folder.Path, StorageOptions.Default, handles, out var storage));
        Assert.Null(ResumeJournal.Open(_torrent.Info, storage!, disk, out ResumeJournal? first));
        StorageError? error = ResumeJournal.Open(_torrent.Info, storage!, disk, out _);
        Assert.Equal(StorageFault.Locked, error!.Kind);
        Assert.Null(first!.Append(Piece(0)));
        first.Dispose();
        Assert.Null(storage!.Write(Piece(0), 0, [_torrent.Piece(Piece(0))]));
        Assert.Null(ResumeJournal.Open(_torrent.Info, storage, disk, out ResumeJournal? journal));
        AssertPieces([0], OperatingSystem.IsLinux() ? journal!.Trusted : journal!.Suspect);
        Assert.Null(journal.Complete());
        Assert.Empty(Directory.GetFiles(folder.Path, "*.shoal"));
        storage.Dispose();
    }

    [Fact]
    public void A_complete_torrent_leaves_no_journal()
    {
        ResumeJournal journal = Remember(0);
        int open = _disk.OpenHandles;
        Assert.Null(journal.Complete());
        Assert.DoesNotContain(_path, _disk.Paths);
        Assert.Equal(open - 1, _disk.OpenHandles);
    }

    [Fact]
    public void Where_nothing_can_be_written_nothing_is_remembered()
    {
        _disk.Fault = (operation, path) => operation == "open" && path == _path
            ? new StorageError(StorageFault.Denied, "no")
            : null;
        using (ResumeJournal journal = Open()) AssertForgetful(journal);
        _disk.Fault = (_, _) => null;
        using TorrentStorage storage = OpenStorage(new StorageOptions { ReadOnly = true });
        Assert.Null(ResumeJournal.Open(_torrent.Info, storage, _disk, Boot, out ResumeJournal? other));
        AssertForgetful(other!);
        Assert.DoesNotContain(_path, _disk.Paths);
    }

    [Fact]
    public void A_link_in_the_place_of_the_journal_is_refused()
    {
        _disk.Link(_path, "/etc/passwd");
        StorageError? error = ResumeJournal.Open(_torrent.Info, _storage, _disk, Boot, out _);
        Assert.Equal(StorageFault.Denied, error!.Kind);
    }

    [Fact]
    public void A_write_that_fails_is_overwritten_by_the_next()
    {
        ResumeJournal first = Remember(0);
        _disk.Free = 5;
        Put(1, free: true);
        _disk.Free = 5;
        Assert.Equal(StorageFault.DiskFull, first.Append(Piece(1))!.Kind);
        _disk.Free = long.MaxValue;
        Assert.Null(first.Append(Piece(1)));
        Kill(first);
        using ResumeJournal journal = Open();
        AssertPieces([0, 1], journal.Trusted);
    }

    [Fact]
    public void A_long_journal_is_written_anew_and_says_the_same()
    {
        ResumeJournal first = Remember(0, 3);
        Assert.Null(first.Checkpoint(TimeSpan.Zero));
        Put(5);
        for (int i = 0; i < 400_000; i++) Assert.Null(first.Append(Piece(5)));
        Kill(first);
        Assert.True(_disk[_path].Length > 4 << 20);
        using (ResumeJournal journal = Open()) AssertPieces([0, 3, 5], journal.Trusted);
        Assert.InRange(_disk[_path].Length, 1, 1000);
        Assert.DoesNotContain(_path + ".tmp", _disk.Paths);
        using (ResumeJournal journal = Open()) AssertPieces([0, 3, 5], journal.Trusted);
        using (ResumeJournal journal = Open(NextBoot))
        {
            AssertPieces([0, 3], journal.Trusted);
            AssertPieces([5], journal.Suspect);
        }
    }

    private void AssertForgetful(ResumeJournal journal)
    {
        Assert.False(journal.IsPersistent);
        Assert.True(journal.Suspect.IsFull);
        Assert.Null(journal.Append(Piece(0)));
        Assert.False(journal.IsCheckpointDue(TimeSpan.FromHours(1)));
        Assert.Null(journal.Checkpoint(TimeSpan.Zero));
        Assert.Null(journal.Close());
        Assert.Null(journal.Complete());
    }

    private PieceIndex Piece(int number) => _torrent.Geometry.Piece(number);

    private static void AssertPieces(int[] expected, Bitfield actual) =>
        Assert.Equal(expected, Enumerable.Range(0, actual.Length).Where(i => actual[i]));

    private static void Kill(ResumeJournal journal) => journal.Dispose();

    private void Put(int piece, bool free = false)
    {
        if (free) _disk.Free = long.MaxValue;
        Assert.Null(_storage.Write(Piece(piece), 0, [_torrent.Piece(Piece(piece))]));
    }

    private ResumeJournal Remember(params int[] pieces) => Remember(Boot, pieces);

    private ResumeJournal Remember(Guid? boot, params int[] pieces)
    {
        ResumeJournal journal = Open(boot);
        Assert.Null(journal.NoteCheck(journal.Suspect, NoPieces()));
        foreach (int piece in pieces)
        {
            Put(piece);
            Assert.Null(journal.Append(Piece(piece)));
        }
        return journal;
    }

    private Bitfield NoPieces() => new(_torrent.Geometry.PieceCount);

    private ResumeJournal Open() => Open(Boot);

    private ResumeJournal Open(Guid? boot)
    {
        Assert.Null(ResumeJournal.Open(_torrent.Info, _storage, _disk, boot, out ResumeJournal? journal));
        return journal!;
    }

    private TorrentStorage OpenStorage(StorageOptions options)
    {
        Assert.Null(TorrentStorage.Open(_torrent.Info, "/d", options, new FileHandlePool(_disk), out var storage));
        return storage!;
    }
}
