namespace Shoal.Discovery;

/// <summary>Why a web server did not give what it was asked for.</summary>
/// <param name="Sentence">What happened, for people.</param>
/// <param name="IsFinal">True when it makes no sense to ask again.</param>
/// <param name="RetryAfter">How long the server wants to be left alone; null when it did not say.</param>
public sealed record WebSeedFault(string Sentence, bool IsFinal = false, TimeSpan? RetryAfter = null);
