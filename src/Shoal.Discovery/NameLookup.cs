using System.Net;

namespace Shoal.Discovery;

/// <summary>Finds the addresses of a host name, or of an address as text.</summary>
/// <param name="host">A host name or an address.</param>
/// <param name="cancellationToken">Ends the search.</param>
/// <returns>The addresses, best first; none when the name is not known.</returns>
/// <exception cref="System.Net.Sockets.SocketException">The name could not be looked up.</exception>
public delegate Task<IPAddress[]> NameLookup(string host, CancellationToken cancellationToken);
