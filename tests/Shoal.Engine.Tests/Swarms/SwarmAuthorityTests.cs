using System.Security.Cryptography.X509Certificates;
using Shoal.Engine.Swarms;

namespace Shoal.Engine.Tests.Swarms;

public sealed class SwarmAuthorityTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("shoal-authority-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void What_was_made_is_opened_again_with_its_members()
    {
        SwarmAuthority made = SwarmAuthority.Create(_root, "team");
        made.Invite("anna", FileOf("anna"), "p", TimeSpan.FromDays(2));
        made.Invite("ben", FileOf("ben"), "p", TimeSpan.FromDays(2));
        made.Revoke("anna");
        SwarmAuthority opened = SwarmAuthority.Open(_root, "team");
        Assert.Equal(made.CertificatePem, opened.CertificatePem);
        Assert.Equal(["anna", "ben"], opened.Members.Select(m => m.Who));
        Assert.NotNull(opened.Members[0].Revoked);
        Assert.Null(opened.Members[1].Revoked);
        Assert.Equal(["team"], SwarmAuthority.List(_root));
    }

    [Fact]
    public void Only_the_owner_can_read_what_is_written()
    {
        if (OperatingSystem.IsWindows()) return;
        SwarmAuthority.Create(_root, "team").Invite("anna", FileOf("anna"), "p", TimeSpan.FromDays(2));
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (string file in Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories))
            Assert.Equal(owner, File.GetUnixFileMode(file));
        string key = Path.Combine(_root, "team", "authority.pem");
        File.SetUnixFileMode(key, owner | UnixFileMode.GroupRead);
        TorrentException refusal = Assert.Throws<TorrentException>(() => SwarmAuthority.Open(_root, "team"));
        Assert.Contains("chmod 600", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_members_file_opens_with_its_passphrase_only_and_shows_no_key()
    {
        SwarmAuthority.Create(_root, "team").Invite("anna", FileOf("anna"), "right", TimeSpan.FromDays(2));
        SwarmMember member = SwarmMember.Load(FileOf("anna"), "right");
        Assert.Equal("anna", member.Name);
        Assert.Equal("team", member.Swarm);
        Assert.True(member.Certificate.HasPrivateKey);
        Assert.Throws<TorrentException>(() => SwarmMember.Load(FileOf("anna"), "wrong"));
        Assert.Throws<TorrentException>(() => SwarmMember.Load(FileOf("anna"), null));
        string text = File.ReadAllText(FileOf("anna"));
        Assert.Contains("BEGIN ENCRYPTED PRIVATE KEY", text, StringComparison.Ordinal);
        Assert.DoesNotContain("BEGIN PRIVATE KEY", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_is_given_once_and_again_after_it_was_revoked()
    {
        SwarmAuthority authority = SwarmAuthority.Create(_root, "team");
        authority.Invite("anna", FileOf("1"), "p", TimeSpan.FromDays(2));
        Assert.Throws<TorrentException>(() => authority.Invite("anna", FileOf("2"), "p", TimeSpan.FromDays(2)));
        authority.Revoke("anna");
        authority.Invite("anna", FileOf("2"), "p", TimeSpan.FromDays(2));
        SwarmMember own = authority.Own();
        Assert.True(own.Revocations.Contains(SwarmMember.Load(FileOf("1"), "p").Certificate));
        Assert.False(own.Revocations.Contains(SwarmMember.Load(FileOf("2"), "p").Certificate));
        Assert.Throws<TorrentException>(() => authority.Revoke("nobody"));
        Assert.Throws<TorrentException>(() => SwarmAuthority.Create(_root, "team"));
        Assert.Throws<TorrentException>(() => SwarmAuthority.Open(_root, "no such"));
        Assert.Throws<TorrentException>(() => SwarmAuthority.Create(_root, "../up"));
    }

    [Fact]
    public void A_list_counts_only_with_its_signature_and_a_larger_number()
    {
        SwarmAuthority authority = SwarmAuthority.Create(_root, "team");
        SwarmAuthority other = SwarmAuthority.Create(_root, "other");
        authority.Invite("anna", FileOf("anna"), "p", TimeSpan.FromDays(2));
        SwarmMember anna = SwarmMember.Load(FileOf("anna"), "p");
        byte[] before = ListOf("team");
        authority.Revoke("anna");
        byte[] after = ListOf("team");
        X509Certificate2 signer = anna.Authority!;
        Assert.False(anna.TryTake(ListOf("other"), signer));
        Assert.True(anna.TryTake(after, signer));
        Assert.False(anna.TryTake(before, signer));
        Assert.False(anna.TryTake(after, signer));
        Assert.True(anna.Revocations.Contains(anna.Certificate));
        // It is kept beside the file.
        Assert.True(SwarmMember.Load(FileOf("anna"), "p").Revocations.Contains(anna.Certificate));
        Assert.NotNull(other);
    }

    [Fact]
    public void A_list_with_any_bit_wrong_is_no_list()
    {
        SwarmAuthority authority = SwarmAuthority.Create(_root, "team");
        authority.Invite("anna", FileOf("anna"), "p", TimeSpan.FromDays(2));
        authority.Revoke("anna");
        X509Certificate2 signer = authority.Own().Authority!;
        byte[] list = ListOf("team");
        Assert.True(RevocationList.TryRead(list, signer, out _));
        for (int i = 0; i < list.Length; i++)
        {
            list[i] ^= 0x10;
            Assert.False(RevocationList.TryRead(list, signer, out _), $"byte {i}");
            list[i] ^= 0x10;
            Assert.False(RevocationList.TryRead(list.AsMemory(0, i), signer, out _));
        }
        Assert.False(RevocationList.TryRead(new byte[RevocationList.MaxBytes + 1], signer, out _));
    }

    private string FileOf(string who) => Path.Combine(_root, who + ".member");

    private byte[] ListOf(string swarm) => File.ReadAllBytes(Path.Combine(_root, swarm, "revoked.crl"));
}
