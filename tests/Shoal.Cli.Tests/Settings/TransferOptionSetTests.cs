using System.CommandLine;
using System.Net;
using Shoal.Cli.Settings;
using Shoal.Engine;

namespace Shoal.Cli.Tests.Settings;

public sealed class TransferOptionSetTests
{
    [Fact]
    public void Options_become_settings_of_the_engine_and_of_the_torrent()
    {
        TransferSettings settings = Read(
            [],
            "--dir", "sub", "--port", "7", "--bind", "::1", "--down", "2M", "--up", "1MB", "--tracker", "udp://t:1",
            "--peer", "a:1", "--peer", "[::1]:2", "--select", "1,3", "--select", "*.txt", "--on-complete", "/bin/true");
        EngineOptions engine = settings.ToEngineOptions();
        TorrentOptions torrent = settings.ToTorrentOptions();
        Assert.Equal((7, IPAddress.IPv6Loopback), (engine.Port, engine.BindAddress));
        Assert.Equal((2 << 20, 1_000_000), (engine.DownloadBytesPerSecond, engine.UploadBytesPerSecond));
        Assert.Equal(Path.GetFullPath("sub"), torrent.Directory);
        Assert.Equal(["udp://t:1"], torrent.Trackers);
        Assert.Equal([new DnsEndPoint("a", 1), new DnsEndPoint("::1", 2)], torrent.Peers);
        Assert.Equal(["1,3", "*.txt"], settings.Select);
        Assert.Equal("/bin/true", settings.OnComplete);
    }

    [Theory]
    [InlineData("http://t:1", "http://t:1/announce")]
    [InlineData("https://t/", "https://t/announce")]
    [InlineData("http://t/key/announce", "http://t/key/announce")]
    [InlineData("http://t/?key=1", "http://t/?key=1")]
    [InlineData("udp://t:1", "udp://t:1")]
    public void A_tracker_over_HTTP_without_a_path_is_asked_at_announce(string given, string asked) =>
        Assert.Equal([asked], Read([], "--tracker", given).ToTorrentOptions().Trackers);

    [Fact]
    public void Nothing_given_means_no_limit_a_free_port_and_the_current_folder()
    {
        TransferSettings settings = Read([]);
        Assert.Equal(Environment.CurrentDirectory, settings.Directory);
        Assert.Equal((0, 0, 0), (settings.Port, settings.Down, settings.Up));
        Assert.Null(settings.Bind);
        Assert.Null(settings.OnComplete);
        Assert.Empty(settings.Trackers);
        Assert.Empty(settings.Peers);
        Assert.Empty(settings.Select);
        Assert.False(settings.ReportsPeers);
    }

    [Fact]
    public void Environment_twins_stand_in_for_options_and_lists_have_blanks_between()
    {
        Dictionary<string, string> environment = new()
        {
            ["SHOAL_PORT"] = "6881",
            ["SHOAL_PEER"] = " a:1\tb:2 ",
            ["SHOAL_JSON_PEERS"] = "yes",
            ["SHOAL_DIR"] = "",
        };
        TransferSettings settings = Read(environment, "--peer", "c:3");
        Assert.Equal(6881, settings.Port);
        Assert.Equal([new DnsEndPoint("c", 3)], settings.Peers);
        Assert.True(settings.ReportsPeers);
        Assert.Equal(Environment.CurrentDirectory, settings.Directory);
        Assert.Equal([new DnsEndPoint("a", 1), new DnsEndPoint("b", 2)], Read(environment).Peers);
    }

    [Fact]
    public void A_file_is_no_folder_to_put_anything_in()
    {
        string file = Path.GetTempFileName();
        CliException error = Assert.Throws<CliException>(() => Read([], "--dir", file));
        File.Delete(file);
        Assert.Equal((ExitCode.Usage, $"--dir '{file}' is a file, not a folder."), (error.ExitCode, error.Message));
    }

    [Fact]
    public void Every_option_has_a_twin_of_its_own() =>
        Assert.Equal("SHOAL_JSON_LINES", OptionFactory.TwinOf("--json-lines"));

    [Theory]
    [InlineData("--super-seed")]
    [InlineData("--super")]
    public void A_seed_super_seeds_when_told_to_by_either_name(string option)
    {
        Assert.True(Read(TransferRole.Seed, [], option).ToTorrentOptions().SuperSeed);
        Assert.False(Read(TransferRole.Seed, []).ToTorrentOptions().SuperSeed);
    }

    private static TransferSettings Read(Dictionary<string, string> environment, params string[] args) =>
        Read(TransferRole.Get, environment, args);

    private static TransferSettings Read(
        TransferRole role, Dictionary<string, string> environment, params string[] args)
    {
        TransferOptionSet options = new(new OptionFactory(name => environment.GetValueOrDefault(name)), role);
        RootCommand root = [];
        options.AddTo(root);
        ParseResult result = root.Parse(args);
        Assert.Empty(result.Errors);
        return options.Read(result);
    }
}
