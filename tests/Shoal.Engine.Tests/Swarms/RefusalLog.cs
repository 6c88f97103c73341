namespace Shoal.Engine.Tests.Swarms;

/// <summary>What an engine logs of connections that it refuses, for those that no torrent hears of.</summary>
internal sealed class RefusalLog : KeptLog<string>
{
    private const int IncomingRefused = 1013;

    protected override bool Keeps(int eventId) => eventId == IncomingRefused;

    protected override string Of(int eventId, string text) => text;
}
