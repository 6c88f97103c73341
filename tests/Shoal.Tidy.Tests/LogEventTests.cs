using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Shoal.Tidy.Tests;

/// <summary>Log messages of a project stand in one file, and each has an event id of its own.</summary>
public sealed class LogEventTests
{
    [Fact]
    public void Event_ids_are_given_and_unique_within_each_project()
    {
        var offences = Repository.Here.Under("src").GroupBy(f => f.Project).SelectMany(Check).ToList();
        Assert.True(offences.Count == 0, string.Join('\n', offences));
    }

    [Theory]
    [InlineData("[LoggerMessage(1, LogLevel.Debug, \"a\")] void A(); [LoggerMessage(EventId = 1)] void B();")]
    [InlineData("[LoggerMessage(LogLevel.Debug, \"a\")] void A();")]
    public void A_double_or_absent_id_is_caught(string members) => Assert.Single(Check([Planted("Log.cs", members)]));

    [Fact]
    public void Messages_in_two_files_are_caught() => Assert.Single(Check(
    [
        Planted("Log.cs", "[LoggerMessage(1, LogLevel.Debug, \"a\")] void A();"),
        Planted("Other.cs", "[LoggerMessage(EventId = 2, Message = \"b\")] void B();"),
    ]));

    private static SourceFile Planted(string name, string members) =>
        SourceFile.FromText("src/Shoal.X/" + name, $"partial class Log {{ {members} }}");

    private static IEnumerable<string> Check(IEnumerable<SourceFile> project)
    {
        Dictionary<string, string> seen = [];
        HashSet<string> homes = [];
        foreach (SourceFile file in project)
        {
            foreach (AttributeSyntax message in file.Syntax.DescendantNodes().OfType<AttributeSyntax>())
            {
                if (message.Name.ToString() is not ("LoggerMessage" or "LoggerMessageAttribute")) continue;
                if (homes.Add(file.Path) && homes.Count > 1)
                    yield return $"{file.At(message)} is a log message outside of {homes.First()}";
                string? id = EventId(message);
                string place = file.At(message);
                if (id is null) yield return $"{place} has no event id";
                else if (!seen.TryAdd(id, place)) yield return $"{place} has the id of {seen[id]}";
            }
        }
    }

    private static string? EventId(AttributeSyntax message)
    {
        SeparatedSyntaxList<AttributeArgumentSyntax> arguments = message.ArgumentList?.Arguments ?? default;
        AttributeArgumentSyntax? named = arguments.FirstOrDefault(a =>
            a.NameEquals?.Name.ToString() == "EventId" || a.NameColon?.Name.ToString() == "eventId");
        if (named is not null) return named.Expression.ToString();
        bool first = arguments.Count > 0 && arguments[0] is { NameEquals: null, NameColon: null };
        string text = first ? arguments[0].Expression.ToString() : "";
        return text.Length > 0 && !text.Contains("LogLevel", StringComparison.Ordinal) ? text : null;
    }
}
