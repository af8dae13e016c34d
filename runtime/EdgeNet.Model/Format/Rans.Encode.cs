using System.Buffers.Binary;

namespace EdgeNet.Model.Format;

internal static partial class Rans
{
    // Below so many symbols one state serves, and groups are not worth their tables.
    private const int FewSymbols = 1024, FewForGroups = 512;

    // What the choice of tables may take: groups x distinct symbols.
    private const int MaximumCounts = 1 << 22;
    private const int Rounds = 5;

    /// <summary>Tables, and for each group the one it uses.</summary>
    private readonly record struct Plan(Grouping Grouping, ushort[] Frequencies, byte[] TableOf, int Precision, byte[] Head, long Bytes);

    /// <summary>Codes symbols without groups, or with those of one of the groupings, whichever is shortest.</summary>
    /// <returns>The coded form: empty for no symbols, one byte if all are equal. It can be larger than the input; compare and choose.</returns>
    public static byte[] Encode(ReadOnlySpan<byte> symbols, ReadOnlySpan<Grouping> groupings)
    {
        if (symbols.IndexOfAnyExcept(symbols.IsEmpty ? (byte)0 : symbols[0]) < 0) return symbols.IsEmpty ? [] : [symbols[0]];
        int states = symbols.Length < FewSymbols ? 1 : StateCount;
        int[] counts = new int[FrequencyTables.SymbolCount];
        CanonicalHuffman.Count(symbols, counts);
        Plan best = PlanOf(states, new Grouping(symbols.Length, 1), [0], counts);
        foreach (Grouping grouping in groupings)
        {
            if (grouping.Count is < 2 or > MaximumGroups || (long)grouping.Stride * grouping.Count > symbols.Length || symbols.Length < FewForGroups) continue;
            best = Grouped(symbols, counts, grouping, states, best);
        }
        return Write(symbols, best, states);
    }

    /// <summary>The better of a plan and the best one with these groups.</summary>
    private static Plan Grouped(ReadOnlySpan<byte> symbols, ReadOnlySpan<int> counts, Grouping grouping, int states, Plan best)
    {
        byte[] occurring = new byte[FrequencyTables.SymbolCount], indexOf = new byte[FrequencyTables.SymbolCount];
        int distinct = 0;
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            if (counts[symbol] == 0) continue;
            indexOf[symbol] = (byte)distinct;
            occurring[distinct++] = (byte)symbol;
        }
        if ((long)grouping.Count * distinct > MaximumCounts) return best;
        int[] groups = new int[grouping.Count * distinct];
        for (int start = 0, group = 0; start < symbols.Length; start += grouping.Stride)
        {
            Span<int> own = groups.AsSpan(group * distinct, distinct);
            foreach (byte symbol in symbols.Slice(start, Math.Min(grouping.Stride, symbols.Length - start))) own[indexOf[symbol]]++;
            if (++group == grouping.Count) group = 0;
        }
        long before = long.MaxValue;
        for (int tables = 2; tables <= Math.Min(FrequencyTables.MaximumTables, grouping.Count); tables *= 2)
        {
            byte[] tableOf = Choose(groups, distinct, tables, out int used);
            int[] sums = new int[used * FrequencyTables.SymbolCount];
            for (int group = 0; group < grouping.Count; group++)
            {
                Span<int> sum = sums.AsSpan(tableOf[group] * FrequencyTables.SymbolCount, FrequencyTables.SymbolCount);
                for (int i = 0; i < distinct; i++) sum[occurring[i]] += groups[(group * distinct) + i];
            }
            Plan plan = PlanOf(states, grouping, tableOf, sums);
            if (plan.Bytes < best.Bytes) best = plan;
            // More tables rarely help where these did not.
            if (plan.Bytes >= before) break;
            before = plan.Bytes;
        }
        return best;
    }

    /// <summary>
    /// A table for each group: to begin with, groups in order of their bits per symbol under one table for all are cut into equal parts;
    /// then, in turns, tables are the sums of their groups and groups go where they are shortest (Lloyd 1982). No table is without a group.
    /// </summary>
    private static byte[] Choose(int[] groups, int distinct, int tables, out int used)
    {
        int count = groups.Length / distinct;
        byte[] tableOf = new byte[count];
        int[] costs = new int[tables * distinct];
        Costs(groups, tableOf, distinct, 1, costs);
        long[] order = new long[count];
        for (int group = 0; group < count; group++)
        {
            ReadOnlySpan<int> own = groups.AsSpan(group * distinct, distinct);
            long symbols = 0;
            foreach (int n in own) symbols += n;
            order[group] = (Cost(own, costs.AsSpan(0, distinct)) / Math.Max(1, symbols) << 16) | (uint)group;
        }
        Array.Sort(order);
        for (int place = 0; place < count; place++) tableOf[(int)(order[place] & 0xFFFF)] = (byte)((long)place * tables / count);
        for (int round = 0; round < Rounds; round++)
        {
            Costs(groups, tableOf, distinct, tables, costs);
            bool moved = false;
            for (int group = 0; group < count; group++)
            {
                ReadOnlySpan<int> own = groups.AsSpan(group * distinct, distinct);
                int best = 0;
                long least = long.MaxValue;
                for (int table = 0; table < tables; table++)
                {
                    long cost = Cost(own, costs.AsSpan(table * distinct, distinct));
                    if (cost < least) (least, best) = (cost, table);
                }
                moved |= tableOf[group] != best;
                tableOf[group] = (byte)best;
            }
            if (!moved) break;
        }
        // In the order of their first groups.
        Span<int> renamed = stackalloc int[FrequencyTables.MaximumTables];
        renamed.Fill(-1);
        used = 0;
        foreach (ref byte table in tableOf.AsSpan())
        {
            if (renamed[table] < 0) renamed[table] = used++;
            table = (byte)renamed[table];
        }
        return tableOf;
    }

    // What a symbol costs under each table of its groups. A symbol that a table has not seen counts as a sixteenth of one.
    private static void Costs(int[] groups, byte[] tableOf, int distinct, int tables, int[] costs)
    {
        long[] sums = new long[tables * distinct];
        for (int group = 0; group < tableOf.Length; group++)
        {
            Span<long> sum = sums.AsSpan(tableOf[group] * distinct, distinct);
            for (int i = 0; i < distinct; i++) sum[i] += groups[(group * distinct) + i];
        }
        for (int table = 0; table < tables; table++)
        {
            long all = 0;
            for (int i = 0; i < distinct; i++) all += (16 * sums[(table * distinct) + i]) + 1;
            for (int i = 0; i < distinct; i++) costs[(table * distinct) + i] = BinaryLogarithm.Of(all) - BinaryLogarithm.Of((16 * sums[(table * distinct) + i]) + 1);
        }
    }

    private static long Cost(ReadOnlySpan<int> counts, ReadOnlySpan<int> costs)
    {
        long cost = 0;
        for (int i = 0; i < counts.Length; i++) cost += (long)counts[i] * costs[i];
        return cost;
    }

    /// <summary>Groups and tables with the precision of weights that makes them shortest.</summary>
    private static Plan PlanOf(int states, Grouping grouping, byte[] tableOf, ReadOnlySpan<int> counts)
    {
        ushort[] exact = new ushort[counts.Length], rounded = new ushort[counts.Length];
        for (int at = 0; at < counts.Length; at += FrequencyTables.SymbolCount)
            FrequencyTables.FromCounts(counts.Slice(at, FrequencyTables.SymbolCount), exact.AsSpan(at, FrequencyTables.SymbolCount));
        Plan best = default;
        foreach (int precision in (ReadOnlySpan<int>)[1, 2, 3, 4, 6, FrequencyTables.MaximumPrecision])
        {
            exact.CopyTo(rounded, 0);
            FrequencyTables.Round(rounded, precision);
            long cost = 0;
            for (int i = 0; i < counts.Length; i++)
            {
                if (counts[i] != 0) cost += (long)counts[i] * ((FrequencyTables.Bits * BinaryLogarithm.One) - BinaryLogarithm.Of(rounded[i]));
            }
            byte[] head = Head(states, grouping, tableOf, exact, precision);
            long bytes = head.Length + (cost / (8 * BinaryLogarithm.One));
            if (best.Head is null || bytes < best.Bytes) best = new Plan(grouping, exact, tableOf, precision, head, bytes);
        }
        return best;
    }

    private static byte[] Head(int states, Grouping grouping, byte[] tableOf, ushort[] frequencies, int precision)
    {
        var coder = new AdaptiveEncoder();
        var models = new HeadModels();
        int tables = frequencies.Length / FrequencyTables.SymbolCount;
        coder.Bit(ref models.States[0], states == 1 ? 0 : 1);
        coder.Tree(models.Tables, 4, tables - 1);
        if (tables > 1)
        {
            coder.Number(models.Stride, grouping.Stride - 1);
            coder.Number(models.Count, grouping.Count - 1);
            foreach (byte table in tableOf) coder.Tree(models.Group, IndexBits(tables), table);
        }
        FrequencyTables.Write(coder, frequencies, precision);
        return coder.Finish();
    }

    private static byte[] Write(ReadOnlySpan<byte> symbols, Plan plan, int states)
    {
        ushort[] frequencies = [.. plan.Frequencies];
        FrequencyTables.Round(frequencies, plan.Precision);
        ushort[] starts = new ushort[frequencies.Length];
        for (int i = 0; i < starts.Length; i++) starts[i] = (ushort)(i % FrequencyTables.SymbolCount == 0 ? 0 : starts[i - 1] + frequencies[i - 1]);

        // From the last symbol to the first: a decoder reads them the other way round.
        Span<uint> state = stackalloc uint[StateCount];
        state.Fill(LowestState);
        var words = new List<ushort>(symbols.Length / 4);
        for (int i = symbols.Length - 1; i >= 0; i--)
        {
            int at = (plan.TableOf[i / plan.Grouping.Stride % plan.Grouping.Count] * FrequencyTables.SymbolCount) + symbols[i];
            uint frequency = frequencies[at];
            ref uint own = ref state[i % states];
            if (own >= frequency << 20)
            {
                words.Add((ushort)own);
                own >>= 16;
            }
            own = (own / frequency << FrequencyTables.Bits) + (own % frequency) + starts[at];
        }
        Span<byte> length = stackalloc byte[5];
        int lengthBytes = Varint.Write(length, plan.Head.Length), position = lengthBytes + plan.Head.Length;
        byte[] coded = new byte[position + (4 * states) + (2 * words.Count)];
        length[..lengthBytes].CopyTo(coded);
        plan.Head.CopyTo(coded, lengthBytes);
        for (int i = 0; i < states; i++, position += 4) BinaryPrimitives.WriteUInt32LittleEndian(coded.AsSpan(position), state[i]);
        for (int i = words.Count - 1; i >= 0; i--, position += 2) BinaryPrimitives.WriteUInt16LittleEndian(coded.AsSpan(position), words[i]);
        return coded;
    }
}
