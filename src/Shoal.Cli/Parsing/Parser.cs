using System.Diagnostics.CodeAnalysis;

namespace Shoal.Cli.Parsing;

/// <summary>Reads a value that a user typed.</summary>
/// <param name="text">What was typed.</param>
/// <param name="value">The value, when the result is true.</param>
/// <param name="expected">What would have been right, to end the sentence "… is not …", when it is false.</param>
internal delegate bool Parser<T>(string text, [MaybeNullWhen(false)] out T value, out string expected);
