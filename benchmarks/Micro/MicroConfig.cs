using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Shoal.Micro;

/// <summary>
/// How every benchmark runs: in this process, since a generated project would be built under the rules of this
/// repository, and with its allocations counted.
/// </summary>
internal sealed class MicroConfig : ManualConfig
{
    /// <param name="quick">True for three short rounds, enough to see an order of magnitude.</param>
    public MicroConfig(bool quick)
    {
        Job job = quick ? Job.ShortRun : Job.Default;
        AddJob(job.WithToolchain(InProcessEmitToolchain.Instance));
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddLogger(ConsoleLogger.Default);
        AddExporter(MarkdownExporter.GitHub, JsonExporter.Full);
        // One table for everything that was asked for, under artifacts like all that is made here.
        WithOptions(ConfigOptions.JoinSummary);
        ArtifactsPath = Path.Combine(RepositoryRoot(), "artifacts", "micro");
    }

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Shoal.slnx")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? Directory.GetCurrentDirectory();
    }
}
