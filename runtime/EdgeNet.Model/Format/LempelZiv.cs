using System.Buffers.Binary;
using System.Numerics;

namespace EdgeNet.Model.Format;

/// <summary>
/// LZ77 over a whole text (Ziv and Lempel 1977), its literals, lengths and distances under the adaptive coder. For tables, which repeat
/// themselves, for the header, and for texts too short to pay for a table of frequencies. With a lag, elements are differences to the
/// element so far before them: a grid becomes runs of equal steps.
/// </summary>
/// <remarks>Slow beside the other encodings (some ten million literals a second): a text is at most <see cref="MaximumLength"/> bytes.</remarks>
internal static class LempelZiv
{
    /// <summary>The longest text, decoded.</summary>
    public const int MaximumLength = 4 << 20;

    /// <summary>How a text is looked at; the decoder finds it in the first byte.</summary>
    /// <param name="ElementSize">Bytes of an element: which of them a literal is belongs to its context.</param>
    /// <param name="History">Bits of the byte before that belong to the context of a literal, from its highest: 0 to 7.</param>
    /// <param name="Lag">Elements are differences to the one so many before; 0: they are not.</param>
    /// <param name="Columns">Elements are a table of so many columns, and stand column by column: first this, then the lag.</param>
    public readonly record struct View(int ElementSize, int History = 0, int Lag = 0, int Columns = 1);

    /// <summary>For text that people can read.</summary>
    public static View Prose => new(1, History: 4);

    private const int LagFlag = 0x20, ColumnsFlag = 0x40, HistoryShift = 2;
    private const int Kinds = 3, AfterLiteral = 0, AfterMatch = 1, AfterRepeat = 2;
    private const int ShortestMatch = 3, ShortestRepeat = 2;
    private const int ChainLength = 96, MostHashBits = 15;

    // Above this the encoder asks for more than being smaller.
    private const int SlowLength = 8192;

    // And above this it does not try: such sections are weights, and a board would wait for them.
    private const int MostTried = 512 << 10;
    private const int MostColumns = 64;

    /// <summary>The models of what comes next, of lengths and distances, of literals.</summary>
    private sealed class Models(View view)
    {
        public readonly uint[] IsMatch = New(Kinds * 4), IsRepeat = New(Kinds);
        public readonly uint[] MatchLength = New(AdaptiveModel.NumberModels), RepeatLength = New(AdaptiveModel.NumberModels), Distance = New(AdaptiveModel.NumberModels);
        private readonly uint[] _literals = New(view.ElementSize << view.History << 8);

        /// <summary>Of the literal at a place: by the byte before and by which byte of its element it is.</summary>
        public Span<uint> Literal(ReadOnlySpan<byte> text, int at)
        {
            int before = at > 0 ? text[at - 1] >> (8 - view.History) : 0;
            return _literals.AsSpan(((before * view.ElementSize) + (at & (view.ElementSize - 1))) << 8, 256);
        }

        private static uint[] New(int count)
        {
            uint[] models = new uint[count];
            models.AsSpan().Fill(AdaptiveModel.Start);
            return models;
        }
    }

    /// <summary>Codes a text of at most <see cref="MaximumLength"/> bytes.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> text, View view)
    {
        byte[] bytes = text.ToArray();
        if (view.Columns > 1) Transpose(text, bytes, text.Length / view.ElementSize / view.Columns, view.Columns, view.ElementSize);
        if (view.Lag > 0) Subtract(bytes, view.ElementSize, view.Lag);
        Span<byte> head = stackalloc byte[11];
        head[0] = (byte)((view.ElementSize >> 1) | (view.History << HistoryShift) | (view.Lag > 0 ? LagFlag : 0) | (view.Columns > 1 ? ColumnsFlag : 0));
        int headLength = 1;
        if (view.Lag > 0) headLength += Varint.Write(head[headLength..], view.Lag);
        if (view.Columns > 1) headLength += Varint.Write(head[headLength..], view.Columns);
        return [.. head[..headLength], .. Code(bytes, view)];
    }

    /// <summary>
    /// Codes a section in the view that makes it smallest, or not at all (null) where that is of no use: a long section, which would be slow
    /// to read, must become an eighth smaller than it is otherwise.
    /// </summary>
    /// <param name="text">The section.</param>
    /// <param name="elementSize">Bytes of an element.</param>
    /// <param name="columns">Elements of a row, if they are a table.</param>
    /// <param name="otherwise">What the section takes without.</param>
    public static byte[]? EncodeSmaller(ReadOnlySpan<byte> text, int elementSize, int columns, int otherwise)
    {
        if (text.Length is 0 or > MostTried) return null;
        List<View> views = Views(text.Length, elementSize, columns);
        bool isLong = text.Length > SlowLength;
        if (isLong)
        {
            // A look at the beginning tells whether there is something to find, and in which views.
            int row = elementSize * (views[^1].Columns > 1 ? columns : 1), part = SlowLength / row * row;
            int[] sizes = new int[views.Count];
            int smallest = int.MaxValue;
            for (int i = 0; i < sizes.Length; i++) smallest = Math.Min(smallest, sizes[i] = Encode(text[..part], views[i]).Length);
            if (8L * smallest * text.Length > 7L * otherwise * part) return null;
            for (int i = sizes.Length - 1; i >= 0; i--)
            {
                if (4L * sizes[i] > 5L * smallest) views.RemoveAt(i);
            }
        }
        byte[]? best = null;
        foreach (View view in views)
        {
            byte[] coded = Encode(text, view);
            if (coded.Length < (best?.Length ?? otherwise)) best = coded;
        }
        return best is not null && isLong && 8L * best.Length > 7L * otherwise ? null : best;
    }

    // What may show a pattern: bytes as they are or after the byte before, steps of numbers, columns of a table and grids in them.
    private static List<View> Views(int length, int elementSize, int columns)
    {
        var views = new List<View> { new(elementSize), elementSize == 1 ? new(1, History: 4) : new(elementSize, Lag: 1) };
        if (elementSize == 1 || columns is < 2 or > MostColumns || length % (elementSize * columns) != 0 || length < 4 * elementSize * columns) return views;
        foreach (int lag in (ReadOnlySpan<int>)[0, 1, 2, 4, 6]) views.Add(new(elementSize, Lag: lag, Columns: columns));
        return views;
    }

    private static byte[] Code(byte[] text, View view)
    {
        var coder = new AdaptiveEncoder();
        var models = new Models(view);
        var matches = new Matches(text);
        int kind = AfterLiteral, distance = 1;
        for (int at = 0; at < text.Length;)
        {
            int place = at & (view.ElementSize - 1);
            (int length, int from) = Best(matches, text, at, distance);
            // A match that is longer one byte later is worth a literal.
            if (length > 0 && length < 32 && at + 1 < text.Length && Best(matches, text, at + 1, distance) is var (next, _) && next > length + 1) length = 0;
            coder.Bit(ref models.IsMatch[(kind * 4) + place], length > 0 ? 1 : 0);
            if (length == 0)
            {
                coder.Tree(models.Literal(text, at), 8, text[at]);
                (kind, length) = (AfterLiteral, 1);
            }
            else
            {
                bool repeated = from == distance;
                coder.Bit(ref models.IsRepeat[kind], repeated ? 1 : 0);
                if (repeated)
                {
                    coder.Number(models.RepeatLength, length - ShortestRepeat);
                }
                else
                {
                    coder.Number(models.Distance, from - 1);
                    coder.Number(models.MatchLength, length - ShortestMatch);
                }
                (kind, distance) = (repeated ? AfterRepeat : AfterMatch, from);
            }
            for (; length > 0; length--) matches.Pass(at++);
        }
        return coder.Finish();
    }

    /// <summary>Decodes into exactly <paramref name="text"/>.</summary>
    /// <exception cref="ModelFormatException">The bytes are no such text.</exception>
    public static void Decode(ReadOnlySpan<byte> encoded, Span<byte> text)
    {
        if (text.Length > MaximumLength) throw new ModelFormatException($"Lz data: a text of {text.Length} bytes; at most {MaximumLength} are allowed.");
        if (encoded.IsEmpty) throw new ModelFormatException("Lz data: no bytes.");
        int elementBits = encoded[0] & 3, history = (encoded[0] >> HistoryShift) & 7, position = 1, lag = 0, columns = 1;
        if (elementBits == 3 || encoded[0] >= 2 * ColumnsFlag) throw new ModelFormatException($"Lz data: a first byte of {encoded[0]}; expected one below 128 whose lowest bits are not 11.");
        if ((encoded[0] & LagFlag) != 0) lag = AboveZero(encoded, ref position, "Lz lag");
        if ((encoded[0] & ColumnsFlag) != 0) columns = AboveZero(encoded, ref position, "Lz columns");
        int elementSize = 1 << elementBits, elements = text.Length / elementSize;
        if (columns > Math.Max(1, elements) || elements % columns != 0 || (encoded[0] >= LagFlag && text.Length % elementSize != 0))
            throw new ModelFormatException($"Lz data: {text.Length} bytes are not elements of {elementSize} bytes in {columns} columns.");
        var view = new View(elementSize, history);
        if (columns == 1)
        {
            DecodeBytes(encoded[position..], text, view);
            if (lag > 0) Add(text, elementSize, lag);
            return;
        }
        byte[] byColumn = new byte[text.Length];
        DecodeBytes(encoded[position..], byColumn, view);
        if (lag > 0) Add(byColumn, elementSize, lag);
        Transpose(byColumn, text, columns, elements / columns, elementSize);
    }

    private static int AboveZero(ReadOnlySpan<byte> encoded, ref int position, string what)
    {
        int value = Varint.Read(encoded, ref position, what);
        return value > 0 ? value : throw new ModelFormatException($"{what} at byte {position - 1}: expected a number above 0.");
    }

    private static void Transpose(ReadOnlySpan<byte> from, Span<byte> to, int rows, int columns, int elementSize)
    {
        for (int row = 0, at = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++, at += elementSize) from.Slice(at, elementSize).CopyTo(to[(((column * rows) + row) * elementSize)..]);
        }
    }

    private static void DecodeBytes(ReadOnlySpan<byte> encoded, Span<byte> text, View view)
    {
        var coder = new AdaptiveDecoder(encoded);
        var models = new Models(view);
        int kind = AfterLiteral, distance = 1;
        for (int at = 0; at < text.Length;)
        {
            if (coder.IsOver) throw new ModelFormatException($"Lz data: its {encoded.Length} bytes end after {at} of {text.Length}.");
            if (coder.Bit(ref models.IsMatch[(kind * 4) + (at & (view.ElementSize - 1))]) == 0)
            {
                text[at] = (byte)coder.Tree(models.Literal(text, at), 8);
                at++;
                kind = AfterLiteral;
                continue;
            }
            bool repeated = coder.Bit(ref models.IsRepeat[kind]) != 0;
            if (!repeated) distance = coder.Number(models.Distance) + 1;
            int length = repeated ? coder.Number(models.RepeatLength) + ShortestRepeat : coder.Number(models.MatchLength) + ShortestMatch;
            if (distance < 1 || distance > at || length < ShortestRepeat || length > text.Length - at)
                throw new ModelFormatException($"Lz data: byte {at} of {text.Length} starts a copy of {length} bytes from {distance} before.");
            Copy(text, at, distance, length);
            at += length;
            kind = repeated ? AfterRepeat : AfterMatch;
        }
        coder.Finish("Lz data");
    }

    // The bytes that were just copied may be those to copy next.
    private static void Copy(Span<byte> text, int at, int distance, int length)
    {
        if (distance == 1)
        {
            text.Slice(at, length).Fill(text[at - 1]);
            return;
        }
        while (length > 0)
        {
            int part = Math.Min(distance, length);
            text.Slice(at - distance, part).CopyTo(text[at..]);
            at += part;
            length -= part;
        }
    }

    private static void Subtract(Span<byte> bytes, int elementSize, int lag)
    {
        for (int i = (bytes.Length / elementSize) - 1; i >= lag; i--) Combine(bytes, elementSize, i, lag, -1);
    }

    private static void Add(Span<byte> bytes, int elementSize, int lag)
    {
        for (int i = lag; i < bytes.Length / elementSize; i++) Combine(bytes, elementSize, i, lag, 1);
    }

    private static void Combine(Span<byte> bytes, int elementSize, int index, int lag, int sign)
    {
        Span<byte> element = bytes.Slice(index * elementSize, elementSize), before = bytes.Slice((index - lag) * elementSize, elementSize);
        switch (elementSize)
        {
            case 1:
                element[0] = (byte)(element[0] + (sign * before[0]));
                break;
            case 2:
                BinaryPrimitives.WriteInt16LittleEndian(element, (short)(BinaryPrimitives.ReadInt16LittleEndian(element) + (sign * BinaryPrimitives.ReadInt16LittleEndian(before))));
                break;
            default:
                BinaryPrimitives.WriteInt32LittleEndian(element, BinaryPrimitives.ReadInt32LittleEndian(element) + (sign * BinaryPrimitives.ReadInt32LittleEndian(before)));
                break;
        }
    }

    private static (int Length, int Distance) Best(Matches matches, byte[] text, int at, int last)
    {
        int repeat = last <= at ? Matches.Length(text, at - last, at) : 0;
        (int length, int distance) = repeat < text.Length - at ? matches.Longest(at) : (0, 0);
        // A repeated distance costs two bytes or so less; a far one is worth no short match.
        if (repeat >= ShortestRepeat && repeat + 2 >= length) return (repeat, last);
        if (length < ShortestMatch || (length == 3 && distance > 512) || (length == 4 && distance > 1 << 14)) return (0, 0);
        return (length, distance);
    }

    /// <summary>The places that have been passed, by the three bytes that start there.</summary>
    private sealed class Matches(byte[] text)
    {
        private readonly int _hashBits = HashBits(text.Length);
        private readonly int[] _newest = NewArray(1 << HashBits(text.Length)), _older = new int[text.Length];

        private static int HashBits(int length) => Math.Clamp(BitOperations.Log2((uint)length + 1), 8, MostHashBits);

        private static int[] NewArray(int length)
        {
            int[] places = new int[length];
            places.AsSpan().Fill(-1);
            return places;
        }

        public void Pass(int at)
        {
            if (at + ShortestMatch > text.Length) return;
            ref int newest = ref _newest[Hash(at)];
            _older[at] = newest;
            newest = at;
        }

        /// <summary>The longest match among the nearest places; of equals the nearest.</summary>
        public (int Length, int Distance) Longest(int at)
        {
            if (at + ShortestMatch > text.Length) return (0, 0);
            int length = 0, distance = 0, place = _newest[Hash(at)];
            for (int tries = 0; place >= 0 && tries < ChainLength; tries++, place = _older[place])
            {
                if (place >= at) continue;
                if (length > 0 && (at + length >= text.Length || text[place + length] != text[at + length])) continue;
                int found = Length(text, place, at);
                if (found > length) (length, distance) = (found, at - place);
            }
            return (length, distance);
        }

        public static int Length(byte[] text, int from, int at) => text.AsSpan(at).CommonPrefixLength(text.AsSpan(from, text.Length - at));

        private int Hash(int at)
        {
            uint key = text[at] | ((uint)text[at + 1] << 8) | ((uint)text[at + 2] << 16);
            return (int)((key * 2654435761u) >> (32 - _hashBits));
        }
    }
}
