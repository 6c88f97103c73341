using System.Runtime.InteropServices;

namespace Shoal.Tracker.Udp;

/// <summary>
/// The system calls that move many datagrams at once, and the structures they take on 64-bit little-endian Linux
/// (<see href="https://man7.org/linux/man-pages/man2/recvmmsg.2.html">recvmmsg</see>,
/// <see href="https://man7.org/linux/man-pages/man2/sendmmsg.2.html">sendmmsg</see>).
/// </summary>
internal static unsafe partial class LinuxCalls
{
    /// <summary>Return as soon as there is one datagram, with all that are there.</summary>
    public const int WaitForOne = 0x10000;

    public const int Interrupted = 4;
    public const int TryAgain = 11;

    public const int SocketLevel = 1;
    public const int ReusePort = 15;

    public const int V4Level = 0;
    public const int V4PacketInfo = 8;
    public const int V6Level = 41;
    public const int V6ReceivePacketInfo = 49;
    public const int V6PacketInfo = 50;

    /// <summary>True where these calls and structures are what the system has.</summary>
    public static bool IsSupported =>
        OperatingSystem.IsLinux() && Environment.Is64BitProcess && BitConverter.IsLittleEndian;

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMany(
        nint socket, BatchMessage* messages, uint count, int flags, nint timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMany(nint socket, BatchMessage* messages, uint count, int flags);

    /// <summary>struct iovec</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Slice
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary>struct mmsghdr, with the struct msghdr in it laid out flat</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct BatchMessage
    {
        public byte* Name;
        public uint NameLength;
        public Slice* Slices;
        public nuint SliceCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
        private readonly int _padding;
        public uint Length;
        private readonly int _padding2;
    }

    /// <summary>struct cmsghdr</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ControlHead
    {
        public nuint Length;
        public int Level;
        public int Type;
    }
}
