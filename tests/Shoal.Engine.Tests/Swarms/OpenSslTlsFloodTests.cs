using Shoal.Network;

namespace Shoal.Engine.Tests.Swarms;

/// <summary>Floods by OpenSSL itself, where it is.</summary>
public sealed class OpenSslTlsFloodTests() : TlsFloodTests(TlsNegotiator.Best);
