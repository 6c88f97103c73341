using Shoal.Lab.Scenarios;

namespace Shoal.Lab.Tests.Scenarios;

public sealed class ProcessFiguresTests
{
    [Fact]
    public void Figures_of_several_torrents_are_added_up()
    {
        ProcessFigures figures = new();
        figures.Take("""{"event":"started","port":7001}""", TimeSpan.FromSeconds(3));
        foreach (string hash in (string[])["a", "b"])
        {
            figures.Take($$"""{"event":"torrent","info_hash":"{{hash}}","pieces":100}""");
            figures.Take($$"""{"event":"tracker","info_hash":"{{hash}}","url":"x","peers":0}""");
            figures.Take($$"""{"event":"tracker","info_hash":"{{hash}}","url":"x","peers":0}""");
        }
        figures.Take("""{"event":"tracker","info_hash":"c","url":"x","peers":0,"error":"no"}""");
        figures.Take("""{"event":"progress","info_hash":"a","completed_pieces":20,"uploaded":5,"wasted":1}""");
        figures.Take("""{"event":"progress","info_hash":"b","completed_pieces":30,"uploaded":7,"wasted":1}""");
        figures.Take("""{"event":"completed","info_hash":"b"}""", TimeSpan.FromSeconds(9));
        Assert.Equal((0.25, 12, 2), (figures.PieceShare, figures.Uploaded, figures.Wasted));
        Assert.Equal((2, 1), (figures.AnnouncedTorrents, figures.CompletedTorrents));
        Assert.Equal((3, 9), (figures.StartedAt!.Value.TotalSeconds, figures.CompletedAt!.Value.TotalSeconds));
    }

    [Fact]
    public void A_peer_of_two_torrents_is_counted_in_both()
    {
        ProcessFigures seeder = new();
        ProcessFigures downloader = new();
        seeder.Take("""{"event":"started","port":1}""");
        downloader.Take("""{"event":"started","port":2}""");
        downloader.Take(ProgressOf("a", 10));
        downloader.Take(ProgressOf("b", 20));
        downloader.Take(ProgressOf("a", 15));
        Assert.Equal(35, downloader.ReceivedFrom(seeder));
        downloader.Take(
            """{"event":"peer_disconnected","info_hash":"a","address":"127.0.0.1:1","downloaded":18,"uploaded":0}""");
        Assert.Equal(38, downloader.ReceivedFrom(seeder));
    }

    [Fact]
    public void Figures_come_from_json_lines_and_nothing_else()
    {
        ProcessFigures figures = new();
        figures.Take("no json");
        figures.Take("[1]");
        figures.Take("{\"event\":5}");
        figures.Take("{\"event\":\"started\",\"port\":7001}");
        figures.Take("{\"event\":\"progress\",\"state\":\"downloading\",\"downloaded\":50,\"up_rate\":3}");
        figures.Take("{\"event\":\"completed\"}");
        Assert.Equal((7001, 50, 3), (figures.Port, figures.Downloaded, figures.UpRate));
        Assert.True(figures.IsComplete);
    }

    [Fact]
    public void What_came_from_the_seeder_is_counted_whoever_dialled_and_after_the_connection_ended()
    {
        ProcessFigures seeder = new();
        ProcessFigures dialler = new();
        ProcessFigures dialled = new();
        seeder.Take("{\"event\":\"started\",\"port\":1}");
        dialler.Take("{\"event\":\"started\",\"port\":2}");
        dialled.Take("{\"event\":\"started\",\"port\":3}");
        seeder.Take(Progress(0, Peer(50_000, incoming: true, 0, 40), Peer(3, incoming: false, 0, 60)));
        dialler.Take(Progress(60, Peer(1, incoming: false, 35, 0), Peer(3, incoming: false, 25, 0)));
        dialler.Take(Ended(1, 40, 0));
        dialler.Take(Ended(3, 10, 0));
        dialler.Take(Progress(70, Peer(3, incoming: false, 20, 0)));
        dialled.Take(Progress(90, Peer(50_001, incoming: true, 60, 0), Peer(50_002, incoming: true, 30, 0)));
        Assert.Equal((40, 30), (dialler.ReceivedFrom(seeder), dialler.ReceivedFrom(dialled)));
        Assert.Equal((60, 0), (dialled.ReceivedFrom(seeder), dialled.ReceivedFrom(dialler)));
    }

    [Fact]
    public void What_no_report_explains_is_split_like_what_they_do_explain()
    {
        ProcessFigures seeder = new();
        ProcessFigures one = new();
        ProcessFigures two = new();
        seeder.Take("{\"event\":\"started\",\"port\":1}");
        one.Take("{\"event\":\"started\",\"port\":2}");
        two.Take("{\"event\":\"started\",\"port\":3}");
        one.Take(Progress(1000));
        Assert.Equal(1000, one.ReceivedFromSeeders([seeder], [one, two]));
        one.Take(Progress(1000, Peer(1, incoming: false, 200, 0), Peer(3, incoming: false, 600, 0)));
        Assert.Equal(250, one.ReceivedFromSeeders([seeder], [one, two]));
    }

    private static string ProgressOf(string hash, int received) =>
        $$"""{"event":"progress","info_hash":"{{hash}}","downloaded":{{received}},"""
        + $$""" "peer_list":[{"address":"127.0.0.1:1","downloaded":{{received}},"uploaded":0}]}""";

    private static string Progress(long downloaded, params string[] peers) =>
        $"{{\"event\":\"progress\",\"downloaded\":{downloaded},\"peer_list\":[{string.Join(',', peers)}]}}";

    private static string Ended(int port, long down, long up) =>
        $"{{\"event\":\"peer_disconnected\",\"address\":\"127.0.0.1:{port}\",\"downloaded\":{down},\"uploaded\":{up}}}";

    private static string Peer(int port, bool incoming, long down, long up) =>
        $"{{\"address\":\"127.0.0.1:{port}\",\"incoming\":{(incoming ? "true" : "false")},"
        + $"\"downloaded\":{down},\"uploaded\":{up}}}";
}
