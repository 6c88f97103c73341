using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Shoal.Tidy.Tests;

/// <summary>What may not be called where. Comments and literals are blanked before the patterns look.</summary>
public sealed partial class BannedCallTests
{
    [Fact]
    public void Protocol_and_Swarm_know_no_clock_no_chance_no_thread_and_no_disk_or_network() => Rule.Holds(
        "pure core",
        Repository.Here.Under("src/Shoal.Protocol").Concat(Repository.Here.Under("src/Shoal.Swarm")),
        Impure);

    [Fact]
    public void Production_code_does_not_block_a_thread() =>
        Rule.Holds("no blocking", Repository.Here.Under("src"), Blocking);

    [Fact]
    public void No_exception_is_swallowed_without_a_word() =>
        Rule.Holds("no empty catch", Repository.Here.CSharp, EmptyCatch);

    [Fact]
    public void Tests_neither_sleep_nor_skip() =>
        Rule.Holds("no sleeping test", Repository.Here.Under("tests"), Sleeping);

    [Theory]
    [InlineData("var now = DateTime.UtcNow;")]
    [InlineData("var now = DateTimeOffset.Now;")]
    [InlineData("var now = Stopwatch.GetTimestamp();")]
    [InlineData("long now = Environment.TickCount64;")]
    [InlineData("int n = Random.Shared.Next();")]
    [InlineData("var dice = new Random();")]
    [InlineData("var id = Guid.NewGuid();")]
    [InlineData("RandomNumberGenerator.Fill(id);")]
    [InlineData("Task.Run(Work);")]
    [InlineData("var t = new Thread(Work);")]
    [InlineData("Socket s;")]
    [InlineData("byte[] all = File.ReadAllBytes(name);")]
    [InlineData("Directory.CreateDirectory(name);")]
    [InlineData("Console.WriteLine();")]
    [InlineData("await work;")]
    [InlineData("TimeProvider clock;")]
    public void An_impure_line_is_caught(string line) =>
        Rule.Catches("src/Shoal.Swarm/X.cs", $"class X {{ void M()\n{{\n{line}\n}} }}", Impure);

    [Theory]
    [InlineData("var dice = new Random(seed);")]
    [InlineData("Piece file = block.File.Piece;")]
    [InlineData("// DateTime.UtcNow is not asked here")]
    [InlineData("string s = \"Console.WriteLine\";")]
    [InlineData("TimeSpan now = clock;")]
    public void A_pure_line_is_allowed(string line) =>
        Rule.Allows("src/Shoal.Swarm/X.cs", $"class X {{ void M()\n{{\n{line}\n}} }}", Impure);

    [Theory]
    [InlineData("Thread.Sleep(1);")]
    [InlineData("int n = work.Result;")]
    [InlineData("work.Wait();")]
    [InlineData("work.GetAwaiter().GetResult();")]
    public void A_blocking_line_is_caught(string line) =>
        Rule.Catches("src/Shoal.Engine/X.cs", $"class X {{ void M()\n{{\n{line}\n}} }}", Blocking);

    [Theory]
    [InlineData("try { } catch { }")]
    [InlineData("try { } catch (IOException) { }")]
    [InlineData("try { } catch { /* anything at all */ }")]
    public void A_silent_catch_is_caught(string line) =>
        Rule.Catches("src/Shoal.Engine/X.cs", $"class X {{ void M()\n{{\n{line}\n}} }}", EmptyCatch);

    [Fact]
    public void A_catch_that_names_the_exception_and_the_reason_is_allowed() => Rule.Allows(
        "src/Shoal.Engine/X.cs",
        "class X { void M() { try { } catch (IOException)\n{\n// The file is gone, which is what was wanted.\n} } }",
        EmptyCatch);

    [Theory]
    [InlineData("Thread.Sleep(1);")]
    [InlineData("await Task.Delay(10);")]
    [InlineData("[Fact(Skip = why)] void T() { }")]
    public void A_sleeping_or_skipped_test_is_caught(string line) =>
        Rule.Catches("tests/Shoal.X.Tests/X.cs", $"class X {{ void M()\n{{\n{line}\n}} }}", Sleeping);

    private static IEnumerable<string> Impure(SourceFile file) => Matches(file, ImpurePattern());

    private static IEnumerable<string> Blocking(SourceFile file) => Matches(file, BlockingPattern());

    private static IEnumerable<string> Sleeping(SourceFile file) => Matches(file, SleepingPattern());

    private static IEnumerable<string> Matches(SourceFile file, Regex pattern)
    {
        for (int i = 0; i < file.CodeLines.Length; i++)
        {
            if (pattern.Match(file.CodeLines[i]) is { Success: true } match)
                yield return $"{file.Path}:{i + 1} uses {match.Value.Trim()}";
        }
    }

    private static IEnumerable<string> EmptyCatch(SourceFile file)
    {
        foreach (CatchClauseSyntax clause in file.Syntax.DescendantNodes().OfType<CatchClauseSyntax>())
        {
            if (clause.Block.Statements.Count > 0) continue;
            bool reasoned = clause.Block.DescendantTrivia().Any(t =>
                t.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia);
            if (clause.Declaration is null || !reasoned)
                yield return $"{file.At(clause)} swallows exceptions without naming them and the reason";
        }
    }

    [GeneratedRegex("""
        \bDateTime(Offset)?\.(Utc)?(Now|Today)\b | \bStopwatch\b | \bTimeProvider\b
        | (?<![.\w])Environment\. | \bRandom\.Shared\b | \bnew\s+Random\(\s*\) | \bRandomNumberGenerator\b
        | \bGuid\.(NewGuid|CreateVersion7)\b | \bTask\.(Run|Delay|Factory)\b | (?<![.\w])Thread(Pool)?\b
        | \b(Periodic)?Timer\b | \bawait\b | \basync\b
        | \b(Socket|TcpClient|TcpListener|UdpClient|NetworkStream|SslStream|HttpClient|SocketAsyncEventArgs)\b
        | (?<![.\w])Dns\. | \b(FileStream|RandomAccess|SafeFileHandle|StreamReader|StreamWriter)\b
        | (?<![.\w])File\.(Open|Read|Write|Append|Exists|Create|Delete|Move|Copy|Get|Set|Replace)
        | (?<![.\w])Directory\.(Create|Delete|Enumerate|Exists|Get|Move|Set)
        | (?<![.\w])(Console|Process)\.
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex ImpurePattern();

    [GeneratedRegex("""
        \bThread\.Sleep\b | \.Result\b(?!\s*(=|\bis\b|\())
        | (?<!\bMonitor)\.Wait\( | \.GetAwaiter\(\)\.GetResult\(\) | \bTask\.Wait(All|Any)\b
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex BlockingPattern();

    [GeneratedRegex("""
        \bThread\.Sleep\b | \bTask\.Delay\b | \bSpinWait\.SpinUntil\b | \bSkip(Unless|When)?\s*=[^=]
        | \bAssert\.Skip
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex SleepingPattern();
}
