using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Files;
using Shoal.Storage.Resume;
using Shoal.Storage.Tests.Fakes;
using Shoal.TestKit;

namespace Shoal.Storage.Tests.Resume;

/// <summary>Whatever is in the file, a piece is only trusted if a whole record of this torrent says so.</summary>
public sealed class JournalDamageTests : IDisposable
{
    private readonly MemoryFileSystem _disk = new();
    private readonly TestTorrent _torrent = TestTorrents.Create(TorrentVersion.V1, 16 * 1024, ("a", 100_000));
    private readonly TorrentStorage _storage;
    private readonly string _path;

    public JournalDamageTests()
    {
        Assert.Null(TorrentStorage.Open(
            _torrent.Info, "/d", StorageOptions.Default, new FileHandlePool(_disk), out TorrentStorage? storage));
        _storage = storage!;
        _disk["/d/a"] = _torrent.PieceSpace;
        _path = $"/d/.a.{_torrent.Info.Hashes.ToString()[..8]}.shoal";
    }

    public void Dispose() => _storage.Dispose();

    [Fact]
    public void A_journal_cut_at_any_byte_keeps_what_is_whole_and_goes_on_from_there()
    {
        byte[] whole = Journal(_torrent.Info, 1, 4, 2);
        for (int length = 0; length <= whole.Length; length++)
        {
            _disk[_path] = whole[..length];
            using (ResumeJournal journal = Open())
            {
                if (length < JournalFormat.HeaderLength) Assert.True(journal.Suspect.IsFull);
                int records = (length - (whole.Length - 3 * 12)) / 12;
                AssertPieces(new[] { 1, 4, 2 }[..Math.Clamp(records, 0, 3)], journal.Trusted);
                Assert.Null(journal.Append(_torrent.Geometry.Piece(5)));
            }
            using (ResumeJournal journal = Open()) Assert.True(journal.Trusted[5]);
        }
    }

    [Fact]
    public void A_changed_byte_anywhere_adds_no_piece()
    {
        byte[] whole = Journal(_torrent.Info, 1, 4, 2);
        for (int at = 0; at < whole.Length; at++)
        {
            foreach (byte change in new byte[] { 1, 0x80, 0xff })
            {
                byte[] changed = [.. whole];
                changed[at] ^= change;
                _disk[_path] = changed;
                using ResumeJournal journal = Open();
                for (int i = 0; i < journal.Trusted.Length; i++)
                    if (journal.Trusted[i]) Assert.Contains(i, new[] { 1, 4, 2 });
                Assert.False(journal.Trusted.Count == 3);
            }
        }
    }

    [Fact]
    public void The_journal_of_another_torrent_counts_for_nothing()
    {
        TestTorrent other = TestTorrents.Create(TorrentVersion.V1, 16 * 1024, ("b", 100_000));
        byte[] foreign = Journal(other.Info, 1, 4, 2);
        _disk[_path] = foreign;
        AssertNothing();
        // Its records do not count behind the right header either.
        byte[] mixed = [.. JournalFormat.Header(_torrent.Info), .. foreign[JournalFormat.HeaderLength..]];
        _disk[_path] = mixed;
        using ResumeJournal journal = Open();
        AssertPieces([], journal.Trusted);
    }

    [Fact]
    public void A_journal_of_a_later_version_counts_for_nothing()
    {
        byte[] later = Journal(_torrent.Info, 1, 4, 2);
        later[8]++;
        _disk[_path] = later;
        AssertNothing();
    }

    [Fact]
    public void Empty_files_zeros_and_noise_count_for_nothing()
    {
        var random = new Random(7);
        foreach (int length in new[] { 0, 1, 59, 60, 61, 1000, 100_000 })
        {
            byte[] noise = new byte[length];
            _disk[_path] = [.. noise];
            AssertNothing();
            random.NextBytes(noise);
            _disk[_path] = noise;
            AssertNothing();
        }
    }

    [Fact]
    public void Records_with_impossible_content_end_the_journal()
    {
        byte[] header = JournalFormat.Header(_torrent.Info);
        uint seed = JournalFormat.SeedOf(header);
        (JournalRecordKind Kind, byte[] Payload)[] bad =
        [
            (JournalRecordKind.Piece, [7, 0, 0, 0]), (JournalRecordKind.Piece, [0xff, 0xff, 0xff, 0xff]),
            (JournalRecordKind.Piece, [1]), (JournalRecordKind.Snapshot, [0xff]), (JournalRecordKind.Snapshot, []),
            (JournalRecordKind.Session, [1]), (JournalRecordKind.Durable, [1]), ((JournalRecordKind)99, []),
            (JournalRecordKind.Blocks, [2, 0, 0, 0, 0, 0, 0, 0]), (JournalRecordKind.Blocks, Numbers(7, 0, 1)),
            (JournalRecordKind.Blocks, Numbers(-1, 0, 1)), (JournalRecordKind.Blocks, Numbers(2, -1, 1)),
            (JournalRecordKind.Blocks, Numbers(2, 0, 0)), (JournalRecordKind.Blocks, Numbers(2, 0, 2)),
            (JournalRecordKind.Blocks, Numbers(2, 1, int.MaxValue)),
        ];
        foreach ((JournalRecordKind kind, byte[] payload) in bad)
        {
            byte[] records = new byte[1000];
            int length = JournalFormat.Write(records, seed, JournalRecordKind.Piece, [1, 0, 0, 0]);
            int good = length;
            length += JournalFormat.Write(records.AsSpan(length), seed, kind, payload);
            length += JournalFormat.Write(records.AsSpan(length), seed, JournalRecordKind.Piece, [2, 0, 0, 0]);
            byte[] journal = [.. header, .. records[..length]];
            JournalReplay? replay = JournalReplay.Of(journal, header, _torrent.Geometry, Guid.Empty);
            Assert.Equal(header.Length + good, replay!.ValidLength);
            AssertPieces([1], replay.Have);
        }
    }

    private static byte[] Numbers(params int[] numbers) => [.. numbers.SelectMany(BitConverter.GetBytes)];

    private void AssertNothing()
    {
        using (ResumeJournal journal = Open())
        {
            Assert.True(journal.Trusted.IsEmpty);
            Assert.True(journal.Suspect.IsFull);
            Assert.Null(journal.Append(_torrent.Geometry.Piece(3)));
        }
        using (ResumeJournal journal = Open()) AssertPieces([3], journal.Trusted);
    }

    private byte[] Journal(TorrentInfo info, params int[] pieces)
    {
        string path = $"/d/.{info.Name}.{info.Hashes.ToString()[..8]}.shoal";
        Assert.Null(TorrentStorage.Open(
            info, "/d", StorageOptions.Default, new FileHandlePool(_disk), out TorrentStorage? storage));
        Assert.Null(ResumeJournal.Open(info, storage!, _disk, Guid.Empty, out ResumeJournal? journal));
        foreach (int piece in pieces) Assert.Null(journal!.Append(info.Geometry.Piece(piece)));
        journal!.Dispose();
        storage!.Dispose();
        byte[] bytes = _disk[path];
        _disk.Delete(path);
        return bytes;
    }

    private ResumeJournal Open()
    {
        Assert.Null(ResumeJournal.Open(_torrent.Info, _storage, _disk, Guid.Empty, out ResumeJournal? journal));
        return journal!;
    }

    private static void AssertPieces(int[] expected, Bitfield actual) =>
        Assert.Equal(expected.Order(), Enumerable.Range(0, actual.Length).Where(i => actual[i]));
}
