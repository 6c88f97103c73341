using Shoal.Network;

namespace Shoal.Engine.Tests.Swarms;

/// <summary>Floods by the TLS that the runtime brings.</summary>
public sealed class PlatformTlsFloodTests() : TlsFloodTests(TlsNegotiator.Platform);
