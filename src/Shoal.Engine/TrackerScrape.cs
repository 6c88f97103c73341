namespace Shoal.Engine;

/// <summary>What a tracker says of a torrent's swarm without our joining it (BEP 48).</summary>
/// <param name="Tracker">URL of the tracker, any passkey in it masked.</param>
/// <param name="Seeds">Peers that have everything; null when there was no answer.</param>
/// <param name="Leeches">Peers that miss something; null when there was no answer.</param>
/// <param name="Downloads">How often the torrent was downloaded to the end; null when there was no answer.</param>
/// <param name="Error">One sentence that says why there was no answer; null when there was one.</param>
public sealed record TrackerScrape(string Tracker, int? Seeds, int? Leeches, int? Downloads, string? Error);
