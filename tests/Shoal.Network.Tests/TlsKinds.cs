namespace Shoal.Network.Tests;

/// <summary>Who speaks TLS by what: each test of connections runs for every pair.</summary>
public sealed class TlsKinds : TheoryData<string, string>
{
    public TlsKinds()
    {
        foreach (string caller in new[] { "openssl", "platform" })
            foreach (string called in new[] { "openssl", "platform" })
                Add(caller, called);
    }

    /// <summary>What is meant by a name; the platform's where there is no OpenSSL.</summary>
    public static TlsNegotiator Of(string name) => name == "openssl" ? TlsNegotiator.Best : TlsNegotiator.Platform;
}
