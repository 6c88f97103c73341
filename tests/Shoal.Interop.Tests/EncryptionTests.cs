namespace Shoal.Interop.Tests;

/// <summary>Message stream encryption with each other client but Transmission.</summary>
public sealed class EncryptionTests
{
    public static TheoryData<string> Clients => [.. ForeignClients.Names.Where(n => n != "transmission")];

    [Theory]
    [MemberData(nameof(Clients))]
    public Task Shoal_calls_and_gets_under_every_pair_of_policies(string client) =>
        EncryptionMatrix.ToShoalAsync(client);

    [Theory]
    [MemberData(nameof(Clients))]
    public Task Another_client_calls_and_gets_under_every_pair_of_policies(string client) =>
        EncryptionMatrix.FromShoalAsync(client);
}
