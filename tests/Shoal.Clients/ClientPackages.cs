using System.Diagnostics;

namespace Shoal.Clients;

/// <summary>The programs that stand beside Shoal in tests and benchmarks.</summary>
public static class ClientPackages
{
    private static readonly Lazy<string?> Tests = new(() => Install("tests"));
    private static readonly Lazy<string?> Browser = new(() => Install("browser"));
    private static readonly Lazy<string?> Redis = new(() => Install("redis"));
    private static readonly Lazy<string?> Nginx = new(() => Install("nginx"));
    private static readonly Lazy<string?> Benchmarks = new(() => Install("benchmarks"));

    /// <summary>Installs Chromium and curl, where they are missing.</summary>
    /// <exception cref="InvalidOperationException">One is missing and cannot be installed here.</exception>
    public static void NeedBrowser() => Need(Browser.Value);

    /// <summary>Installs Redis, where it is missing.</summary>
    /// <exception cref="InvalidOperationException">It is missing and cannot be installed here.</exception>
    public static void NeedRedis() => Need(Redis.Value);

    /// <summary>Installs nginx, where it is missing.</summary>
    /// <exception cref="InvalidOperationException">It is missing and cannot be installed here.</exception>
    public static void NeedNginx() => Need(Nginx.Value);

    /// <summary>Installs what the tests talk to, where it is missing.</summary>
    /// <exception cref="InvalidOperationException">Something is missing and cannot be installed here.</exception>
    public static void NeedForTests() => Need(Tests.Value);

    /// <summary>As <see cref="NeedForTests"/>, and what only the benchmarks compare with.</summary>
    public static void NeedForBenchmarks() => Need(Benchmarks.Value);

    private static void Need(string? problem)
    {
        if (problem is not null) throw new InvalidOperationException(problem);
    }

    private static string? Install(string what)
    {
        var start = new ProcessStartInfo("sh", [Checkout.Script("install"), what]) { RedirectStandardError = true };
        using Process install = Process.Start(start) ?? throw new InvalidOperationException("sh did not start.");
        string said = install.StandardError.ReadToEnd();
        install.WaitForExit();
        return install.ExitCode == 0 ? null : said.Trim().Split('\n')[^1];
    }
}
