using EdgeNet.Model.Format;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeNet.Model.Tests.Format;

public class AdaptiveCoderTests
{
    /// <summary>Decisions, trees and numbers of any size come back, whatever stands next to what.</summary>
    [Fact]
    public void What_is_written_is_read() => Prop.ForAll<NonNegativeInt[], byte[]>((numbers, bytes) =>
    {
        byte[] coded = Code([.. numbers.Select(n => n.Get)], bytes);
        var decoder = new AdaptiveDecoder(coded);
        (uint[] bit, uint[] tree, uint[] number) = Models();
        bool same = true;
        foreach (NonNegativeInt n in numbers)
        {
            same &= decoder.Number(number) == n.Get;
            same &= decoder.Bit(ref bit[0]) == (n.Get & 1);
        }
        foreach (byte b in bytes)
        {
            same &= decoder.Tree(tree, 8) == b;
            same &= decoder.EvenBit() == b >> 7;
        }
        decoder.Finish("test");
        return same && !decoder.IsOver;
    }).Check(Config.QuickThrowOnFailure.WithReplay(7, 3).WithMaxTest(300));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(int.MaxValue - 1)]
    public void The_ends_of_the_range_of_numbers_come_back(int value)
    {
        var coder = new AdaptiveEncoder();
        uint[] models = Models().Number;
        for (int i = 0; i < 20; i++) coder.Number(models, value);
        var decoder = new AdaptiveDecoder(coder.Finish());
        models = Models().Number;
        for (int i = 0; i < 20; i++) Assert.Equal(value, decoder.Number(models));
        decoder.Finish("test");
    }

    /// <summary>A carry runs through any number of bytes: texts of decisions that go one way and then the other.</summary>
    [Fact]
    public void Long_runs_of_either_decision_come_back_and_take_almost_nothing()
    {
        for (int turn = 0; turn < 300; turn++)
        {
            var coder = new AdaptiveEncoder();
            uint model = AdaptiveModel.Start;
            for (int i = 0; i < 600; i++) coder.Bit(ref model, i < turn ? 1 : 0);
            byte[] coded = coder.Finish();
            Assert.InRange(coded.Length, 0, 20);
            var decoder = new AdaptiveDecoder(coded);
            model = AdaptiveModel.Start;
            for (int i = 0; i < 600; i++) Assert.Equal(i < turn ? 1 : 0, decoder.Bit(ref model));
            decoder.Finish("test");
        }
    }

    [Fact]
    public void A_coin_of_any_weight_costs_its_entropy()
    {
        foreach (double weight in new[] { 0.5, 0.2, 0.03, 0.001 })
        {
            var random = new Random(3);
            var coder = new AdaptiveEncoder();
            uint model = AdaptiveModel.Start;
            int ones = 0;
            const int Count = 200_000;
            for (int i = 0; i < Count; i++)
            {
                int bit = random.NextDouble() < weight ? 1 : 0;
                ones += bit;
                coder.Bit(ref model, bit);
            }
            double p = (double)ones / Count, entropy = -Count / 8.0 * (p * Math.Log2(p) + (1 - p) * Math.Log2(1 - p));
            // A model that forgets is never quite sure.
            Assert.InRange(coder.Finish().Length, entropy * 0.99, entropy * 1.03 + 60);
        }
    }

    [Fact]
    public void A_text_that_ends_too_early_or_too_late_is_refused()
    {
        byte[] coded = Code([1000, 77], [1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.Throws<ModelFormatException>(() => Read([.. coded, 9, 9, 9, 9, 9]));
        Assert.Throws<ModelFormatException>(() => Read(coded[..^6]));
        Read(coded);

        static void Read(byte[] coded)
        {
            var decoder = new AdaptiveDecoder(coded);
            (uint[] bit, uint[] tree, uint[] number) = Models();
            for (int i = 0; i < 2; i++)
            {
                decoder.Number(number);
                decoder.Bit(ref bit[0]);
            }
            for (int i = 0; i < 8; i++)
            {
                decoder.Tree(tree, 8);
                decoder.EvenBit();
            }
            decoder.Finish("test");
        }
    }

    private static byte[] Code(int[] numbers, byte[] bytes)
    {
        var coder = new AdaptiveEncoder();
        (uint[] bit, uint[] tree, uint[] number) = Models();
        foreach (int n in numbers)
        {
            coder.Number(number, n);
            coder.Bit(ref bit[0], n & 1);
        }
        foreach (byte b in bytes)
        {
            coder.Tree(tree, 8, b);
            coder.EvenBit(b >> 7);
        }
        return coder.Finish();
    }

    private static (uint[] Bit, uint[] Tree, uint[] Number) Models()
    {
        return (New(1), New(256), New(AdaptiveModel.NumberModels));

        static uint[] New(int count)
        {
            uint[] models = new uint[count];
            Array.Fill(models, AdaptiveModel.Start);
            return models;
        }
    }
}
