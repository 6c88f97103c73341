using Shoal.Clients;
using Xunit.Sdk;

namespace Shoal.Interop.Tests;

/// <summary>One cell of the matrix: which client, what is moved, as which kind of torrent, found how.</summary>
public sealed record TransferCase(string Client, string Content, string Format, string Link) : IXunitSerializable
{
    // For the test platform, which fills it in afterwards.
    public TransferCase() : this("", "", "", "")
    {
    }

    public string Client { get; private set; } = Client;

    public string Content { get; private set; } = Content;

    public string Format { get; private set; } = Format;

    public string Link { get; private set; } = Link;

    /// <summary>
    /// Each client but Transmission with a file and a folder, by .torrent and by link, in each format it knows.
    /// </summary>
    /// <param name="isSeeder">True for what the other client can seed, false for what it can get.</param>
    public static TheoryData<TransferCase> Quick(bool isSeeder) =>
        All(isSeeder, ForeignClients.Names.Where(n => n != "transmission"));

    /// <summary>The same of Transmission, which decides every ten seconds whom to serve and whom to ask.</summary>
    /// <param name="isSeeder">True for what it can seed, false for what it can get.</param>
    public static TheoryData<TransferCase> Slow(bool isSeeder) => All(isSeeder, ["transmission"]);

    /// <summary>Writes the file or folder into a folder and returns its path.</summary>
    public string WriteContent(string parent) =>
        Content == "file" ? SampleContent.SingleFile(parent) : SampleContent.NestedFolder(parent);

    /// <summary>What the downloader is told.</summary>
    public TransferJob Job(TestTorrent torrent, Client downloader, string folder) =>
        new(Link == "magnet" ? torrent.MagnetFor(downloader) : torrent.Path, folder);

    private static TheoryData<TransferCase> All(bool isSeeder, IEnumerable<string> clients)
    {
        var cases = new TheoryData<TransferCase>();
        foreach (string client in clients)
        {
            foreach (string content in (string[])["file", "folder"])
            {
                foreach (string format in Formats(client, content, isSeeder))
                {
                    cases.Add(new TransferCase(client, content, format, "torrent"));
                    cases.Add(new TransferCase(client, content, format, "magnet"));
                }
            }
        }

        return cases;
    }

    private static string[] Formats(string client, string content, bool isSeeder) => client switch
    {
        "libtorrent" => ["v1", "v2", "hybrid"],
        // It takes a hybrid for v1, padding files and all, and so does not find those when it is to seed.
        "rtorrent" => isSeeder && content == "folder" ? ["v1"] : ["v1", "hybrid"],
        // These versions stumble over the empty key in a file tree: Transmission 3.00 calls the torrent corrupt, and
        // aria2 1.36 leaves the key out and so arrives at another info-hash.
        "transmission" or "aria2" => ["v1"],
        _ => throw new ArgumentOutOfRangeException(nameof(client), client, "no such client"),
    };

    public override string ToString() => $"{Client}, {Format} {Content} by {Link}";

    void IXunitSerializable.Deserialize(IXunitSerializationInfo info) =>
        (Client, Content, Format, Link) = info.GetValue<string>("case")!.Split('|') switch
        {
            [var client, var content, var format, var link] => (client, content, format, link),
            _ => throw new FormatException("A test case has four parts."),
        };

    void IXunitSerializable.Serialize(IXunitSerializationInfo info) =>
        info.AddValue("case", $"{Client}|{Content}|{Format}|{Link}");
}
