using Shoal.Network;

namespace Shoal.Engine.Tests.Swarms;

/// <summary>Refusals by OpenSSL itself, where it is.</summary>
public sealed class OpenSslTlsRefusalTests() : TlsRefusalTests(TlsNegotiator.Best);
