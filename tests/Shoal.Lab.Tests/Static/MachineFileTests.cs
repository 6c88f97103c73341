using System.Text;
using Shoal.Lab.Static;

namespace Shoal.Lab.Tests.Static;

public sealed class MachineFileTests
{
    [Fact]
    public void The_sample_is_read_and_names_this_machine_first()
    {
        IReadOnlyList<Machine> machines = Parse(MachineFile.Sample("192.168.1.101"));
        Assert.Equal(["Machine A", "Machine B"], machines.Select(m => m.Name));
        Assert.Equal(
            ["1001 192.168.1.101 6008 1", "1002 192.168.1.102 6008 0", "1003 192.168.1.102 6009 0"],
            machines.SelectMany(m => m.Peers).Select(p => p.ToString()));
        Assert.Equal("Machine A", MachineFile.Find(machines, null, ["10.0.0.1", "192.168.1.101"], "f.json").Name);
        Assert.Equal("Machine B", MachineFile.Find(machines, "Machine B", [], "f.json").Name);
    }

    [Fact]
    public void Numbers_need_no_quotes() => Assert.Equal(
        "7 h 80 1",
        Parse("""[{"machine_name": "A", "host": "h", "peers": [{"id": 7, "port": 80, "has_file": 1}]}]""")[0]
            .Peers[0].ToString());

    [Fact]
    public void A_machine_that_is_not_there_is_told_with_those_that_are()
    {
        IReadOnlyList<Machine> machines = Parse(MachineFile.Sample("h"));
        Assert.Equal(
            "f.json has no machine 'C'; it has 'Machine A', 'Machine B'.",
            Assert.Throws<LabException>(() => MachineFile.Find(machines, "C", [], "f.json")).Message);
        Assert.Contains(
            "--machine: 'Machine A', 'Machine B'",
            Assert.Throws<LabException>(() => MachineFile.Find(machines, null, ["other"], "f.json")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[\n{\n]", "f.json line 3: this is not JSON: ")]
    [InlineData("", "f.json line 1: this is not JSON: ")]
    [InlineData("[] []", "f.json line 1: this is not JSON: ")]
    [InlineData("{}", "f.json line 1: the file is not a list of machines in [ ].")]
    [InlineData("[\n3]", "f.json line 2: this is not a machine in { }.")]
    [InlineData("[ ]", "f.json line 1: there is no machine.")]
    [InlineData("[\n{\"host\": \"h\", \"peers\": []}]", "f.json line 2: machine_name is missing.")]
    [InlineData("[{\"machine_name\": \"A\",\n\"host\": \"h h\", \"peers\": []}]", "f.json line 2: 'h h' is not")]
    [InlineData("[\n{\"machine_name\": \"A\", \"host\": \"h\"}]", "f.json line 2: machine 'A' has no peers")]
    public void What_is_wrong_is_told_with_its_line(string json, string sentence) => Assert.StartsWith(
        sentence, Assert.Throws<LabException>(() => Parse(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("\"id\": \"1002\"", "\"id\": \"x\"", "f.json line 13: id 'x' is not a number from 0")]
    [InlineData("\"port\": \"6009\"", "\"port\": \"70000\"", "f.json line 14: port '70000' is not a number")]
    [InlineData("\"port\": \"6009\"", "\"port\": \"6008\"", "f.json line 14: port 6008 of 192.168.1.102 is taken by")]
    [InlineData("\"id\": \"1003\"", "\"id\": \"1001\"", "f.json line 14: peer 1001 stands in line 6 already.")]
    [InlineData("\"has_file\": \"1\"", "\"has_file\": \"0\"", "f.json line 1: no peer has the file")]
    [InlineData("\"has_file\": \"1\"", "\"has_file\": \"2\"", "f.json line 6: has_file '2' is neither 1 nor 0.")]
    [InlineData("\"Machine B\"", "\"Machine A\"", "f.json line 9: there is a machine 'Machine A' already.")]
    public void A_wrong_peer_or_machine_is_told_with_its_line(string right, string wrong, string sentence)
    {
        string json = MachineFile.Sample("h1").Replace(right, wrong, StringComparison.Ordinal);
        Assert.StartsWith(sentence, Assert.Throws<LabException>(() => Parse(json)).Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<Machine> Parse(string json) =>
        MachineFile.Parse("some/f.json", Encoding.UTF8.GetBytes(json));
}
