namespace Shoal.Swarm;

/// <summary>Small numbers for connected peers, used again when a peer has left, so that tables over them stay small.</summary>
internal sealed class SlotNumbers
{
    private readonly Stack<int> _free = new();
    private int _next;

    public int Take() => _free.TryPop(out int slot) ? slot : _next++;

    public void Return(int slot) => _free.Push(slot);
}
