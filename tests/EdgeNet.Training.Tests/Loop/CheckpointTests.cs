using System.Buffers.Binary;
using System.Collections;
using EdgeNet.Model.Format;

namespace EdgeNet.Training.Tests;

public sealed class CheckpointTests : IDisposable
{
    private sealed record State(string Name, int Number, double Figure);

    private static readonly State Small = new("a small run", 7, double.NegativeInfinity);

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Path => _folder["run.checkpoint"];

    [Fact]
    public void What_was_written_is_read()
    {
        float[][] arrays = [[1, float.NaN, -0f], [], [float.PositiveInfinity, 1e-45f]];
        Checkpoint.Write(Path, Small, arrays);
        (State state, float[][] read) = Checkpoint.Read<State>(Path);
        Assert.Equal(Small, state);
        Assert.Equal(arrays.Select(Bits), read.Select(Bits));

        static IEnumerable<int> Bits(float[] array) => array.Select(BitConverter.SingleToInt32Bits);
    }

    [Fact]
    public void A_checkpoint_cut_at_any_length_is_refused()
    {
        byte[] whole = Written();
        for (int length = 0; length < whole.Length; length++) Refused(whole[..length]);
        Refused([.. whole, 0]);
    }

    [Fact]
    public void A_checkpoint_with_a_flipped_bit_anywhere_is_refused()
    {
        byte[] whole = Written();
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] flipped = [.. whole];
            flipped[i] ^= (byte)(1 << (i % 8));
            Refused(flipped);
        }
    }

    [Fact]
    public void A_checkpoint_with_a_right_checksum_and_wrong_content_is_refused_or_read()
    {
        byte[] whole = Written();
        var random = new Random(3);
        int refused = 0;
        for (int trial = 0; trial < 500; trial++)
        {
            byte[] damaged = [.. whole];
            for (int i = random.Next(1, 4); i > 0; i--) damaged[random.Next(whole.Length)] = (byte)random.Next(256);
            if (trial % 3 == 0) damaged = damaged[..random.Next(4, damaged.Length)];
            try
            {
                Read(Signed(damaged));
            }
            catch (CheckpointException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }
        Assert.InRange(refused, 250, 499);
    }

    [Fact]
    public void A_run_does_not_go_on_from_a_damaged_checkpoint_and_stays_as_it_is()
    {
        var run = new SmallRun { Validation = SmallRun.Noise(3) };
        run = run with { Plan = run.Plan with { Epochs = 1, CheckpointPath = Path } };
        run.Run();
        byte[] whole = File.ReadAllBytes(Path);
        Network<float> network = run.Network();
        Trainer trainer = run.Trainer(network);
        int[] before = Bits.Of(network);
        var random = new Random(4);
        int header = BinaryPrimitives.ReadInt32LittleEndian(whole.AsSpan(16)), refused = 0;
        for (int trial = 0; trial < 300; trial++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(20 + (trial % 2 == 0 ? header : 0))] = (byte)random.Next(32, 127);
            File.WriteAllBytes(Path, Signed(damaged));
            try
            {
                trainer.Resume();
                (network, trainer) = (run.Network(), null!);
                trainer = run.Trainer(network);
            }
            catch (CheckpointException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                Assert.Equal(before, Bits.Of(network));
                refused++;
            }
        }
        Assert.InRange(refused, 150, 300);
    }

    [Fact]
    public void A_write_that_fails_in_the_middle_leaves_the_old_checkpoint_whole()
    {
        Checkpoint.Write(Path, Small, [[1, 2, 3]]);
        byte[] old = File.ReadAllBytes(Path);
        Assert.Throws<IOException>(() => Checkpoint.Write(Path, Small with { Number = 8 }, new FullDisk(new float[100_000])));
        Assert.Equal(old, File.ReadAllBytes(Path));
        Assert.Equal(7, Checkpoint.Read<State>(Path).State.Number);
        Assert.Equal(["run.checkpoint"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(System.IO.Path.GetFileName));
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_at_all_is_an_error_of_input_and_output()
    {
        Assert.ThrowsAny<IOException>(() => Checkpoint.Write(System.IO.Path.Combine(_folder.Path, "none", "run.checkpoint"), Small, []));
        Directory.CreateDirectory(Path);
        Assert.ThrowsAny<Exception>(() => Checkpoint.Write(Path, Small, []));
        Assert.Equal(["run.checkpoint"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(System.IO.Path.GetFileName));
    }

    private byte[] Written()
    {
        Checkpoint.Write(Path, Small, [[1, 2, 3], [4]]);
        return File.ReadAllBytes(Path);
    }

    private static byte[] Signed(byte[] content)
    {
        if (content.Length >= 4) BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(content.Length - 4), Crc32C.Compute(content.AsSpan(0, content.Length - 4)));
        return content;
    }

    private void Refused(byte[] content)
    {
        CheckpointException e = Assert.Throws<CheckpointException>(() => Read(content));
        Assert.StartsWith(Path, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    private void Read(byte[] content)
    {
        File.WriteAllBytes(Path, content);
        Checkpoint.Read<State>(Path);
    }

    /// <summary>Arrays that are counted, and of which the second cannot be had any more when they are written.</summary>
    private sealed class FullDisk(float[] first) : IReadOnlyList<float[]>
    {
        private int _passes;

        public int Count => 2;

        public float[] this[int index] => first;

        public IEnumerator<float[]> GetEnumerator()
        {
            bool writing = _passes++ > 0;
            yield return first;
            if (writing) throw new IOException("No space left on device");
            yield return first;
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
