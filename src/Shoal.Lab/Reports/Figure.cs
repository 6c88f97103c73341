using System.Globalization;

namespace Shoal.Lab.Reports;

/// <summary>Writes numbers as people read them, the same on every machine.</summary>
internal static class Figure
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>Bytes with three digits and a unit.</summary>
    public static string Bytes(double bytes)
    {
        int unit = 0;
        while (bytes >= 1000 && unit < Units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }
        return $"{Number(bytes)} {Units[unit]}";
    }

    /// <summary>A number with about three digits.</summary>
    public static string Number(double value) => value.ToString(
        Math.Abs(value) >= 99.95 ? "0" : Math.Abs(value) >= 9.995 ? "0.0" : "0.##", CultureInfo.InvariantCulture);

    /// <summary>A number at an axis.</summary>
    public static string Tick(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>The unit in which a number of bytes and smaller ones read well, and how many bytes it is.</summary>
    public static (double Size, string Unit) UnitFor(double bytes)
    {
        int unit = 0;
        double size = 1;
        while (bytes / size >= 1024 && unit < Units.Length - 1)
        {
            size *= 1024;
            unit++;
        }
        return (size, Units[unit]);
    }

    /// <summary>Seconds, or a dash for none.</summary>
    public static string Seconds(double seconds) => double.IsNaN(seconds) ? "–" : $"{Number(seconds)} s";

    /// <summary>A coordinate of a drawing.</summary>
    public static string Point(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
