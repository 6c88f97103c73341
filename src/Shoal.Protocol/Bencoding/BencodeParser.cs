namespace Shoal.Protocol.Bencoding;

/// <summary>
/// Turns bytes into tokens in one pass without recursion; a stack of frames stands in for it, so that depth is a
/// number that can be limited.
/// </summary>
/// <remarks>
/// <code>
///  integer  i -42 e        string  4:spam        list  l values e        dictionary  d key value ... e
/// </code>
/// </remarks>
internal ref struct BencodeParser
{
    private const int FirstTokens = 16;

    private readonly ReadOnlySpan<byte> _data;
    private readonly BencodeLimits _limits;
    private int _at;
    private int _count;

    public BencodeParser(ReadOnlySpan<byte> data, BencodeLimits limits)
    {
        _data = data;
        _limits = limits;
        Tokens = new BencodeToken[Math.Min(FirstTokens, limits.MaxTokens)];
    }

    public BencodeToken[] Tokens { get; private set; }

    public BencodeFlaws Flaws { get; private set; }

    public BencodeError Error { get; private set; }

    public readonly int Consumed => _at;

    /// <summary>Reads one value. The stack has room for as many frames as the depth limit says.</summary>
    public bool TryParse(scoped Span<BencodeFrame> stack)
    {
        int depth = 0;
        do
        {
            if (_at >= _data.Length) return Fail(BencodeErrorKind.Truncated, _at);
            byte first = _data[_at];
            if (depth > 0)
            {
                ref BencodeFrame top = ref stack[depth - 1];
                if (first == (byte)'e')
                {
                    if (top.ExpectsValue) return Fail(BencodeErrorKind.MissingValue, _at);
                    Close(top.Token);
                    depth--;
                    continue;
                }
                if (top is { IsDictionary: true, ExpectsValue: false })
                {
                    if (!TryReadKey(first, ref top)) return false;
                    continue;
                }
                top.ExpectsValue = false;
            }
            if (first is (byte)'d' or (byte)'l')
            {
                if (depth == stack.Length) return Fail(BencodeErrorKind.TooDeep, _at);
                stack[depth++] = new BencodeFrame(_count, first == (byte)'d');
                if (!TryAdd(new BencodeToken(_at, 0, 0))) return false;
                _at++;
            }
            else if (!TryReadScalar(first)) return false;
        }
        while (depth > 0);
        return _at == _data.Length || _limits.AllowTrailingBytes || Fail(BencodeErrorKind.TrailingBytes, _at);
    }

    private bool TryReadScalar(byte first)
    {
        if (first == (byte)'i') return TryReadInteger();
        return char.IsAsciiDigit((char)first) ? TryReadString() : Fail(BencodeErrorKind.UnexpectedByte, _at);
    }

    private bool TryReadKey(byte first, ref BencodeFrame top)
    {
        if (!char.IsAsciiDigit((char)first)) return Fail(BencodeErrorKind.KeyNotString, _at);
        int token = _count;
        if (!TryReadString()) return false;
        if (top.PreviousKey >= 0)
        {
            int order = Content(top.PreviousKey).SequenceCompareTo(Content(token));
            if (order > 0) Flaws |= BencodeFlaws.UnsortedKeys;
            else if (order == 0) Flaws |= BencodeFlaws.DuplicateKeys;
        }
        top.PreviousKey = token;
        top.ExpectsValue = true;
        return true;
    }

    private bool TryReadInteger()
    {
        int start = _at++;
        bool negative = _at < _data.Length && _data[_at] == (byte)'-';
        if (negative) _at++;
        ulong limit = negative ? 1UL << 63 : long.MaxValue;
        if (!TryReadDigits(limit, (byte)'e', out ulong value)) return false;
        if (negative && value == 0) Flaws |= BencodeFlaws.NegativeZero;
        return TryAdd(new BencodeToken(start, _at - start, 1));
    }

    private bool TryReadString()
    {
        int start = _at;
        if (!TryReadDigits(int.MaxValue, (byte)':', out ulong length)) return false;
        if (length > (ulong)(_data.Length - _at)) return Fail(BencodeErrorKind.Truncated, start);
        int prefix = _at - start;
        _at += (int)length;
        return TryAdd(new BencodeToken(start, _at - start, prefix));
    }

    private bool TryReadDigits(ulong limit, byte end, out ulong value)
    {
        int start = _at;
        value = 0;
        for (; _at < _data.Length; _at++)
        {
            byte b = _data[_at];
            if (b == end && _at > start)
            {
                if (_data[start] == (byte)'0' && _at - start > 1) Flaws |= BencodeFlaws.LeadingZeros;
                _at++;
                return true;
            }
            uint digit = (uint)b - '0';
            if (digit > 9) return Fail(BencodeErrorKind.UnexpectedByte, _at);
            if (value > (limit - digit) / 10) return Fail(BencodeErrorKind.Overflow, start);
            value = value * 10 + digit;
        }
        return Fail(BencodeErrorKind.Truncated, _at);
    }

    private void Close(int token)
    {
        _at++;
        int start = Tokens[token].Start;
        Tokens[token] = new BencodeToken(start, _at - start, _count - token);
    }

    private bool TryAdd(BencodeToken token)
    {
        if (_count == _limits.MaxTokens) return Fail(BencodeErrorKind.TooManyTokens, token.Start);
        if (_count == Tokens.Length)
        {
            BencodeToken[] grown = new BencodeToken[(int)Math.Min(_limits.MaxTokens, Tokens.Length * 2L)];
            Tokens.CopyTo(grown, 0);
            Tokens = grown;
        }
        Tokens[_count++] = token;
        return true;
    }

    private readonly ReadOnlySpan<byte> Content(int token)
    {
        BencodeToken t = Tokens[token];
        return _data.Slice(t.Start + t.Extra, t.Length - t.Extra);
    }

    private bool Fail(BencodeErrorKind kind, int offset)
    {
        Error = new BencodeError(kind, offset);
        return false;
    }
}

/// <summary>A container that is still open.</summary>
internal struct BencodeFrame(int token, bool isDictionary)
{
    public readonly int Token = token;
    public readonly bool IsDictionary = isDictionary;

    /// <summary>True between a key and its value.</summary>
    public bool ExpectsValue;

    /// <summary>Token of the last key, or -1 before the first.</summary>
    public int PreviousKey = -1;
}
