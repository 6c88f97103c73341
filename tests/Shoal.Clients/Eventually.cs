using System.Runtime.CompilerServices;

namespace Shoal.Clients;

/// <summary>Waits for what another process brings about and does not tell of itself.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Looks again and again until the condition holds; <paramref name="cancel"/> is the deadline.</summary>
    /// <exception cref="TimeoutException">The deadline passed before the condition held.</exception>
    public static async Task HoldsAsync(
        Func<Task<bool>> condition,
        CancellationToken cancel,
        [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        using var timer = new PeriodicTimer(Pause);
        while (!await condition())
        {
            try
            {
                await timer.WaitForNextTickAsync(cancel);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"In vain waited for {what}.");
            }
        }
    }

    public static Task HoldsAsync(
        Func<bool> condition,
        CancellationToken cancel,
        [CallerArgumentExpression(nameof(condition))] string what = "") =>
        HoldsAsync(() => Task.FromResult(condition()), cancel, what);
}
