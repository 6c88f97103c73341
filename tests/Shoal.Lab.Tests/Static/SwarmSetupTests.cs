using Shoal.Clients;
using Shoal.Engine;
using Shoal.Lab.Static;
using Shoal.Protocol.Torrents;

namespace Shoal.Lab.Tests.Static;

public sealed class SwarmSetupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shoal-lab-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_swarm_on_one_machine_is_set_up_with_everything_it_needs()
    {
        SetupReport report = await RunAsync(new SetupOptions
        {
            Folder = _folder, Peers = 3, FirstPort = 7000, FileSize = 100_000, PieceSize = 16_384,
        });
        Assert.Equal("1001 localhost 7000 1\n1002 localhost 7001 0\n1003 localhost 7002 0\n", Read("PeerInfo.cfg"));
        Assert.Equal(
            "NumberOfPreferredNeighbors 2\nUnchokingInterval 5\nOptimisticUnchokingInterval 15\n"
                + "FileName TheFile.dat\nFileSize 100000\nPieceSize 16384\n",
            Read("Common.cfg"));
        Assert.Equal(100_000, new FileInfo(Path.Combine(_folder, "peer_1001", "TheFile.dat")).Length);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder, "peer_1002")));
        VerifyReport verified = await VerifyAsync(report.Torrent, "peer_1001");
        Assert.True(verified.IsComplete);
        Assert.Equal(7, verified.PieceCount);
        Assert.Contains("for id in 1001 1002 1003; do", Read("run_peers.sh"), StringComparison.Ordinal);
        Assert.True(OperatingSystem.IsWindows()
            || File.GetUnixFileMode(report.Scripts[0]).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public async Task Windows_gets_its_own_scripts()
    {
        SetupReport report = await RunAsync(new SetupOptions
        {
            Folder = _folder, Peers = 2, FileSize = 1000, Windows = true, Program = @"C:\it's\shoal.exe",
        });
        Assert.Equal(["run_peers.cmd", "run_peers.ps1"], report.Scripts.Select(Path.GetFileName));
        Assert.False(File.Exists(Path.Combine(_folder, "run_peers.sh")));
        Assert.Contains("in 1001, 1002)", Read("run_peers.ps1"), StringComparison.Ordinal);
        Assert.Contains(@"'C:\it''s\shoal.exe'", Read("run_peers.ps1"), StringComparison.Ordinal);
        Assert.Contains("run_peers.ps1\"\r\n", Read("run_peers.cmd"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_machine_gets_its_part_and_the_same_hashes_whether_or_not_it_has_the_file()
    {
        IReadOnlyList<Machine> machines =
        [
            new("A", "10.0.0.1", [new StaticMember(1001, "10.0.0.1", 6008, true)]),
            new("B", "10.0.0.2",
                [new StaticMember(1002, "10.0.0.2", 6008, false), new StaticMember(1003, "10.0.0.2", 6009, false)]),
        ];
        string a = Path.Combine(_folder, "a");
        string b = Path.Combine(_folder, "b");
        SetupOptions options = new()
        {
            Folder = a, Machines = machines, Machine = machines[0], FileSize = 70_000, PieceSize = 16_384,
        };
        await RunAsync(options);
        await RunAsync(options with { Folder = b, Machine = machines[1] });
        foreach (string name in (string[])["Common.cfg", "PeerInfo.cfg", "TheFile.dat.torrent"])
            Assert.Equal(await BytesAsync(a, name), await BytesAsync(b, name));
        Assert.Equal(["peer_1001"], Directory.GetDirectories(a).Select(Path.GetFileName));
        Assert.Equal(["peer_1002", "peer_1003"], Directory.GetDirectories(b).Select(Path.GetFileName).Order());
        Assert.Equal(["Common.cfg", "PeerInfo.cfg", "TheFile.dat.torrent", "run_peers.sh"],
            Directory.GetFiles(b).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_torrent_that_was_copied_to_a_machine_without_the_file_tells_it_the_sizes()
    {
        IReadOnlyList<Machine> machines =
        [
            new("A", "10.0.0.1", [new StaticMember(1001, "10.0.0.1", 6008, true)]),
            new("B", "10.0.0.2", [new StaticMember(1002, "10.0.0.2", 6008, false)]),
        ];
        string own = Path.Combine(_folder, "own.txt");
        await File.WriteAllTextAsync(own, "not noise", TestContext.Current.CancellationToken);
        string a = Path.Combine(_folder, "a");
        string b = Directory.CreateDirectory(Path.Combine(_folder, "b")).FullName;
        SetupOptions options = new()
        {
            Folder = a, Machines = machines, Machine = machines[0], Content = own, PieceSize = 65_536,
        };
        await RunAsync(options);
        File.Copy(Path.Combine(a, "TheFile.dat.torrent"), Path.Combine(b, "TheFile.dat.torrent"));
        SetupOptions second = options with { Folder = b, Machine = machines[1], Content = null, PieceSize = null };
        await RunAsync(second);
        Assert.Equal(await BytesAsync(a, "Common.cfg"), await BytesAsync(b, "Common.cfg"));
        LabException error =
            await Assert.ThrowsAsync<LabException>(() => RunAsync(second with { FileSize = 1000 }));
        Assert.Contains("made for 9 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_ones_own_is_handed_out_and_an_earlier_run_is_forgotten()
    {
        string own = Path.Combine(_folder, "own.txt");
        await File.WriteAllTextAsync(own, "a text of one's own", TestContext.Current.CancellationToken);
        SetupOptions options = new()
        {
            Folder = _folder, Peers = 2, Content = own, Common = new CommonConfig { FileName = "text" },
        };
        await RunAsync(options);
        File.Copy(own, Path.Combine(_folder, "peer_1002", "text"));
        await RunAsync(options);
        Assert.Equal("a text of one's own", Read("peer_1001/text"));
        Assert.False(File.Exists(Path.Combine(_folder, "peer_1002", "text")));
    }

    [Fact]
    public async Task A_peer_with_a_wrong_file_or_a_wrong_setting_does_not_start()
    {
        await RunAsync(
            new SetupOptions { Folder = _folder, Peers = 2, FileSize = 40_000, FirstPort = FreePort.Next() });
        string file = Path.Combine(_folder, "peer_1001", "TheFile.dat");
        byte[] bytes = await BytesAsync(_folder, "peer_1001/TheFile.dat");
        bytes[20_000] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        await FailsAsync("PeerInfo.cfg line 1: peer 1001 is said to have the file, but ");
        File.Delete(file);
        await FailsAsync("PeerInfo.cfg line 1: peer 1001 is said to have the file, but ");
        string common = Read("Common.cfg");
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "Common.cfg"),
            common.Replace("40000", "40001", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        await FailsAsync("Common.cfg line 5: FileSize is 40001, but TheFile.dat.torrent was made for 40000");
        File.Delete(Path.Combine(_folder, "TheFile.dat.torrent"));
        await FailsAsync("There is no ");
    }

    private async Task FailsAsync(string sentence)
    {
        LabException error = await Assert.ThrowsAsync<LabException>(() => StaticPeer.StartAsync(
            new StaticPeerOptions { Folder = _folder, Id = 1001 }, TestContext.Current.CancellationToken));
        Assert.StartsWith(sentence, error.Message, StringComparison.Ordinal);
    }

    private static Task<SetupReport> RunAsync(SetupOptions options) =>
        SwarmSetup.RunAsync(options, TestContext.Current.CancellationToken);

    private async Task<VerifyReport> VerifyAsync(string torrent, string peer)
    {
        Metainfo metainfo = await TorrentEngine.ReadAsync(
            new TorrentSource.File(torrent), cancellationToken: TestContext.Current.CancellationToken);
        return await TorrentCreator.VerifyAsync(
            metainfo, Path.Combine(_folder, peer), cancellationToken: TestContext.Current.CancellationToken);
    }

    private string Read(string name) => File.ReadAllText(Path.Combine(_folder, name));

    private static Task<byte[]> BytesAsync(string folder, string name) =>
        File.ReadAllBytesAsync(Path.Combine(folder, name), TestContext.Current.CancellationToken);
}
