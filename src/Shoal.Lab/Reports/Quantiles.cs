namespace Shoal.Lab.Reports;

/// <summary>A sample in ascending order, asked for the value that a given share of it does not exceed.</summary>
public sealed class Quantiles
{
    private readonly double[] _sorted;

    /// <summary>Takes a sample in any order.</summary>
    /// <param name="sample">May be empty; then every answer is NaN.</param>
    public Quantiles(IEnumerable<double> sample)
    {
        _sorted = [.. sample];
        Array.Sort(_sorted);
    }

    /// <summary>Number of values.</summary>
    public int Count => _sorted.Length;

    /// <summary>
    /// The smallest value that at least this share of the sample does not exceed (nearest rank, nothing interpolated).
    /// </summary>
    /// <param name="share">From 0, the least value, to 1, the greatest.</param>
    public double At(double share)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(share, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        if (_sorted.Length == 0) return double.NaN;
        int rank = (int)Math.Ceiling(share * _sorted.Length);
        return _sorted[Math.Max(rank, 1) - 1];
    }
}
