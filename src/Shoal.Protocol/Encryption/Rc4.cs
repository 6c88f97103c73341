using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Shoal.Protocol.Encryption;

/// <summary>
/// One direction of an RC4 stream, as message stream encryption uses it. It hides what is spoken from those who look in
/// passing and is no protection from anybody else: RC4 has long been broken.
/// </summary>
/// <remarks>
/// The permutation is kept in 32-bit elements: a load of a byte that was just stored as a byte costs more than the
/// three quarters of the table that stay empty. Every index is masked to eight bits, which is why the elements are
/// reached without a check.
/// </remarks>
public sealed class Rc4
{
    private const int States = 256;

    private readonly uint[] _states = new uint[States];
    private uint _i;
    private uint _j;

    /// <summary>Starts a stream.</summary>
    /// <param name="key">From 1 to 256 bytes.</param>
    /// <exception cref="ArgumentException">The key is empty or longer.</exception>
    public Rc4(ReadOnlySpan<byte> key)
    {
        if (key.Length is 0 or > States)
            throw new ArgumentException($"A key has 1 to {States} bytes, not {key.Length}.", nameof(key));
        for (uint i = 0; i < States; i++) _states[i] = i;
        uint j = 0;
        for (int i = 0; i < States; i++)
        {
            j = (j + _states[i] + key[i % key.Length]) & 0xff;
            (_states[i], _states[j]) = (_states[j], _states[i]);
        }
    }

    private Rc4(Rc4 other)
    {
        other._states.CopyTo(_states, 0);
        _i = other._i;
        _j = other._j;
    }

    /// <summary>A stream that goes on from here by itself.</summary>
    public Rc4 Fork() => new(this);

    /// <summary>Encrypts or decrypts where the bytes lie, which is the same.</summary>
    public void Apply(Span<byte> bytes)
    {
        ref uint states = ref MemoryMarshal.GetArrayDataReference(_states);
        nuint i = (byte)(_i + 1);
        nuint j = _j;
        uint one = Unsafe.Add(ref states, i);
        foreach (ref byte value in bytes)
        {
            j = (byte)(j + one);
            uint other = Unsafe.Add(ref states, j);
            // The next element is loaded before this step's two are stored, so that the loads do not wait for the
            // stores. Only where the next one is that just moved has it to be replaced.
            nuint next = (byte)(i + 1);
            uint following = Unsafe.Add(ref states, next);
            Unsafe.Add(ref states, j) = one;
            Unsafe.Add(ref states, i) = other;
            if (j == next) following = one;
            value ^= (byte)Unsafe.Add(ref states, (nuint)(byte)(one + other));
            one = following;
            i = next;
        }
        _i = (byte)(i - 1);
        _j = (uint)j;
    }

    /// <summary>Goes on as if <paramref name="count"/> bytes had been encrypted.</summary>
    public void Skip(int count)
    {
        Span<byte> scratch = stackalloc byte[256];
        for (; count > 0; count -= scratch.Length) Apply(scratch[..Math.Min(count, scratch.Length)]);
    }
}
