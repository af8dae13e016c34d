namespace EdgeNet.Model.Format;

/// <summary>
/// Asymmetric numeral systems over bytes (Duda 2009), the variant with ranges: static frequencies of 12 bits, states of 32 bits that give
/// and take 16 at a time, and 4 of them in turn, so that a decoder has always something to do. Bytes fall into groups, of rows or columns
/// of a weight tensor or bytes of an element, and each group uses one of up to 16 tables.
/// </summary>
/// <remarks>
/// The coded form does not say how many symbols it holds. No bytes stand for no symbols; one byte stands for any number of symbols that
/// all equal it. The same symbols always make the same bytes. docs/format.md has every bit.
/// </remarks>
internal static partial class Rans
{
    /// <summary>How many states take turns: of few symbols one alone, since each costs four bytes.</summary>
    private const int StateCount = 4;

    /// <summary>What a state is to begin with; it is never less, and less than 2^32.</summary>
    private const uint LowestState = 1 << 16;

    private const int MaximumGroups = 1 << 16;

    /// <summary>How bytes fall into groups: byte i belongs to group i / stride % count.</summary>
    internal readonly record struct Grouping(int Stride, int Count);

    /// <summary>The models of what stands before the tables.</summary>
    private sealed class HeadModels
    {
        public readonly uint[] States = New(2), Tables = New(16), Stride = New(AdaptiveModel.NumberModels), Count = New(AdaptiveModel.NumberModels), Group = New(16);

        private static uint[] New(int count)
        {
            uint[] models = new uint[count];
            models.AsSpan().Fill(AdaptiveModel.Start);
            return models;
        }
    }

    /// <summary>Bits that tell so many tables apart.</summary>
    private static int IndexBits(int tables) => 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)tables - 1);
}
