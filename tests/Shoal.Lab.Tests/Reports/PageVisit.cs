using System.Diagnostics;

namespace Shoal.Lab.Tests.Reports;

/// <summary>A visit of a headless browser to a page on disk, with no network to fetch anything from.</summary>
/// <param name="Document">The page as the browser understood it.</param>
/// <param name="Complaints">What it wrote to its console about the page.</param>
internal sealed record PageVisit(string Document, IReadOnlyList<string> Complaints)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Opens a page and takes a picture of it.</summary>
    public static async Task<PageVisit> RunAsync(string file, string picture)
    {
        (string document, string said) = await BrowseAsync(file, "--dump-dom");
        await BrowseAsync(file, $"--screenshot={picture}", "--window-size=1100,2400");
        string[] complaints = [.. said.Split('\n').Where(line => line.Contains("CONSOLE", StringComparison.Ordinal))];
        return new PageVisit(document, complaints);
    }

    private static async Task<(string Out, string Error)> BrowseAsync(string file, params string[] options)
    {
        string profile = Directory.CreateDirectory($"{file}.profile").FullName;
        var start = new ProcessStartInfo("chromium",
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0",
            "--host-resolver-rules=MAP * ~NOTFOUND", $"--user-data-dir={profile}", .. options,
            new Uri(file).AbsoluteUri,
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process browser = Process.Start(start)!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Limit);
        try
        {
            Task<string> output = browser.StandardOutput.ReadToEndAsync(deadline.Token);
            Task<string> error = browser.StandardError.ReadToEndAsync(deadline.Token);
            await browser.WaitForExitAsync(deadline.Token);
            return (await output, await error);
        }
        finally
        {
            if (!browser.HasExited) browser.Kill(entireProcessTree: true);
        }
    }
}
