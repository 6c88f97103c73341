using System.Text;
using Shoal.Protocol;
using Shoal.Swarm;
using Shoal.Swarm.Picking;

namespace Shoal.Lab.Simulation.Checks;

/// <summary>Tells how a peer stands, for who has to find out why it does not get on.</summary>
internal static class Standing
{
    /// <summary>A few lines on a peer and its connections.</summary>
    public static string Of(SimPeer peer)
    {
        if (!peer.IsOnline) return "it is offline";
        TorrentBrain brain = peer.Brain;
        var text = new StringBuilder();
        text.Append($"{brain.MissingBytes} bytes are missing, {brain.OutstandingBlocks} blocks asked for");
        text.Append($", {peer.Budget.Free} bytes of credit free");
        for (int i = 0; brain.Picker is not null && i < peer.Geometry.PieceCount; i++)
        {
            PieceIndex piece = peer.Geometry.Piece(i);
            PieceState state = brain.Picker.State(piece);
            if (state != PieceState.Have) text.Append($"; piece {i} is {state}");
        }
        foreach (PeerSession session in brain.Sessions)
        {
            string other = session.Shell is SimLink link ? $"{link.Other.Owner.Number}" : session.Remote.ToString();
            text.Append($"\n  to {other}: {session.Phase}, has {session.PieceCount}");
            text.Append($", {session.Pieces?.NeededCount} of use, interested {session.WeAreInterested}");
            text.Append($", unchoked us {session.UnchokedUs}, {session.Pending.Count} pending");
            text.Append($", window {session.Window.Blocks}, interested in us {session.PeerInterested}");
            text.Append($", unchoked {session.UnchokedByUs}, {session.Uploads.Count} to send");
        }
        return text.ToString();
    }
}
