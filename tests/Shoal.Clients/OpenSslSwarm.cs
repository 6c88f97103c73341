namespace Shoal.Clients;

/// <summary>
/// A private swarm whose certificates openssl makes: an authority, and one credential that every member shows. Its key
/// has no passphrase, so that opening it costs nobody anything.
/// </summary>
/// <param name="Authority">The PEM file of the authority's certificate.</param>
/// <param name="Member">The PEM file of a member's certificate and key.</param>
public sealed record OpenSslSwarm(string Authority, string Member)
{
    /// <summary>Makes authority and credential, in some tenths of a second.</summary>
    /// <param name="folder">Where its files go.</param>
    /// <param name="torrent">The torrent's name, which the credential is for.</param>
    /// <param name="cancel">The deadline.</param>
    public static async Task<OpenSslSwarm> MakeAsync(
        TemporaryFolder folder, string torrent, CancellationToken cancel)
    {
        string authority = folder.File("ca.pem"), authorityKey = folder.File("ca.key");
        string leaf = folder.File("leaf.pem"), leafKey = folder.File("leaf.key"), request = folder.File("leaf.csr");
        await RunAsync(
            folder,
            cancel,
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=an authority",
            "-keyout", authorityKey, "-out", authority);
        await RunAsync(
            folder,
            cancel,
            "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=a member", "-keyout", leafKey, "-out", request);
        string extensions = folder.File("leaf.ext");
        await File.WriteAllTextAsync(extensions, $"subjectAltName=DNS:{torrent}\n", cancel);
        await RunAsync(
            folder,
            cancel,
            "x509", "-req", "-in", request, "-CA", authority, "-CAkey", authorityKey, "-CAcreateserial", "-days", "2",
            "-extfile", extensions, "-out", leaf);
        string member = folder.File("member.pem");
        await File.WriteAllTextAsync(
            member,
            await File.ReadAllTextAsync(leaf, cancel) + await File.ReadAllTextAsync(leafKey, cancel),
            cancel);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(member, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new OpenSslSwarm(authority, member);
    }

    private static async Task RunAsync(TemporaryFolder folder, CancellationToken cancel, params string[] arguments)
    {
        await using ClientProcess process = ClientProcess.Start(folder.Path, ["openssl", .. arguments]);
        await process.SuccessAsync(cancel);
    }
}
