using System.Globalization;

namespace Shoal.Cli.Output;

/// <summary>Sizes, rates and times as people read them.</summary>
internal static class Units
{
    private static readonly string[] Names = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>A size with three digits at least: <c>512 B</c>, <c>1.50 MiB</c>, <c>84.1 GiB</c>.</summary>
    public static string Bytes(double bytes)
    {
        int unit = 0;
        // 999.5 and not 1024: a number of four digits never shows.
        while (bytes >= 999.5 && unit < Names.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }
        string format = unit == 0 || bytes >= 99.95 ? "0" : bytes >= 9.995 ? "0.0" : "0.00";
        return bytes.ToString(format, CultureInfo.InvariantCulture) + " " + Names[unit];
    }

    /// <summary>Bytes per second.</summary>
    public static string Rate(double bytesPerSecond) => Bytes(bytesPerSecond) + "/s";

    /// <summary>
    /// A time with its two largest units: <c>0.8 s</c>, <c>12 s</c>, <c>3 min 05 s</c>, <c>2 d 4 h</c>.
    /// </summary>
    public static string Time(TimeSpan time)
    {
        if (time.TotalSeconds < 9.95) return Text($"{time.TotalSeconds:0.0} s");
        TimeSpan whole = TimeSpan.FromSeconds(Math.Round(time.TotalSeconds));
        return whole switch
        {
            { TotalMinutes: < 1 } => Text($"{whole.Seconds} s"),
            { TotalHours: < 1 } => Text($"{whole.Minutes} min {whole.Seconds:00} s"),
            { TotalDays: < 1 } => Text($"{whole.Hours} h {whole.Minutes:00} min"),
            { TotalDays: < 1000 } => Text($"{whole.Days} d {whole.Hours} h"),
            _ => "years",
        };
    }

    /// <summary>Time that is left: whole seconds, no more than people can use.</summary>
    public static string TimeLeft(TimeSpan time) =>
        time < TimeSpan.FromMinutes(1) ? Text($"{Math.Ceiling(time.TotalSeconds):0} s") : Time(time);

    /// <summary>A share with one digit after the point; 100% only for all of it.</summary>
    public static string Percent(double share) =>
        Text($"{(share >= 1 ? 100 : Math.Min(Math.Floor(share * 1000) / 10, 99.9)):0.0}%");

    /// <summary>A number of things: <c>1 peer</c>, <c>5 peers</c>.</summary>
    public static string Count(long number, string thing) => Text($"{number} {thing}{(number == 1 ? "" : "s")}");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
