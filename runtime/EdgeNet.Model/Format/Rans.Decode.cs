using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace EdgeNet.Model.Format;

internal static partial class Rans
{
    private const int TableSize = FrequencyTables.Total;
    private const uint SlotMask = TableSize - 1;

    /// <summary>Runs of bytes under one table are worth setting up for from this stride on; below it each byte looks its table up.</summary>
    private const int ShortestRun = 16;

    /// <summary>Decodes into exactly <paramref name="symbols"/>.</summary>
    /// <exception cref="ModelFormatException">The bytes are not a coded text of that length.</exception>
    public static void Decode(ReadOnlySpan<byte> encoded, Span<byte> symbols)
    {
        if (encoded.Length <= 1)
        {
            if (encoded.Length != Math.Min(symbols.Length, 1)) throw new ModelFormatException($"Rans data of {encoded.Length} bytes cannot hold {symbols.Length} symbols.");
            if (!encoded.IsEmpty) symbols.Fill(encoded[0]);
            return;
        }
        int position = 0, headLength = Varint.Read(encoded, ref position, "Rans head length");
        if (headLength > encoded.Length - position) throw new ModelFormatException($"Rans data: a head of {headLength} bytes where {encoded.Length - position} are left.");
        var coder = new AdaptiveDecoder(encoded.Slice(position, headLength));
        var models = new HeadModels();
        int states = coder.Bit(ref models.States[0]) != 0 ? StateCount : 1, tables = coder.Tree(models.Tables, 4) + 1;
        var grouping = new Grouping(1, 1);
        byte[] tableOf = [0];
        if (tables > 1)
        {
            grouping = new Grouping(coder.Number(models.Stride) + 1, coder.Number(models.Count) + 1);
            if (grouping.Stride < 1 || grouping.Count is < 1 or > MaximumGroups || (long)grouping.Stride * grouping.Count > symbols.Length)
                throw new ModelFormatException($"Rans data: {grouping.Count} groups of {grouping.Stride} bytes in {symbols.Length}; at most {MaximumGroups} are allowed.");
            tableOf = new byte[grouping.Count];
            foreach (ref byte table in tableOf.AsSpan())
            {
                table = (byte)coder.Tree(models.Group, IndexBits(tables));
                if (table >= tables) throw new ModelFormatException($"Rans data: table {table} of {tables}.");
            }
        }
        uint[] slots = ArrayPool<uint>.Shared.Rent(tables * TableSize);
        try
        {
            Span<ushort> frequencies = stackalloc ushort[FrequencyTables.SymbolCount * FrequencyTables.MaximumTables];
            frequencies = frequencies[..(FrequencyTables.SymbolCount * tables)];
            FrequencyTables.Read(ref coder, frequencies);
            coder.Finish("Rans head");
            for (int table = 0; table < tables; table++) FillSlots(frequencies.Slice(table * FrequencyTables.SymbolCount, FrequencyTables.SymbolCount), slots.AsSpan(table * TableSize, TableSize));
            var reader = new SymbolReader(encoded[(position + headLength)..], slots.AsSpan(0, tables * TableSize), states);
            if (tables == 1) reader.Run(0, symbols, 0, symbols.Length);
            else if (grouping.Stride < ShortestRun) reader.Pattern(Pattern(tableOf, grouping), symbols);
            else Runs(ref reader, tableOf, grouping, symbols);
            reader.Finish();
        }
        finally
        {
            ArrayPool<uint>.Shared.Return(slots);
        }
    }

    // For each of 4096 values the symbol, its frequency and the place among its values: 8, 12 and 12 bits.
    private static void FillSlots(ReadOnlySpan<ushort> frequencies, Span<uint> slots)
    {
        int slot = 0;
        for (int symbol = 0; symbol < FrequencyTables.SymbolCount; symbol++)
        {
            uint entry = (uint)symbol | ((uint)frequencies[symbol] << 8);
            foreach (ref uint own in slots.Slice(slot, frequencies[symbol]))
            {
                own = entry;
                entry += 1u << 20;
            }
            slot += frequencies[symbol];
        }
        // A symbol alone leaves one value, which no encoder uses.
        slots[slot..].Clear();
    }

    private static void Runs(ref SymbolReader reader, byte[] tableOf, Grouping grouping, Span<byte> symbols)
    {
        for (int start = 0, group = 0; start < symbols.Length;)
        {
            int table = tableOf[group];
            long end = start;
            // Neighbours often share a table.
            do
            {
                end += grouping.Stride;
                if (++group == grouping.Count) group = 0;
            }
            while (end < symbols.Length && tableOf[group] == table);
            int stop = (int)Math.Min(end, symbols.Length);
            reader.Run(table, symbols, start, stop);
            start = stop;
        }
    }

    // The tables of as many bytes as it takes until they repeat, four at least, and of three more.
    private static byte[] Pattern(byte[] tableOf, Grouping grouping)
    {
        int period = grouping.Stride * grouping.Count;
        byte[] pattern = new byte[(period * ((period + 3) / period)) + 3];
        for (int i = 0; i < pattern.Length; i++) pattern[i] = tableOf[i / grouping.Stride % grouping.Count];
        return pattern;
    }

    /// <summary>Reads symbols one after the other; byte i comes from state i % 4.</summary>
    private ref struct SymbolReader
    {
        private readonly ReadOnlySpan<byte> _source;
        private readonly ReadOnlySpan<uint> _slots;
        private readonly int _states;
        private uint _state0, _state1, _state2, _state3;
        private int _position;

        public SymbolReader(ReadOnlySpan<byte> source, ReadOnlySpan<uint> slots, int states)
        {
            _source = source;
            _slots = slots;
            _states = states;
            _position = 4 * states;
            if (source.Length < _position || source.Length % 2 != 0) throw new ModelFormatException($"Rans data: {source.Length} bytes of states and words; expected an even number, at least {_position}.");
            _state0 = First(0);
            _state1 = First(Math.Min(1, states - 1));
            _state2 = First(Math.Min(2, states - 1));
            _state3 = First(states - 1);
        }

        private readonly uint First(int state)
        {
            uint value = BinaryPrimitives.ReadUInt32LittleEndian(_source[(4 * state)..]);
            return value >= LowestState ? value : throw new ModelFormatException($"Rans data: state {state} is {value}; expected at least {LowestState}.");
        }

        /// <summary>All words read, and every state where the encoder began.</summary>
        public readonly void Finish()
        {
            bool others = _states == 1 || (_state1 == LowestState && _state2 == LowestState && _state3 == LowestState);
            if (_position != _source.Length || _state0 != LowestState || !others)
                throw new ModelFormatException($"Rans data: its {_source.Length} bytes do not end with the symbols; it is damaged, or of another length.");
        }

        /// <summary>The symbols from one place to another, all under one table.</summary>
        public void Run(int table, Span<byte> symbols, int start, int end)
        {
            int aligned = _states == 1 ? end : Math.Min((start + 3) & ~3, end);
            for (; start < aligned; start++) symbols[start] = One(table, start);
            start += Fours(_slots.Slice(table * TableSize, TableSize), symbols[start..end]);
            for (; start < end; start++) symbols[start] = One(table, start);
        }

        // As many as can be read without asking for each word whether there is one: four symbols take four words at most.
        private int Fours(ReadOnlySpan<uint> slots, Span<byte> symbols)
        {
            ReadOnlySpan<byte> source = _source;
            slots = slots[..TableSize];
            uint a = _state0, b = _state1, c = _state2, d = _state3;
            int position = _position, start = 0;
            for (; start <= symbols.Length - 4 && position <= source.Length - 8; start += 4)
            {
                ulong words = BinaryPrimitives.ReadUInt64LittleEndian(source[position..]);
                uint entry = slots[(int)(a & SlotMask)], four = (byte)entry;
                a = Refilled(Without(a, entry), ref words, ref position);
                entry = slots[(int)(b & SlotMask)];
                four |= (uint)(byte)entry << 8;
                b = Refilled(Without(b, entry), ref words, ref position);
                entry = slots[(int)(c & SlotMask)];
                four |= (uint)(byte)entry << 16;
                c = Refilled(Without(c, entry), ref words, ref position);
                entry = slots[(int)(d & SlotMask)];
                four |= entry << 24;
                d = Refilled(Without(d, entry), ref words, ref position);
                BinaryPrimitives.WriteUInt32LittleEndian(symbols[start..], four);
            }
            (_state0, _state1, _state2, _state3, _position) = (a, b, c, d, position);
            return start;
        }

        /// <summary>All symbols, each under the table that the pattern has for it.</summary>
        public void Pattern(byte[] pattern, Span<byte> symbols)
        {
            int start = _states == 1 ? 0 : Fours(pattern, symbols), period = pattern.Length - 3;
            for (int at = start % period; start < symbols.Length; start++)
            {
                symbols[start] = One(pattern[at], start);
                if (++at == period) at = 0;
            }
        }

        private int Fours(byte[] pattern, Span<byte> symbols)
        {
            ReadOnlySpan<uint> slots = _slots;
            ReadOnlySpan<byte> source = _source, tables = pattern;
            uint a = _state0, b = _state1, c = _state2, d = _state3;
            int position = _position, start = 0;
            for (int at = 0; start <= symbols.Length - 4 && position <= source.Length - 8; start += 4)
            {
                ulong words = BinaryPrimitives.ReadUInt64LittleEndian(source[position..]);
                uint own = BinaryPrimitives.ReadUInt32LittleEndian(tables[at..]);
                uint entry = slots[(int)((a & SlotMask) | ((own & 0xFF) << 12))], four = (byte)entry;
                a = Refilled(Without(a, entry), ref words, ref position);
                entry = slots[(int)((b & SlotMask) | ((own & 0xFF00) << 4))];
                four |= (uint)(byte)entry << 8;
                b = Refilled(Without(b, entry), ref words, ref position);
                entry = slots[(int)((c & SlotMask) | ((own & 0xFF0000) >> 4))];
                four |= (uint)(byte)entry << 16;
                c = Refilled(Without(c, entry), ref words, ref position);
                entry = slots[(int)((d & SlotMask) | (own >> 24 << 12))];
                four |= entry << 24;
                d = Refilled(Without(d, entry), ref words, ref position);
                BinaryPrimitives.WriteUInt32LittleEndian(symbols[start..], four);
                at += 4;
                if (at >= pattern.Length - 3) at -= pattern.Length - 3;
            }
            (_state0, _state1, _state2, _state3, _position) = (a, b, c, d, position);
            return start;
        }

        private byte One(int table, int index)
        {
            switch (_states == 1 ? 0 : index & 3)
            {
                case 0: return One(table, ref _state0);
                case 1: return One(table, ref _state1);
                case 2: return One(table, ref _state2);
                default: return One(table, ref _state3);
            }
        }

        private byte One(int table, ref uint state)
        {
            uint entry = _slots[(table * TableSize) + (int)(state & SlotMask)];
            state = Without(state, entry);
            if (state < LowestState)
            {
                if (_position > _source.Length - 2) throw new ModelFormatException($"Rans data: its {_source.Length} bytes end before the symbols do.");
                state = (state << 16) | BinaryPrimitives.ReadUInt16LittleEndian(_source[_position..]);
                _position += 2;
            }
            return (byte)entry;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static uint Without(uint state, uint entry) => (((entry >> 8) & SlotMask) * (state >> FrequencyTables.Bits)) + (entry >> 20);

        // No branch: whether a state is low follows no pattern.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static uint Refilled(uint state, ref ulong words, ref int position)
        {
            int low = (int)(((ulong)state - LowestState) >> 63);
            state = (state << (low << 4)) | ((uint)(ushort)words & (uint)-low);
            words >>= low << 4;
            position += 2 * low;
            return state;
        }
    }
}
