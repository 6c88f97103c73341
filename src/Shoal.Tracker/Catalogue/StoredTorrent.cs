namespace Shoal.Tracker.Catalogue;

/// <summary>A .torrent out of the catalogue.</summary>
/// <param name="Name">Name of its content.</param>
/// <param name="Bytes">The file itself.</param>
internal sealed record StoredTorrent(string Name, byte[] Bytes);
