using System.Buffers.Text;
using System.Security.Cryptography;
using Shoal.Tracker.Catalogue;

namespace Shoal.Tracker.Api;

/// <summary>The token of a tracker in a file that only its owner can read.</summary>
internal static class TokenFile
{
    /// <summary>Its name in the data folder.</summary>
    public const string Name = "tracker.token";

    private const int TokenBytes = 24;

    /// <summary>A new token, of letters, digits and two signs.</summary>
    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));

    /// <summary>Reads the token of a data folder, or makes one.</summary>
    /// <exception cref="IOException">The file cannot be read or written, or holds no token.</exception>
    public static string ReadOrMake(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (File.Exists(path))
        {
            string token = File.ReadAllText(path).Trim();
            return token.Length >= CatalogueOptions.MinTokenChars
                ? token
                : throw new IOException(
                    $"'{path}' holds no token of {CatalogueOptions.MinTokenChars} characters; without it there is "
                        + "a new one at the next start.");
        }
        string made = NewToken();
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.WriteLine(made);
        return made;
    }
}
