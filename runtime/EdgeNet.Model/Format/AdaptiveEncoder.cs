using System.Numerics;

namespace EdgeNet.Model.Format;

/// <summary>
/// A binary range coder (Martin 1979, with the carry of Schindler 1998) over decisions whose probabilities are learnt on the way: nothing
/// is stored but the decisions. For little texts and for what stands before large ones; docs/format.md says what is written.
/// </summary>
internal sealed class AdaptiveEncoder
{
    private readonly List<byte> _bytes = [];
    private ulong _low;
    private uint _range = uint.MaxValue;
    private int _waiting = -1; // the last byte but for a carry; the very first never comes to be
    private int _full; // bytes 255 behind it

    /// <summary>Writes one decision.</summary>
    public void Bit(ref uint model, int bit)
    {
        uint share = AdaptiveModel.Share(_range, model);
        if (bit != 0)
        {
            _range = share;
        }
        else
        {
            _low += share;
            _range -= share;
        }
        model = AdaptiveModel.After(model, bit);
        Normalize();
    }

    /// <summary>Writes <paramref name="bits"/> bits, highest first, each under the model of those before it. There are 2^bits models; the first is idle.</summary>
    public void Tree(Span<uint> models, int bits, int value)
    {
        int node = 1;
        for (int shift = bits - 1; shift >= 0; shift--)
        {
            int bit = (value >> shift) & 1;
            Bit(ref models[node], bit);
            node = (2 * node) + bit;
        }
    }

    /// <summary>Writes a number from 0 to 2^31 - 2 under <see cref="AdaptiveModel.NumberModels"/> models: small ones are short.</summary>
    public void Number(Span<uint> models, int value)
    {
        uint above = (uint)value + 1;
        int bits = BitOperations.Log2(above);
        Tree(models, 5, bits);
        int node = 1;
        for (int shift = bits - 1; shift >= 0; shift--)
        {
            int bit = (int)(above >> shift) & 1;
            if (node < 4)
            {
                Bit(ref models[32 + (4 * bits) + node], bit);
                node = (2 * node) + bit;
            }
            else
            {
                EvenBit(bit);
            }
        }
    }

    /// <summary>Ends the text: as few bytes as tell it from all others, if zeros follow.</summary>
    public byte[] Finish()
    {
        // The number in the range with the most zeros at its end.
        ulong last = _low + _range - 1;
        int zeros = 63 - BitOperations.LeadingZeroCount(_low ^ last);
        _low = _low == 0 ? 0 : (last >> zeros) << zeros;
        for (int i = 0; i < 4; i++) Shift();
        Flush();
        int end = _bytes.Count;
        while (end > _bytes.Count - 4 && _bytes[end - 1] == 0) end--;
        return [.. _bytes[..end]];
    }

    /// <summary>Writes a decision of which nothing is known.</summary>
    public void EvenBit(int bit)
    {
        _range >>= 1;
        if (bit == 0) _low += _range;
        Normalize();
    }

    private void Normalize()
    {
        while (_range < 1u << 24)
        {
            _range <<= 8;
            Shift();
        }
    }

    private void Shift()
    {
        uint top = (uint)(_low >> 24);
        if (top == 0xFF)
        {
            _full++;
        }
        else
        {
            int carry = (int)(top >> 8);
            if (_waiting >= 0) _bytes.Add((byte)(_waiting + carry));
            for (; _full > 0; _full--) _bytes.Add((byte)(0xFF + carry));
            _waiting = (byte)top;
        }
        _low = (_low & 0x00FF_FFFF) << 8;
    }

    private void Flush()
    {
        if (_waiting >= 0) _bytes.Add((byte)_waiting);
        for (; _full > 0; _full--) _bytes.Add(0xFF);
    }
}
