using System.Collections.Immutable;
using System.Globalization;

namespace Shoal.Lab.Scenarios;

/// <summary>
/// Reads scenario files: sections in brackets with a setting on each line, and comments after <c>#</c>. docs/LAB.md
/// lists what there is.
/// </summary>
internal sealed class ScenarioReader
{
    /// <summary>Processes of a scenario at the most: more share a few cores too thinly to show anything.</summary>
    public const int MaxPeers = 100;

    // A hundred pieces or so let a percent be told from the next.
    private const int UsualPieces = 100;
    private const int MinPieceSize = 16 << 10;
    private const int MaxPieceSize = 4 << 20;

    private readonly string _path;
    private readonly IScenarioSyntax _syntax;
    private readonly List<ScenarioFile> _files = [];
    private readonly List<(ScenarioPeer Peer, Section Section)> _seeders = [];
    private readonly List<(ScenarioPeer Peer, Section Section)> _downloaders = [];
    private readonly List<Expectation> _expectations = [];
    private Section? _about;

    private ScenarioReader(string path, IScenarioSyntax syntax)
    {
        _path = path;
        _syntax = syntax;
    }

    /// <summary>Reads a file's lines.</summary>
    /// <param name="path">Path of the file, for messages, and for files that it names from its own folder.</param>
    /// <param name="lines">All of its text, without line ends.</param>
    /// <param name="syntax">Reads quantities.</param>
    /// <exception cref="LabException">Something in it cannot be; the message names the line.</exception>
    public static Scenario Read(string path, IReadOnlyList<string> lines, IScenarioSyntax syntax)
    {
        ScenarioReader reader = new(path, syntax);
        foreach (Section section in Sections(path, lines)) reader.Take(section);
        return reader.Scenario(lines.Count);
    }

    /// <summary>Piece size for a file: a power of two that gives about a hundred pieces or more.</summary>
    internal static int UsualPieceSize(long size)
    {
        long piece = MinPieceSize;
        while (piece < MaxPieceSize && size / (2 * piece) >= UsualPieces) piece *= 2;
        return (int)piece;
    }

    private static List<Section> Sections(string path, IReadOnlyList<string> lines)
    {
        List<Section> sections = [];
        for (int i = 0; i < lines.Count; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            if (line[0] == '[')
            {
                if (line[^1] != ']') throw LabException.At(path, i + 1, $"'{line}' does not end with ].");
                string[] words = line[1..^1].Trim().Split(' ', 2, StringSplitOptions.TrimEntries);
                sections.Add(new Section(path, words[0], words.Length > 1 ? words[1] : "", i + 1));
                continue;
            }
            if (sections.Count == 0) throw LabException.At(path, i + 1, "this stands before any section in [ ].");
            sections[^1].Add(line, i + 1);
        }
        return sections;
    }

    private void Take(Section section)
    {
        switch (section.Kind)
        {
            case "scenario" when _about is null:
                section.Allow("title", "shows");
                _about = section;
                break;
            case "scenario":
                throw section.Fault($"there is a [scenario] in line {_about!.Line} already.");
            case "file":
                TakeFile(section);
                break;
            case "seeder" or "seeders":
                section.Allow("count", "files", "have", "missing", "up", "down", "up-per-peer");
                TakePeers(section, _seeders, "seeder");
                break;
            case "downloader" or "downloaders":
                section.Allow("count", "file", "up", "down", "up-per-peer");
                TakePeers(section, _downloaders, "downloader");
                break;
            case "expect":
                foreach ((string line, int number) in section.Lines)
                    _expectations.Add(
                        Expectation.Parse(line, out string fault) ?? throw LabException.At(_path, number, fault));
                break;
            default:
                throw section.Fault(
                    $"[{section.Kind}] is none of the sections scenario, file, seeder, downloader, expect.");
        }
    }

    private void TakeFile(Section section)
    {
        section.Allow("size", "path", "piece-size");
        string name = section.Name;
        if (name.Length is 0 or > 200 || name is "." or ".." || name.AsSpan().IndexOfAny('/', '\\') >= 0)
            throw section.Fault("a file needs a plain name, as in [file big.bin].");
        if (_files.Exists(f => f.Name == name)) throw section.Fault($"there is a file '{name}' already.");
        string? path = section.Text("path");
        string? sizeText = section.Text("size");
        if (path is null == sizeText is null) throw section.Fault($"file '{name}' needs either a size or a path.");
        long size = 0;
        if (path is not null)
        {
            path = Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(_path))!);
            if (!File.Exists(path)) throw section.FaultOf("path", $"there is no file '{path}'.");
            size = new FileInfo(path).Length;
        }
        else if (!_syntax.TrySize(sizeText!, out size, out string expected))
        {
            throw section.FaultOf("size", $"size '{sizeText}' is not {expected}.");
        }
        if (size == 0) throw section.Fault($"file '{name}' is empty: there is nothing to move.");
        int pieceSize = 0;
        if (section.Text("piece-size") is { } text && !_syntax.TryPieceSize(text, out pieceSize, out string wanted))
            throw section.FaultOf("piece-size", $"piece-size '{text}' is not {wanted}.");
        _files.Add(new ScenarioFile(name, size, pieceSize == 0 ? UsualPieceSize(size) : pieceSize) { Path = path });
    }

    private void TakePeers(Section section, List<(ScenarioPeer, Section)> peers, string kind)
    {
        int count = 1;
        if (section.Text("count") is { } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count)
                || count is < 1 or > MaxPeers))
            throw section.FaultOf("count", $"count '{text}' is not a number from 1 to {MaxPeers}.");
        if (section.Text("have") is { } have && !_syntax.AreShares(have, out string expected))
            throw section.FaultOf("have", $"have '{have}' is not {expected}.");
        ImmutableSortedSet<int> missing = [];
        if (section.Text("missing") is { } numbers && !_syntax.TryNumbers(numbers, out missing, out expected))
            throw section.FaultOf("missing", $"missing '{numbers}' is not {expected}.");
        string names = section.Text("files") ?? section.Text("file") ?? "";
        for (int i = 0; i < count; i++)
        {
            ScenarioPeer peer = new()
            {
                Role = $"{kind} {peers.Count + 1}",
                Files = [.. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
                Have = section.Text("have"),
                Missing = missing,
                Up = Rate(section, "up"),
                Down = Rate(section, "down"),
                UpPerPeer = Rate(section, "up-per-peer"),
            };
            peers.Add((peer, section));
        }
        if (_seeders.Count + _downloaders.Count > MaxPeers)
            throw section.Fault($"there are more than {MaxPeers} seeders and downloaders.");
    }

    private long Rate(Section section, string name)
    {
        if (section.Text(name) is not { } text) return 0;
        return _syntax.TryRate(text, out long rate, out string expected)
            ? rate : throw section.FaultOf(name, $"{name} '{text}' is not {expected}.");
    }

    private Scenario Scenario(int lineCount)
    {
        if (_about?.Text("title") is null)
            throw LabException.At(_path, _about?.Line ?? 1, "there is no [scenario] with a title.");
        if (_files.Count == 0) throw LabException.At(_path, lineCount, "there is no [file NAME].");
        if (_seeders.Count == 0) throw LabException.At(_path, lineCount, "there is no [seeder].");
        if (_downloaders.Count == 0) throw LabException.At(_path, lineCount, "there is no [downloader].");
        return new Scenario
        {
            Name = Path.GetFileNameWithoutExtension(_path),
            Title = _about.Text("title")!,
            Shows = _about.Text("shows") ?? "",
            Files = [.. _files],
            Seeders = [.. _seeders.Select(s => s.Peer with { Files = FilesOf(s.Peer, s.Section, "files") })],
            Downloaders = [.. _downloaders.Select(d => OneFile(d.Peer, d.Section))],
            Expectations = [.. _expectations],
        };
    }

    private ScenarioPeer OneFile(ScenarioPeer peer, Section section)
    {
        ImmutableArray<string> files = FilesOf(peer, section, "file");
        return files.Length == 1
            ? peer with { Files = files }
            : throw section.Fault("a downloader wants one file; say which with file = NAME.");
    }

    // Who names no file means all.
    private ImmutableArray<string> FilesOf(ScenarioPeer peer, Section section, string setting)
    {
        if (peer.Files.IsEmpty) return [.. _files.Select(f => f.Name)];
        if (peer.Files.FirstOrDefault(name => !_files.Exists(f => f.Name == name)) is { } unknown)
            throw section.FaultOf(setting, $"there is no [file {unknown}].");
        return peer.Files;
    }

    /// <summary>A section with its lines.</summary>
    private sealed class Section(string path, string kind, string name, int line)
    {
        private readonly Dictionary<string, (string Text, int Line)> _settings = [];

        public string Kind => kind;

        public string Name => name;

        public int Line => line;

        public List<(string Text, int Number)> Lines { get; } = [];

        public void Add(string text, int number) => Lines.Add((text, number));

        /// <summary>Reads the lines as settings, of which only some are known.</summary>
        public void Allow(params string[] names)
        {
            foreach ((string text, int number) in Lines)
            {
                int equals = text.IndexOf('=', StringComparison.Ordinal);
                string setting = equals < 0 ? text : text[..equals].Trim();
                if (!names.Contains(setting))
                    throw LabException.At(
                        path, number, $"'{setting}' is none of the settings {string.Join(", ", names)} of [{kind}].");
                string value = equals < 0 ? "" : text[(equals + 1)..].Trim();
                if (value.Length == 0) throw LabException.At(path, number, $"{setting} has no value.");
                if (!_settings.TryAdd(setting, (value, number)))
                    throw LabException.At(
                        path, number, $"{setting} stands in line {_settings[setting].Line} already.");
            }
        }

        public string? Text(string setting) =>
            _settings.TryGetValue(setting, out (string Text, int Line) found) ? found.Text : null;

        public LabException Fault(string sentence) => LabException.At(path, line, sentence);

        public LabException FaultOf(string setting, string sentence) =>
            LabException.At(path, _settings[setting].Line, sentence);
    }
}
