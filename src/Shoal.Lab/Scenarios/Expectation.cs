using System.Globalization;

namespace Shoal.Lab.Scenarios;

/// <summary>
/// Something that has to be true of a scenario's figures: <c>seconds &lt;= 0.8 * test1.seconds</c>.
/// </summary>
/// <param name="Figure">The figure, one of <see cref="Measure.All"/>.</param>
/// <param name="IsUpper">True when the bound is the most that it may be, false when it is the least.</param>
/// <param name="Factor">The bound, or what the other scenario's figure is multiplied with.</param>
/// <param name="Other">Name of the scenario whose figure is compared with; null for none.</param>
/// <param name="OtherFigure">Its figure; null for none.</param>
public sealed record Expectation(string Figure, bool IsUpper, double Factor, string? Other, string? OtherFigure)
{
    /// <summary>As it stands in a file.</summary>
    public override string ToString()
    {
        string bound = Other is null
            ? Number(Factor)
            : Factor == 1 ? $"{Other}.{OtherFigure}" : $"{Number(Factor)} * {Other}.{OtherFigure}";
        return $"{Figure} {(IsUpper ? "<=" : ">=")} {bound}";
    }

    /// <summary>Compares figures.</summary>
    /// <param name="own">Those of the scenario that expects this.</param>
    /// <param name="other">Those of <see cref="Other"/>; null when there is none.</param>
    public Finding Judge(IReadOnlyDictionary<string, double> own, IReadOnlyDictionary<string, double>? other)
    {
        double value = own[Figure];
        double? compared = OtherFigure is null ? null : other![OtherFigure];
        double bound = Factor * (compared ?? 1);
        return new Finding(this, value, compared, bound, IsUpper ? value <= bound : value >= bound);
    }

    /// <summary>Reads one; null with what is wrong, as the rest of a sentence.</summary>
    internal static Expectation? Parse(string text, out string fault)
    {
        fault = $"'{text}' is not of the form 'seconds <= 5' or 'seconds <= 0.8 * test1.seconds'.";
        bool isUpper = text.Contains("<=", StringComparison.Ordinal);
        string[] sides = text.Split(isUpper ? "<=" : ">=");
        if (sides.Length != 2) return null;
        string[] factors = sides[1].Split('*');
        if (factors.Length > 2) return null;
        string figure = sides[0].Trim();
        string last = factors[^1].Trim();
        bool isNumber = TryNumber(last, out double factor);
        if (isNumber && factors.Length == 2) return null;
        if (!isNumber && factors.Length == 1) factor = 1;
        else if (!isNumber && !TryNumber(factors[0].Trim(), out factor)) return null;
        int dot = last.LastIndexOf('.');
        if (!isNumber && dot < 1) return null;
        (string? other, string? otherFigure) = isNumber ? (null, null) : (last[..dot], last[(dot + 1)..]);
        if ((otherFigure ?? figure) is var second
            && ((string[])[figure, second]).FirstOrDefault(f => !Measure.All.Contains(f)) is { } unknown)
        {
            fault = $"'{unknown}' is none of the figures {string.Join(", ", Measure.All)}.";
            return null;
        }
        return new Expectation(figure, isUpper, factor, other, otherFigure);
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    private static string Number(double number) => number.ToString("0.####", CultureInfo.InvariantCulture);
}

/// <summary>What came of an expectation.</summary>
/// <param name="Expectation">What was expected.</param>
/// <param name="Value">The figure.</param>
/// <param name="Compared">The other scenario's figure; null when there is none.</param>
/// <param name="Bound">What the figure is held against.</param>
/// <param name="Passed">True when it is as expected.</param>
public sealed record Finding(
    Expectation Expectation, double Value, double? Compared, double Bound, bool Passed);
