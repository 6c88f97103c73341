using System.Net;
using System.Text;

namespace Shoal.Lab.Reports;

/// <summary>
/// A drawing with two axes as SVG, made of plain elements that every browser knows: no script, no font, no file beside
/// it. Colours are those of the page's style.
/// </summary>
internal sealed class SvgPlot
{
    private const int Width = 920;

    // "1000 MiB/s" in the larger letters that small screens get.
    private const int Left = 104;
    private const int Right = 16;
    private const int Top = 12;
    private const int Bottom = 44;
    private const int Ticks = 6;

    private readonly StringBuilder _svg = new();
    private readonly int _height;
    private readonly double _maxX;
    private readonly double _maxY;

    /// <summary>An empty plot with its axes.</summary>
    /// <param name="what">What it shows, for who cannot see it.</param>
    /// <param name="height">In units of which the width has 920.</param>
    /// <param name="maxX">End of the axis to the right, which begins at 0.</param>
    /// <param name="maxY">End of the axis upwards.</param>
    /// <param name="xLabel">Below the axis.</param>
    /// <param name="yFormat">Writes a number of the axis upwards; null leaves them out.</param>
    public SvgPlot(
        string what, int height, double maxX, double maxY, string xLabel, Func<double, string>? yFormat)
    {
        _height = height;
        _maxX = maxX > 0 ? maxX : 1;
        _maxY = maxY > 0 ? maxY : 1;
        _svg.Append($"<div class='scroll'><svg viewBox='0 0 {Width} {height}' role='img' aria-label='{Text(what)}'>\n");
        DrawAxes(xLabel, yFormat);
    }

    /// <summary>A line through points.</summary>
    public void Line(IEnumerable<(double X, double Y)> points, string style, string? title = null)
    {
        _svg.Append($"<polyline class='{style}' points='");
        foreach ((double x, double y) in points) _svg.Append($"{Figure.Point(X(x))},{Figure.Point(Y(y))} ");
        _svg.Append("'>").Append(Title(title)).Append("</polyline>\n");
    }

    /// <summary>The area under a line.</summary>
    public void Area(IReadOnlyList<(double X, double Y)> points, string style)
    {
        if (points.Count == 0) return;
        _svg.Append($"<polygon class='{style}' points='{Figure.Point(X(points[0].X))},{Figure.Point(Y(0))} ");
        foreach ((double x, double y) in points) _svg.Append($"{Figure.Point(X(x))},{Figure.Point(Y(y))} ");
        _svg.Append($"{Figure.Point(X(points[^1].X))},{Figure.Point(Y(0))}'></polygon>\n");
    }

    /// <summary>A cell between two corners, in a shade from 0, the page's own, to 1.</summary>
    public void Cell(double fromX, double fromY, double toX, double toY, double shade, string? title = null)
    {
        double x = X(fromX), y = Y(toY);
        // A hair wider, so that no seams show between cells.
        string size = $"width='{Figure.Point(X(toX) - x + 0.3)}' height='{Figure.Point(Y(fromY) - y + 0.3)}'";
        int step = (int)Math.Round(Math.Clamp(shade, 0, 1) * 20) * 5;
        _svg.Append($"<rect x='{Figure.Point(x)}' y='{Figure.Point(y)}' {size} class='h{step}'>");
        _svg.Append(Title(title)).Append("</rect>\n");
    }

    /// <summary>A vertical mark with a word at its top.</summary>
    public void Mark(double at, string word)
    {
        string x = Figure.Point(X(at));
        bool isRight = X(at) > Width - 160;
        _svg.Append($"<line class='mark' x1='{x}' x2='{x}' y1='{Top}' y2='{_height - Bottom}'/>");
        _svg.Append($"<text x='{Figure.Point(X(at) + (isRight ? -5 : 5))}' y='{Top + 12}'");
        _svg.Append($"{(isRight ? " text-anchor='end'" : "")}>{Text(word)}</text>\n");
    }

    /// <summary>The finished drawing.</summary>
    public override string ToString() => _svg + "</svg></div>\n";

    /// <summary>Text for a page, whatever is in it.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Title(string? title) => title is null ? "" : $"<title>{Text(title)}</title>";

    private void DrawAxes(string xLabel, Func<double, string>? yFormat)
    {
        int bottom = _height - Bottom;
        for (double x = 0; x <= _maxX * 1.0001; x += Step(_maxX))
        {
            _svg.Append($"<text x='{Figure.Point(X(x))}' y='{bottom + 18}' text-anchor='middle'>");
            _svg.Append($"{Figure.Tick(x)}</text>\n");
        }
        for (double y = 0; yFormat is not null && y <= _maxY * 1.0001; y += Step(_maxY))
        {
            string at = Figure.Point(Y(y));
            _svg.Append($"<line class='grid' x1='{Left}' x2='{Width - Right}' y1='{at}' y2='{at}'/>");
            _svg.Append($"<text x='{Left - 8}' y='{Figure.Point(Y(y) + 4)}' text-anchor='end'>");
            _svg.Append($"{Text(yFormat(y))}</text>\n");
        }
        _svg.Append($"<line class='axis' x1='{Left}' x2='{Width - Right}' y1='{bottom}' y2='{bottom}'/>");
        _svg.Append($"<text x='{(Left + Width - Right) / 2}' y='{_height - 6}' text-anchor='middle'>");
        _svg.Append($"{Text(xLabel)}</text>\n");
    }

    // 1, 2 or 5 times a power of ten, so that there are at most so many.
    private static double Step(double most)
    {
        double step = Math.Pow(10, Math.Floor(Math.Log10(most / Ticks)));
        foreach (double factor in new[] { 1.0, 2, 5, 10 })
            if (most / (step * factor) <= Ticks) return step * factor;
        return step * 10;
    }

    private double X(double x) => Left + x / _maxX * (Width - Left - Right);

    private double Y(double y) => _height - Bottom - y / _maxY * (_height - Top - Bottom);
}
