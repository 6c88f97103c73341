namespace Shoal.Lab.Simulation.Checks;

/// <summary>A rule was broken in a simulated swarm: a defect of the program, or of the simulator.</summary>
public sealed class SimulationException : Exception
{
    /// <summary>A rule was broken.</summary>
    /// <param name="rule">What was found, in one sentence.</param>
    /// <param name="seed">The seed of the run, with which it happens again.</param>
    /// <param name="log">The last lines of its log.</param>
    public SimulationException(string rule, ulong seed, string log)
        : base($"Seed {seed}: {rule}\n{log}")
    {
        Rule = rule;
        Seed = seed;
    }

    /// <summary>What was found.</summary>
    public string Rule { get; }

    /// <summary>The seed of the run.</summary>
    public ulong Seed { get; }
}
