namespace Shoal.Tracker;

/// <summary>What a tracker has done since it started, and what it holds.</summary>
/// <param name="Announces">Announces answered with peers.</param>
/// <param name="Scrapes">Scrapes answered.</param>
/// <param name="Refusals">Requests answered with a failure or an HTTP error.</param>
/// <param name="Swarms">Swarms held now.</param>
/// <param name="Peers">Peers held now.</param>
public readonly record struct TrackerCounters(long Announces, long Scrapes, long Refusals, long Swarms, long Peers);
