// Downloads a torrent: dotnet run --project samples/Download -- WHAT [FOLDER]
// WHAT is a magnet link, an info-hash, or the path or URL of a .torrent file.
using Shoal.Engine;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) => { press.Cancel = true; stop.Cancel(); };
var options = new TorrentOptions { Directory = args.ElementAtOrDefault(1) ?? ".", TrustsAddresses = true };

await using TorrentEngine engine = await TorrentEngine.StartAsync();
Torrent torrent = await engine.AddAsync(TorrentSource.Parse(args[0]), options, stop.Token);
await foreach (TorrentSnapshot now in torrent.WatchUntilCompleteAsync(TimeSpan.FromSeconds(1), stop.Token))
    Console.WriteLine($"{now.Name}: {now.State} {now.Progress:P1}, {now.DownloadRate:N0} B/s, {now.Peers} peers");
Console.WriteLine($"It is in {torrent.ContentPath}");
