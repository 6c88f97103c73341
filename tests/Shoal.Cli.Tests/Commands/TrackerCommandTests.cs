using System.Net;
using System.Net.Sockets;
using Shoal.Clients;

namespace Shoal.Cli.Tests.Commands;

public sealed class TrackerCommandTests
{
    [Fact]
    public async Task A_tracker_prints_its_url_and_leaves_when_it_is_asked_to()
    {
        CliOutcome outcome = await CliRunner.RunAsync(
            [], "what\nexit\n", ["tracker", "--port", "0", "--bind", "127.0.0.1", "--json-lines"]);
        Assert.Equal(ExitCode.Ok, outcome.ExitCode);
        string[] lines = outcome.Out.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith(
            "{\"event\":\"tracker_started\",\"url\":\"http://127.0.0.1:", lines[0], StringComparison.Ordinal);
        Assert.Equal("{\"event\":\"result\",\"exit_code\":0}", lines[1]);
    }

    [Fact]
    public async Task A_tracker_with_a_parent_ends_with_its_input()
    {
        CliOutcome outcome = await CliRunner.RunAsync(
            [], "", ["tracker", "--port", "0", "--bind", "127.0.0.1", "--end-with-input"]);
        Assert.Equal(ExitCode.Ok, outcome.ExitCode);
        Assert.StartsWith("http://127.0.0.1:", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_a_network_error()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        CliOutcome outcome = await CliRunner.RunAsync("tracker", "--bind", "127.0.0.1", "--port", $"{port}");
        Assert.Equal(ExitCode.Network, outcome.ExitCode);
        Assert.Contains(
            $"cannot listen on 127.0.0.1, port {port}: another program uses it",
            outcome.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_a_network_error()
    {
        // Of a network that is for documentation (RFC 5737), which no machine is in.
        CliOutcome outcome = await CliRunner.RunAsync("tracker", "--bind", "198.51.100.1", "--port", "0");
        Assert.Equal(ExitCode.Network, outcome.ExitCode);
        Assert.Contains("this machine has no such address", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redis_that_is_not_there_is_a_network_error()
    {
        int port = FreePort.Next();
        CliOutcome outcome = await CliRunner.RunAsync(
            "tracker", "--bind", "127.0.0.1", "--port", "0", "--redis", $"127.0.0.1:{port}");
        Assert.Equal(ExitCode.Network, outcome.ExitCode);
        Assert.Contains($"cannot reach Redis at 127.0.0.1:{port}", outcome.Error, StringComparison.Ordinal);
    }
}
