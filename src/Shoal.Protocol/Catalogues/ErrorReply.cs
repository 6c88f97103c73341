namespace Shoal.Protocol.Catalogues;

/// <summary>Why a catalogue did not do what it was asked.</summary>
/// <param name="Error">One sentence for people.</param>
public sealed record ErrorReply(string Error);
