namespace Shoal.Cli.Output;

/// <summary>Colours and signs for a terminal, or their plain forms where it cannot show them.</summary>
/// <param name="Colours">True when colours may be used: a terminal, and NO_COLOR is not set.</param>
/// <param name="Unicode">True when signs beyond ASCII may be used.</param>
internal sealed record Palette(bool Colours, bool Unicode)
{
    /// <summary>Plain text that every stream takes.</summary>
    public static Palette Plain { get; } = new(Colours: false, Unicode: false);

    /// <summary>Stands before a rate of receiving.</summary>
    public string Down => Unicode ? "↓" : "down";

    /// <summary>Stands before a rate of sending.</summary>
    public string Up => Unicode ? "↑" : "up";

    /// <summary>Text that stands out.</summary>
    public string Bold(string text) => Colours ? $"\e[1m{text}\e[0m" : text;

    /// <summary>Text that stands back.</summary>
    public string Dim(string text) => Colours ? $"\e[2m{text}\e[0m" : text;

    /// <summary>Text that tells of success.</summary>
    public string Green(string text) => Colours ? $"\e[32m{text}\e[0m" : text;

    /// <summary>Text that tells of trouble.</summary>
    public string Red(string text) => Colours ? $"\e[31m{text}\e[0m" : text;

    /// <summary>A bar of some columns, filled to a share from 0 to 1.</summary>
    public string Bar(double share, int columns)
    {
        int filled = (int)Math.Clamp(share * columns, 0, columns);
        string done = new(Unicode ? '━' : '#', filled);
        string rest = new(Unicode ? '─' : '.', columns - filled);
        return Green(done) + Dim(rest);
    }
}
