using System.Text.Json;
using Shoal.Clients;

namespace Shoal.EndToEnd.Tests;

/// <summary>What a run of the program left behind.</summary>
/// <param name="ExitCode">128 plus the signal where a signal ended it.</param>
/// <param name="Output">Lines of standard output.</param>
/// <param name="Errors">Lines of standard error.</param>
internal sealed record ProgramRun(int ExitCode, IReadOnlyList<string> Output, IReadOnlyList<string> Errors)
{
    // A whole run of anything that these tests start, on a machine that does much else; the largest hashes some GiB of
    // zeros twice. It only ends what hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The last line of standard output as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Output[^1]).RootElement;

    /// <summary>A deadline for a test.</summary>
    public static CancellationToken Deadline()
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(Patience);
        return source.Token;
    }

    /// <summary>Starts the program as a user would.</summary>
    public static ClientProcess Start(TemporaryFolder home, params string[] arguments) =>
        ClientProcess.Start(home.Path, [Checkout.Program, .. arguments]);

    /// <summary>Runs the program to its end, with nothing on its standard input.</summary>
    public static async Task<ProgramRun> ToEndAsync(TemporaryFolder home, params string[] arguments) =>
        await ToEndAsync(Start(home, arguments));

    /// <summary>Waits for the end of a run.</summary>
    public static async Task<ProgramRun> ToEndAsync(ClientProcess process)
    {
        await using (process)
        {
            process.Input.Close();
            int code = await process.ExitAsync(Deadline());
            return new ProgramRun(code, process.Output, process.Errors);
        }
    }

    /// <summary>Fails with all that the program said when it did not end as it should.</summary>
    public ProgramRun Ended(int exitCode)
    {
        Assert.True(ExitCode == exitCode,
            $"exit code {ExitCode}, not {exitCode}\n{string.Join('\n', Output)}\n{string.Join('\n', Errors)}");
        return this;
    }
}
