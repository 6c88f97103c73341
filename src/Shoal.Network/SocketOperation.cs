using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Shoal.Network;

/// <summary>
/// One direction of a socket, reused for every operation: the event args are their own value-task source, so a receive
/// or send allocates nothing and a socket error does not throw. The owner starts an operation only after the one
/// before it was awaited.
/// </summary>
internal sealed class SocketOperation : SocketAsyncEventArgs, IValueTaskSource<SocketResult>
{
    // The loops that await this carry no ambient context of their own, so none needs to be captured per operation.
    private const bool SuppressExecutionContext = true;

    private ManualResetValueTaskSourceCore<SocketResult> _source;

    public SocketOperation()
        : base(SuppressExecutionContext)
    {
    }

    public ValueTask<SocketResult> ReceiveAsync(Socket socket, Memory<byte> buffer)
    {
        SetBuffer(buffer);
        return Start(socket, static (socket, operation) => socket.ReceiveAsync(operation));
    }

    public ValueTask<SocketResult> SendAsync(Socket socket, Memory<byte> bytes)
    {
        SetBuffer(bytes);
        return Start(socket, static (socket, operation) => socket.SendAsync(operation));
    }

    public ValueTask<SocketResult> ConnectAsync(Socket socket, System.Net.EndPoint remote)
    {
        RemoteEndPoint = remote;
        return Start(socket, static (socket, operation) => socket.ConnectAsync(operation));
    }

    /// <summary>Waits for a connection; it is in <see cref="TakeAccepted"/> then.</summary>
    public ValueTask<SocketResult> AcceptAsync(Socket socket) =>
        Start(socket, static (socket, operation) => socket.AcceptAsync(operation));

    public Socket? TakeAccepted()
    {
        Socket? accepted = AcceptSocket;
        AcceptSocket = null;
        return accepted;
    }

    public SocketResult GetResult(short token) => _source.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    protected override void OnCompleted(SocketAsyncEventArgs e) =>
        _source.SetResult(new SocketResult(BytesTransferred, SocketError));

    private ValueTask<SocketResult> Start(Socket socket, Func<Socket, SocketOperation, bool> begin)
    {
        _source.Reset();
        try
        {
            return begin(socket, this)
                ? new ValueTask<SocketResult>(this, _source.Version)
                : new ValueTask<SocketResult>(new SocketResult(BytesTransferred, SocketError));
        }
        catch (ObjectDisposedException)
        {
            // The connection was closed from the other thread between two operations; to the loop it just ended.
            return new ValueTask<SocketResult>(new SocketResult(0, SocketError.OperationAborted));
        }
    }
}
