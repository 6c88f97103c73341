using Shoal.Network;

namespace Shoal.Engine.Tests.Swarms;

/// <summary>Private swarms by the TLS that the runtime brings.</summary>
public sealed class PlatformPrivateSwarmTests() : PrivateSwarmTests(TlsNegotiator.Platform);
