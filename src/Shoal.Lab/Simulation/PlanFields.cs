using System.Globalization;
using System.Text.Json;

namespace Shoal.Lab.Simulation;

/// <summary>The members of one object of a plan file; what nobody asks for is a mistake of its writer.</summary>
internal sealed class PlanFields
{
    private static readonly (string Unit, double Factor)[] ByteUnits =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1),
    ];

    private static readonly (string Unit, double Seconds)[] TimeUnits =
        [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];

    private readonly string _path;
    private readonly LinedJson _object;
    private readonly HashSet<string> _known = [];

    public PlanFields(string path, LinedJson value, string what)
    {
        _path = path;
        _object = value;
        if (value.Kind != JsonTokenType.StartObject)
            throw LabException.At(path, value.Line, $"{what} is an object in braces");
    }

    public string Text(string name, string otherwise) =>
        Find(name, JsonTokenType.String, "a text in quotes")?.Text ?? otherwise;

    public bool Flag(string name)
    {
        _known.Add(name);
        if (!_object.Members.TryGetValue(name, out LinedJson? value)) return false;
        if (value.Kind is JsonTokenType.True or JsonTokenType.False) return value.Kind == JsonTokenType.True;
        throw Wrong(name, value, "true or false");
    }

    public long Number(string name, long otherwise, long most)
    {
        LinedJson? value = Find(name, JsonTokenType.Number, "a number");
        if (value is null) return otherwise;
        bool isNumber = long.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out long number);
        return isNumber && number <= most ? number : throw Wrong(name, value, $"a whole number from 0 to {most}");
    }

    /// <summary>A size or rate: a number of bytes, or a text such as "300 MB".</summary>
    public long Bytes(string name, long otherwise)
    {
        const double Most = 1e15;
        double? bytes = Quantity(name, ByteUnits, "bytes, such as 1048576 or \"1 MiB\"");
        return bytes is null ? otherwise
            : bytes <= Most ? (long)bytes : throw Wrong(name, _object.Members[name], "at most 1 PB");
    }

    /// <summary>A time: a number of seconds, or a text such as "20 ms"; null where it is not given.</summary>
    public TimeSpan? Time(string name)
    {
        const double MostSeconds = 366 * 86_400;
        double? seconds = Quantity(name, TimeUnits, "seconds, such as 30 or \"20 ms\"");
        return seconds is null ? null
            : seconds <= MostSeconds ? TimeSpan.FromSeconds(seconds.Value)
            : throw Wrong(name, _object.Members[name], "at most a year");
    }

    public double Share(string name) => Quantity(name, [("%", 0.01)], "a share, such as 0.01 or \"1 %\"") ?? 0;

    public PeerBehaviour Behaviour() => Choice("behaviour", PeerBehaviour.Honest, new()
    {
        ["honest"] = PeerBehaviour.Honest,
        ["free-rider"] = PeerBehaviour.FreeRider,
        ["braggart"] = PeerBehaviour.Braggart,
        ["poisoner"] = PeerBehaviour.Poisoner,
        ["staller"] = PeerBehaviour.Staller,
        ["flooder"] = PeerBehaviour.Flooder,
    });

    public Reachability Reachability() => Choice("reachable", Simulation.Reachability.Open, new()
    {
        ["by-all"] = Simulation.Reachability.Open,
        ["in-group"] = Simulation.Reachability.Site,
        ["not"] = Simulation.Reachability.Closed,
    });

    /// <summary>Fails when the object has a member that was not asked for.</summary>
    public void RequireAllKnown(params ReadOnlySpan<string> others)
    {
        foreach ((string name, LinedJson value) in _object.Members)
        {
            if (_known.Contains(name) || others.Contains(name)) continue;
            string all = string.Join(", ", _known.Order(StringComparer.Ordinal));
            throw LabException.At(_path, value.Line, $"'{name}' means nothing here; known are {all}");
        }
    }

    private T Choice<T>(string name, T otherwise, Dictionary<string, T> words)
    {
        LinedJson? value = Find(name, JsonTokenType.String, "a text in quotes");
        if (value is null) return otherwise;
        return words.TryGetValue(value.Text, out T? chosen)
            ? chosen : throw Wrong(name, value, $"one of {string.Join(", ", words.Keys)}");
    }

    private double? Quantity(string name, ReadOnlySpan<(string Unit, double Factor)> units, string expected)
    {
        _known.Add(name);
        if (!_object.Members.TryGetValue(name, out LinedJson? value)) return null;
        double factor = 1;
        string text = value.Text.Trim();
        if (value.Kind == JsonTokenType.String)
        {
            foreach ((string unit, double times) in units)
            {
                if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
                factor = times;
                text = text[..^unit.Length].Trim();
                break;
            }
        }
        bool isNumber = value.Kind is JsonTokenType.String or JsonTokenType.Number
            & double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && number >= 0 && double.IsFinite(number);
        return isNumber ? number * factor : throw Wrong(name, value, expected);
    }

    private LinedJson? Find(string name, JsonTokenType kind, string expected)
    {
        _known.Add(name);
        if (!_object.Members.TryGetValue(name, out LinedJson? value)) return null;
        return value.Kind == kind ? value : throw Wrong(name, value, expected);
    }

    private LabException Wrong(string name, LinedJson value, string expected) =>
        LabException.At(_path, value.Line, $"'{name}' is to be {expected}");
}
