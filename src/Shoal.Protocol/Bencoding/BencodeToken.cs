namespace Shoal.Protocol.Bencoding;

/// <summary>
/// One value of a document, in 12 bytes. Tokens lie in the order of the text, so the children of a container follow
/// it; the kind is the first byte of the encoding.
/// </summary>
/// <param name="Start">Offset of the value's encoding.</param>
/// <param name="Length">Bytes of the encoding, prefix and end mark included.</param>
/// <param name="Extra">Of a string the bytes before its content; of anything else its tokens, itself included.</param>
internal readonly record struct BencodeToken(int Start, int Length, int Extra);
