using System.CommandLine;
using System.CommandLine.Invocation;

namespace Shoal.Cli.Help;

/// <summary>Answers <c>--help</c>, whatever else stands on the command line.</summary>
internal sealed class HelpPrinter(HelpHeadings headings, Func<int> columns) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        foreach (string line in HelpPage.Of(parseResult.CommandResult.Command, headings, columns()))
            parseResult.InvocationConfiguration.Output.Write(line + '\n');
        return ExitCode.Ok;
    }
}
