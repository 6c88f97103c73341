using Shoal.Cli.Output;

namespace Shoal.Cli.Commands;

/// <summary>
/// Shows how far the hashing of files is: a line that is redrawn on a terminal, else one now and then.
/// </summary>
internal sealed class HashingProgress(CommandContext context, string what, long totalBytes) : IProgress<long>
{
    private const int BarColumns = 30;
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    private readonly long _start = context.Host.Time.GetTimestamp();
    private readonly Lock _gate = new();
    private TimeSpan _next = context.Output.IsLive ? TimeSpan.Zero : LineInterval;

    /// <summary>Time since the work began.</summary>
    public TimeSpan Elapsed => context.Host.Time.GetElapsedTime(_start);

    /// <inheritdoc/>
    public void Report(long value)
    {
        TerminalOutput output = context.Output;
        lock (_gate)
        {
            TimeSpan now = Elapsed;
            if (now < _next) return;
            _next = now + (output.IsLive ? LiveInterval : LineInterval);
        }
        double share = totalBytes == 0 ? 0 : Math.Min(1, (double)value / totalBytes);
        double rate = value / Math.Max(Elapsed.TotalSeconds, 0.001);
        string figures = $"{Units.Percent(share)} of {Units.Bytes(totalBytes)}, {Units.Rate(rate)}";
        if (output.IsLive)
        {
            string name = SafeText.Fit(what, Math.Max(1, output.Columns - BarColumns - figures.Length - 5));
            output.Show([$"{name}  {output.Palette.Bar(share, BarColumns)}  {figures}"]);
        }
        else
        {
            output.Say($"{SafeText.Clean(what)}: {figures}");
        }
    }

    /// <summary>Takes the line away once the work is done.</summary>
    public void End() => context.Output.Clear();
}
