namespace Shoal.Engine.Tests.WebSeeds;

/// <summary>What an engine logs of web seeds that fail.</summary>
internal sealed class WebSeedLog : KeptLog<(bool IsFinal, string Text)>
{
    private const int Failed = 1034;
    private const int Dropped = 1035;

    protected override bool Keeps(int eventId) => eventId is Failed or Dropped;

    protected override (bool IsFinal, string Text) Of(int eventId, string text) => (eventId == Dropped, text);
}
