using System.Diagnostics;
using System.Globalization;
using Shoal.Engine;

namespace Shoal.Lab.Scenarios;

/// <summary>
/// One run of a scenario: a tracker, seeders and downloaders as processes of their own on the loopback address, in a
/// temporary folder of which nothing is left.
/// </summary>
internal sealed class ScenarioRun : IAsyncDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly Scenario _scenario;
    private readonly ScenarioOptions _options;
    private readonly string _folder;
    private readonly Lock _gate = new();
    private readonly List<SwarmProcess> _processes = [];
    private readonly List<SwarmProcess> _seeders = [];
    private readonly List<SwarmProcess> _downloaders = [];
    private readonly Dictionary<string, ScenarioContent> _contents = [];
    private readonly ScenarioMembers? _members;

    public ScenarioRun(Scenario scenario, ScenarioOptions options)
    {
        _scenario = scenario;
        _options = options;
        _folder = Directory.CreateTempSubdirectory("shoal-lab-").FullName;
        if (options.Tls) _members = new ScenarioMembers(Path.Combine(_folder, "members"));
    }

    public async Task<ScenarioOutcome> RunAsync(CancellationToken stop)
    {
        Show(ScenarioPhase.Preparing);
        CheckSpace();
        SwarmProcess tracker = Start("tracker", ["tracker", "--port", "0"]);
        string url = await tracker.WaitAsync(f => f.TrackerUrl, ReadyLimit, stop).ConfigureAwait(false);
        // A seeder of several files has them in one folder; a file of the user's that is alone stays where it is.
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "files")).FullName;
        for (int i = 0; i < _scenario.Files.Length; i++)
        {
            ScenarioFile file = _scenario.Files[i];
            if (i < _options.Files.Length) file = file with { Path = _options.Files[i] };
            _contents[file.Name] = await ScenarioContent.MakeAsync(
                file, folder, isAlone: _scenario.Files.Length == 1, url, _members?.Certificate, stop)
                .ConfigureAwait(false);
        }
        await StartSeedersAsync(stop).ConfigureAwait(false);
        if (_options.Pause > TimeSpan.Zero)
        {
            Show(ScenarioPhase.Pausing);
            await Task.Delay(_options.Pause, stop).ConfigureAwait(false);
        }
        foreach (ScenarioPeer peer in _scenario.Downloaders) _downloaders.Add(Start(peer.Role, GetCommand(peer)));
        await WatchAsync(stop).ConfigureAwait(false);
        Show(ScenarioPhase.Checking);
        await SettleAsync(stop).ConfigureAwait(false);
        IReadOnlyList<PeerRow> rows = Rows();
        bool identical = await AreIdenticalAsync(stop).ConfigureAwait(false);
        long size = _scenario.Downloaders.Sum(d => _contents[d.Files[0]].Size);
        return new ScenarioOutcome(_scenario, Figures(rows, size), rows, size, identical);
    }

    /// <summary>Ends every process and removes every file of the run.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_processes.Select(p => p.DisposeAsync().AsTask())).ConfigureAwait(false);
        Directory.Delete(_folder, recursive: true);
    }

    private SwarmProcess Start(string role, IEnumerable<string> arguments)
    {
        SwarmProcess process = SwarmProcess.Start(role, _gate, arguments);
        _processes.Add(process);
        return process;
    }

    private void CheckSpace()
    {
        long needed = 0;
        for (int i = 0; i < _scenario.Files.Length; i++)
        {
            ScenarioFile file = _scenario.Files[i];
            bool isInPlace = (i < _options.Files.Length || file.Path is not null) && _scenario.Files.Length == 1;
            long size = i < _options.Files.Length ? new FileInfo(_options.Files[i]).Length : file.Size;
            int copies = _scenario.Downloaders.Count(d => d.Files[0] == file.Name) + (isInPlace ? 0 : 1);
            needed += size * copies;
        }
        long free = new DriveInfo(_folder).AvailableFreeSpace;
        if (free <= needed)
            throw new LabException(
                $"{_scenario.Name} needs {needed >> 20} MiB in {_folder}, and {free >> 20} MiB are free: name another "
                    + "folder in TMPDIR.");
    }

    // A seeder is ready when it has looked at its files and told the tracker: who downloads then finds all of them.
    private async Task StartSeedersAsync(CancellationToken stop)
    {
        foreach (ScenarioPeer peer in _scenario.Seeders) _seeders.Add(Start(peer.Role, SeedCommand(peer)));
        for (int i = 0; i < _seeders.Count; i++)
        {
            int torrents = _scenario.Seeders[i].Files.Length;
            await _seeders[i].WaitAsync(
                f => f.CompletedTorrents == torrents && f.AnnouncedTorrents == torrents, ReadyLimit, stop)
                .ConfigureAwait(false);
        }
    }

    private IEnumerable<string> SeedCommand(ScenarioPeer peer)
    {
        ScenarioContent[] contents = [.. peer.Files.Select(name => _contents[name])];
        List<string> command =
        [
            "seed", .. contents.Select(c => c.Torrent), "--no-verify", "--json-peers", "--dir", contents[0].Folder,
        ];
        if (peer.Have is { } have) command.AddRange(["--have", have]);
        // A smaller file than the scenario was written for has fewer pieces.
        int pieces = contents.Min(c => c.PieceCount);
        int[] missing = [.. peer.Missing.Where(p => p < pieces)];
        if (missing.Length > 0) command.AddRange(["--missing", string.Join(',', missing)]);
        return command.Concat(Limits(peer)).Concat(Membership(peer));
    }

    private IEnumerable<string> GetCommand(ScenarioPeer peer)
    {
        List<string> command =
        [
            "get", _contents[peer.Files[0]].Torrent, "--keep-seeding", "--json-peers", "--dir", FolderOf(peer),
        ];
        return command.Concat(Limits(peer)).Concat(Membership(peer));
    }

    private string[] Membership(ScenarioPeer peer) => _members?.OptionsFor(peer.Role) ?? [];

    private IEnumerable<string> Limits(ScenarioPeer peer)
    {
        double scale = peer.Files.Sum(f => _contents[f].Size)
            / (double)peer.Files.Sum(f => _scenario.Files.First(s => s.Name == f).Size);
        return Limit("--up", peer.Up).Concat(Limit("--down", peer.Down)).Concat(Limit("--up-per-peer", peer.UpPerPeer));

        IEnumerable<string> Limit(string option, long rate) => rate == 0
            ? []
            : [option, Math.Max(1, (long)(rate * scale)).ToString(CultureInfo.InvariantCulture)];
    }

    private string FolderOf(ScenarioPeer peer) => Path.Combine(_folder, peer.Role.Replace(' ', '-'));

    private async Task WatchAsync(CancellationToken stop)
    {
        long lastMove = Stopwatch.GetTimestamp();
        long moved = -1;
        while (!_downloaders.All(d => d.Read(f => f.IsComplete)))
        {
            if (_processes.Find(p => p.HasEnded) is { } dead) throw dead.Failure();
            long now = _downloaders.Sum(d => d.Read(f => f.Downloaded));
            if (now != moved) lastMove = Stopwatch.GetTimestamp();
            moved = now;
            if (Stopwatch.GetElapsedTime(lastMove) > StallLimit)
                throw new LabException($"{_scenario.Name} stands still: nothing has moved for a minute.");
            Show(ScenarioPhase.Running);
            await Task.Delay(Tick, stop).ConfigureAwait(false);
        }
    }

    // A process tells its last figures up to a second after its last block, a busy one later.
    private async Task SettleAsync(CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < SettleLimit && !IsSettled())
            await Task.Delay(Tick, stop).ConfigureAwait(false);
    }

    private bool IsSettled()
    {
        lock (_gate)
        {
            ProcessFigures[] seeders = [.. _seeders.Select(s => s.Read(f => f))];
            ProcessFigures[] downloaders = [.. _downloaders.Select(d => d.Read(f => f))];
            ProcessFigures[] all = [.. seeders, .. downloaders];
            for (int i = 0; i < downloaders.Length; i++)
            {
                ProcessFigures own = downloaders[i];
                bool isTold = own.Downloaded >= _contents[_scenario.Downloaders[i].Files[0]].Size;
                if (!isTold || all.Where(o => o != own).Sum(own.ReceivedFrom) < own.Downloaded) return false;
            }
            return all.Sum(f => f.Uploaded) >= downloaders.Sum(f => f.Downloaded);
        }
    }

    private async Task<bool> AreIdenticalAsync(CancellationToken stop)
    {
        bool identical = true;
        foreach (ScenarioPeer peer in _scenario.Downloaders)
        {
            ScenarioContent content = _contents[peer.Files[0]];
            string copy = Path.Combine(FolderOf(peer), Path.GetFileName(content.Path));
            identical &= await NoiseFile.AreSameAsync(content.Path, copy, stop).ConfigureAwait(false);
        }
        return identical;
    }

    private void Show(ScenarioPhase phase) =>
        _options.Watch?.Invoke(new ScenarioView(_scenario, phase, Rows()));

    private IReadOnlyList<PeerRow> Rows()
    {
        lock (_gate)
        {
            ProcessFigures[] seeders = [.. _seeders.Select(s => s.Read(f => f))];
            ProcessFigures[] downloaders = [.. _downloaders.Select(d => d.Read(f => f))];
            return
            [
                .. _seeders.Select(s => Row(s, isSeeder: true, seeders, downloaders)),
                .. _downloaders.Select(d => Row(d, isSeeder: false, seeders, downloaders)),
            ];
        }
    }

    private static PeerRow Row(
        SwarmProcess process, bool isSeeder, ProcessFigures[] seeders, ProcessFigures[] downloaders) =>
        process.Read(own =>
        {
            long fromSeeders = isSeeder ? 0 : own.ReceivedFromSeeders(seeders, downloaders);
            return new PeerRow(
                process.Role,
                isSeeder,
                isSeeder ? own.PieceShare : own.Progress,
                own.DownRate,
                own.UpRate,
                fromSeeders,
                own.Downloaded - fromSeeders,
                own.Uploaded,
                isSeeder ? null : (own.CompletedAt - own.StartedAt)?.TotalSeconds);
        });

    private Dictionary<string, double> Figures(IReadOnlyList<PeerRow> rows, long size)
    {
        (double Start, double End)[] times =
        [
            .. _downloaders.Select(d => d.Read(
                f => (f.StartedAt!.Value.TotalSeconds, f.CompletedAt!.Value.TotalSeconds))),
        ];
        double seconds = times.Max(t => t.End) - times.Min(t => t.Start);
        PeerRow[] downloaders = [.. rows.Where(r => !r.IsSeeder)];
        double received = Math.Max(1, downloaders.Sum(r => r.FromSeeders + r.FromPeers));
        double sent = rows.Where(r => r.IsSeeder).Sum(r => r.SentBytes);
        double distinct = _scenario.Downloaders.Select(d => d.Files[0]).Distinct().Sum(name => _contents[name].Size);
        return new Dictionary<string, double>
        {
            [Measure.Seconds] = seconds,
            [Measure.MeanSeconds] = times.Average(t => t.End - t.Start),
            [Measure.Rate] = size / Math.Max(seconds, 0.001),
            [Measure.FromPeers] = downloaders.Sum(r => r.FromPeers) / received,
            [Measure.SeederCopies] = sent / distinct,
            [Measure.ActiveSeeders] = rows.Count(r => r.IsSeeder && r.SentBytes > 0),
            [Measure.Wasted] = _downloaders.Sum(d => d.Read(f => f.Wasted)) / received,
            [Measure.AtOnce] = times.Max(t => times.Count(o => o.Start <= t.Start && o.End > t.Start)),
        };
    }
}
