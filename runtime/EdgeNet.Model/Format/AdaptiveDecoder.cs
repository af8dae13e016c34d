namespace EdgeNet.Model.Format;

/// <summary>Reads what <see cref="AdaptiveEncoder"/> wrote. Any bytes are read as something; behind their end stand zeros, four of them at most.</summary>
internal ref struct AdaptiveDecoder
{
    private const int Behind = 4;

    private readonly ReadOnlySpan<byte> _source;
    private int _position;
    private uint _code;
    private uint _range = uint.MaxValue;

    public AdaptiveDecoder(ReadOnlySpan<byte> source)
    {
        _source = source;
        for (int i = 0; i < 4; i++) _code = (_code << 8) | Next();
    }

    /// <summary>Whether more was read than there is. It is asked for now and then, so that no text is longer than its bytes allow.</summary>
    public readonly bool IsOver => _position > _source.Length + Behind;

    /// <summary>Refuses bytes that were not read, and more reading than there were bytes.</summary>
    /// <exception cref="ModelFormatException">The text does not end with its bytes.</exception>
    public readonly void Finish(string what)
    {
        if (IsOver || _position < _source.Length)
            throw new ModelFormatException($"{what}: {_source.Length} bytes that end before the text does, or after it");
    }

    /// <summary>One decision.</summary>
    public int Bit(scoped ref uint model)
    {
        uint share = AdaptiveModel.Share(_range, model);
        int bit;
        if (_code < share)
        {
            _range = share;
            bit = 1;
        }
        else
        {
            _code -= share;
            _range -= share;
            bit = 0;
        }
        model = AdaptiveModel.After(model, bit);
        Normalize();
        return bit;
    }

    /// <summary>A value of <paramref name="bits"/> bits.</summary>
    public int Tree(scoped Span<uint> models, int bits)
    {
        int node = 1;
        for (int i = 0; i < bits; i++) node = (2 * node) + Bit(ref models[node]);
        return node - (1 << bits);
    }

    /// <summary>A number from 0 to 2^31 - 2; -1 where the bytes say a greater one.</summary>
    public int Number(scoped Span<uint> models)
    {
        int bits = Tree(models, 5);
        if (bits > AdaptiveModel.MaximumNumberBits) return -1;
        int above = 1, node = 1;
        for (int i = 0; i < bits; i++)
        {
            int bit = node < 4 ? Bit(ref models[32 + (4 * bits) + node]) : EvenBit();
            if (node < 4) node = (2 * node) + bit;
            above = (2 * above) + bit;
        }
        return above - 1;
    }

    /// <summary>A decision of which nothing is known.</summary>
    public int EvenBit()
    {
        _range >>= 1;
        int bit = 1;
        if (_code >= _range)
        {
            _code -= _range;
            bit = 0;
        }
        Normalize();
        return bit;
    }

    private void Normalize()
    {
        while (_range < 1u << 24)
        {
            _range <<= 8;
            _code = (_code << 8) | Next();
        }
    }

    private uint Next() => _position++ < _source.Length ? _source[_position - 1] : 0u;
}
