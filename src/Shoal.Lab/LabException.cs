namespace Shoal.Lab;

/// <summary>
/// An experiment cannot go on. The message is one sentence for people; where a file of the user's is at fault, it
/// begins with the file's name and line.
/// </summary>
public sealed class LabException : Exception
{
    /// <summary>Tells what is wrong.</summary>
    /// <param name="message">One sentence: what happened, to what, what to do.</param>
    /// <param name="inner">What it comes from, or null.</param>
    public LabException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Something that was named is not there; the program ends with the code for that.</summary>
    public bool IsNotFound { get; init; }

    /// <summary>A fault in a file that a user wrote.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="line">Number of the line from 1.</param>
    /// <param name="fault">What is wrong, as the rest of the sentence.</param>
    public static LabException At(string file, int line, string fault) =>
        new($"{Path.GetFileName(file)} line {line}: {fault}");
}
