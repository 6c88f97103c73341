using Shoal.Cli.Output;
using Shoal.Cli.Running;

namespace Shoal.Cli;

/// <summary>What a command works with besides its own options.</summary>
/// <param name="Command">The words that call it, such as <c>get</c> or <c>lab static</c>.</param>
/// <param name="Host">The process it runs in.</param>
/// <param name="Output">Where it writes.</param>
/// <param name="Signals">The signals that end it.</param>
internal sealed record CommandContext(string Command, CliHost Host, TerminalOutput Output, StopSignals Signals)
{
    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => Signals.Token;
}
