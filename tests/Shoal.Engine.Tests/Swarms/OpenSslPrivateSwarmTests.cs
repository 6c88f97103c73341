using Shoal.Network;

namespace Shoal.Engine.Tests.Swarms;

/// <summary>Private swarms by OpenSSL itself, where it is.</summary>
public sealed class OpenSslPrivateSwarmTests() : PrivateSwarmTests(TlsNegotiator.Best);
