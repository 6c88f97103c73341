using System.Runtime.CompilerServices;

namespace Shoal.Cli;

/// <summary>The program <c>shoal</c>.</summary>
internal static class Program
{
    // Nothing but these two calls: --version answers before the command tree and its assemblies are loaded.
    private static Task<int> Main(string[] args) =>
        args is ["--version"] ? Task.FromResult(ProgramVersion.Print()) : RunAsync(args);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task<int> RunAsync(string[] args) => Application.RunAsync(CliHost.FromConsole(), args);
}
