using Shoal.Network;

namespace Shoal.Engine.Tests.Swarms;

/// <summary>Refusals by the TLS that the runtime brings.</summary>
public sealed class PlatformTlsRefusalTests() : TlsRefusalTests(TlsNegotiator.Platform);
