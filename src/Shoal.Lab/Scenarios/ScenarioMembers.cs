using System.Security.Cryptography;
using Shoal.Engine.Swarms;

namespace Shoal.Lab.Scenarios;

/// <summary>The private swarm of a run: an authority, and a credential for each process.</summary>
internal sealed class ScenarioMembers
{
    // As long as any run may take, and no longer.
    private static readonly TimeSpan Life = TimeSpan.FromDays(1);

    private readonly SwarmAuthority _authority;
    private readonly string _folder;
    private readonly string _passphrase = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private readonly string _passphraseFile;

    /// <summary>Makes the authority.</summary>
    /// <param name="folder">Where its files go; it is removed with them.</param>
    public ScenarioMembers(string folder)
    {
        _folder = folder;
        _authority = SwarmAuthority.Create(folder, "lab");
        _passphraseFile = Path.Combine(folder, "passphrase");
        File.WriteAllText(_passphraseFile, _passphrase);
    }

    /// <summary>The authority's certificate in PEM form.</summary>
    public string Certificate => _authority.CertificatePem;

    /// <summary>Gives a process its credential and returns the options that name it.</summary>
    public string[] OptionsFor(string role)
    {
        string file = Path.Combine(_folder, role.Replace(' ', '-') + ".member");
        _authority.Invite(role, file, _passphrase, Life);
        return ["--member", file, "--passphrase-file", _passphraseFile];
    }
}
