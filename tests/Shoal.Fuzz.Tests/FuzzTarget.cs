namespace Shoal.Fuzz.Tests;

/// <summary>
/// One parser under fire. It must take any bytes without an exception, and its memory must be in proportion to its
/// input.
/// </summary>
/// <param name="Name">What failures call it.</param>
/// <param name="Samples">Valid inputs, from which all others are made.</param>
/// <param name="Parse">Runs the parser on an input; what it allocates is counted.</param>
internal sealed record FuzzTarget(string Name, byte[][] Samples, Action<byte[]> Parse)
{
    /// <summary>
    /// Properties that hold for every input, such as "what was read, written again, reads the same"; checked after the
    /// parse, uncounted. Null for none.
    /// </summary>
    public Action<byte[]>? Verify { get; init; }

    /// <summary>Bytes that any input may cost.</summary>
    public int FixedBytes { get; init; } = 8 * 1024;

    /// <summary>Bytes that each byte of input may cost beyond that.</summary>
    public int BytesPerInputByte { get; init; } = 64;

    public override string ToString() => Name;
}
