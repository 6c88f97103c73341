using System.CommandLine;

namespace Shoal.Cli.Settings;

/// <summary>An option of the command line with what it is when neither it nor its environment twin is given.</summary>
/// <param name="Option">As the parser knows it.</param>
/// <param name="Fallback">Its value when it is not given.</param>
internal sealed record Setting<T>(Option<T> Option, T Fallback)
{
    /// <summary>The value in a command line.</summary>
    public T Of(ParseResult result) => result.GetResult(Option) is null ? Fallback : result.GetValue(Option)!;
}
