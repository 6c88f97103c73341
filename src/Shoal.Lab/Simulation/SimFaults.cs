namespace Shoal.Lab.Simulation;

/// <summary>What befalls the peers of a simulation, until a time from which on all must come right again.</summary>
internal sealed class SimFaults(SimWorld world, TimeSpan end)
{
    /// <summary>Plans what will befall a peer that has just started.</summary>
    public void Begin(SimPeer peer)
    {
        if (peer.Group.CrashesEvery is { } crash) peer.Later(Draw(crash), () => Crash(peer));
        if (peer.Group.GivesUpAfter is { } patience)
        {
            peer.Later(Draw(patience), () =>
            {
                if (peer.CompletedAt is null) peer.Leave();
            });
        }
    }

    /// <summary>Cuts a connection now and then.</summary>
    public void Cut(TimeSpan every) => world.Events.After(Draw(every), () =>
    {
        if (world.Events.Now >= end) return;
        SimPeer peer = world.Peers[world.Random.Next(world.Peers.Count)];
        if (peer.Links.Count > 0)
        {
            SimLink link = peer.Links[world.Random.Next(peer.Links.Count)];
            SimLink other = link.Other;
            if (world.Log.IsOn) world.Log.Write($"{peer.Number} is cut off from {other.Owner.Number}");
            peer.Ended(link, isReset: true);
            if (!other.IsClosed) other.Owner.Ended(other, isReset: true);
        }
        Cut(every);
    });

    private void Crash(SimPeer peer)
    {
        if (world.Events.Now >= end) return;
        peer.Stop(isCrash: true);
        world.Events.After(peer.Group.AwayFor, () =>
        {
            if (world.IsOver) return;
            peer.Start();
            Begin(peer);
        });
    }

    // Evenly between nothing and twice the mean.
    private TimeSpan Draw(TimeSpan mean) => mean * (world.Random.Next(2_000_000) / 1_000_000.0);
}
