namespace Shoal.Cli.Help;

/// <summary>Command lines to begin with, which the help of a command shows. A test parses each.</summary>
internal static class HelpExamples
{
    /// <summary>The examples of a command; none for one that needs none.</summary>
    /// <param name="path">The command with those above it, such as <c>get</c>; empty for the program itself.</param>
    public static IReadOnlyList<string> Of(string path) => path switch
    {
        "" =>
        [
            "shoal demo",
            "shoal share photos",
            "shoal get 'magnet:?xt=urn:btih:153c6ca3549daf866c20dd1625b7f8ad15219115'",
        ],
        "share" =>
        [
            "shoal share photos",
            "shoal share talk.mp4 slides.pdf --up 2MiB",
            "shoal share photos --port 6881 --output photos.torrent",
        ],
        "get" =>
        [
            "shoal get photos.torrent --dir inbox",
            "shoal get https://example.org/photos.torrent --select '*.jpg' --down 5MB",
            "shoal get 'magnet:?xt=urn:btih:153c6ca3549daf866c20dd1625b7f8ad15219115' --timeout 5m",
        ],
        "seed" =>
        [
            "shoal seed photos.torrent --dir pictures",
            "shoal seed photos.torrent --no-verify --up 500KiB",
        ],
        "create" =>
        [
            "shoal create photos --output photos.torrent --tracker udp://tracker.example.org:6969",
            "shoal create disk.img --output disk.torrent --format v1 --piece-size 4MiB",
        ],
        "inspect" => ["shoal inspect photos.torrent", "shoal inspect photos.torrent --json"],
        "verify" => ["shoal verify photos.torrent pictures"],
        "tracker" =>
        [
            "shoal tracker",
            "shoal tracker --data /var/lib/shoal --interval 30m",
            "shoal tracker --mode private --data /var/lib/shoal",
            "shoal tracker --redis 10.0.0.5:6379",
        ],
        "tracker key" => ["shoal tracker key list --data /var/lib/shoal"],
        "tracker key new" => ["shoal tracker key new --data /var/lib/shoal --label Ann --expires 90d"],
        "demo" => ["shoal demo", "shoal demo --size 1GiB --downloaders 5"],
        "lab run" => ["shoal lab run all", "shoal lab run test7 --file film.mkv", "shoal lab run own.scenario"],
        "lab setup" =>
        [
            "shoal lab setup --peers 6 --file-size 20MiB --piece-size 16KiB --local-test",
            "shoal lab setup --sample-config",
            "shoal lab setup --config sample_config.json",
        ],
        "lab sim" =>
        [
            "shoal lab sim --peers 1000 --size 1GiB --super --report swarm.html",
            "shoal lab sim --mixed --free-riders 20 --join-over 2m --stay 30s",
            "shoal lab sim plan.json --seed 2 --csv peers.csv",
        ],
        "lab static" => ["shoal lab static 1001", "shoal lab static 1002 --up 500KiB"],
        "completions" => ["eval \"$(shoal completions bash)\"", "shoal completions fish | source"],
        _ => [],
    };
}
