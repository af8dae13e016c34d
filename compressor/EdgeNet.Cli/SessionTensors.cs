using System.Runtime.InteropServices;
using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Cli;

/// <summary>A session's inputs and outputs as NumPy arrays, in the layouts that the model's user knows.</summary>
internal static class SessionTensors
{
    /// <summary>The file of a tensor: its name, whatever is no ASCII letter, digit, '.', '_' or '-' replaced by '_', and <c>.npy</c>.</summary>
    public static string FileNameOf(string tensor) =>
        string.Concat(tensor.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_')) + ".npy";

    /// <summary>The files of several tensors, by name.</summary>
    /// <exception cref="ModelFormatException">Two of them would share one.</exception>
    public static Dictionary<string, string> FilesOf(IEnumerable<string> tensors, string folder)
    {
        var files = new Dictionary<string, string>();
        foreach (string tensor in tensors)
        {
            string file = Path.Combine(folder, FileNameOf(tensor));
            if (files.FirstOrDefault(other => string.Equals(other.Value, file, StringComparison.OrdinalIgnoreCase)).Key is { } twin)
                throw new ModelFormatException($"tensors '{twin}' and '{tensor}' would share the file {file}; rename one of them in the model");
            files.Add(tensor, file);
        }
        return files;
    }

    /// <summary>Fills an input, converting to its element type where nothing is lost.</summary>
    /// <param name="session">The session.</param>
    /// <param name="input">The input's place.</param>
    /// <param name="array">What it becomes.</param>
    /// <param name="source">What messages call the array.</param>
    /// <exception cref="InvalidDataException">The shape is another, or an element does not convert.</exception>
    public static void Fill(InferenceSession session, int input, NpyArray array, string source)
    {
        Value value = session.Graph.Inputs[input];
        if (array.Shape != value.Type.Shape)
            throw new InvalidDataException($"{source}: shape {array.Shape}; input '{value.Name}' is {value.Type}");
        try
        {
            array.To(value.Type.Element).Span.CopyTo(BytesOfInput(session, input));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{source}: {e.Message}; input '{value.Name}' is {value.Type}", e);
        }
    }

    /// <summary>A copy of an input.</summary>
    public static NpyArray ReadInput(InferenceSession session, int input) =>
        Array(session.Graph.Inputs[input].Type, BytesOfInput(session, input));

    /// <summary>A copy of an output.</summary>
    public static NpyArray ReadOutput(InferenceSession session, int output)
    {
        TensorType type = session.Graph.Outputs[output].Value.Type;
        return Array(type, type.Element switch
        {
            ElementType.Float32 => MemoryMarshal.AsBytes(session.Output<float>(output)),
            ElementType.Int8 => MemoryMarshal.AsBytes(session.Output<sbyte>(output)),
            ElementType.UInt8 => session.Output<byte>(output),
            ElementType.Int32 => MemoryMarshal.AsBytes(session.Output<int>(output)),
            ElementType.Int64 => MemoryMarshal.AsBytes(session.Output<long>(output)),
            _ => MemoryMarshal.AsBytes(session.Output<bool>(output)),
        });
    }

    /// <summary>
    /// Fills an input with values that a network of its kind could meet, the same for the same seed: reals between those of black and white
    /// where the card says what those are, else −1 to 1; all codes of 8-bit types; 0 and 1 for the rest.
    /// </summary>
    public static void FillRandomly(InferenceSession session, int input, Random random)
    {
        TensorType type = session.Graph.Inputs[input].Type;
        if (type.Element != ElementType.Float32)
        {
            bool isEightBit = type.Element.IsEightBit();
            Span<byte> bytes = BytesOfInput(session, input);
            if (isEightBit) random.NextBytes(bytes);
            else
            {
                bytes.Clear();
                for (int i = 0; i < bytes.Length; i += type.Element.Size()) bytes[i] = (byte)random.Next(2);
            }
            return;
        }

        (float lowest, float highest) = (-1, 1);
        if (input == 0 && session.Graph.Card.Preprocessing is { Mean.Count: > 0, StandardDeviation.Count: > 0 } preprocessing)
            (lowest, highest) = ((0 - preprocessing.Mean[0]) / preprocessing.StandardDeviation[0], (255 - preprocessing.Mean[0]) / preprocessing.StandardDeviation[0]);
        foreach (ref float element in session.Input<float>(input)) element = lowest + ((highest - lowest) * random.NextSingle());
    }

    private static NpyArray Array(TensorType type, ReadOnlySpan<byte> bytes) => new(NpyTypes.Of(type.Element), type.Shape, bytes.ToArray());

    private static Span<byte> BytesOfInput(InferenceSession session, int input) => session.Graph.Inputs[input].Type.Element switch
    {
        ElementType.Float32 => MemoryMarshal.AsBytes(session.Input<float>(input)),
        ElementType.Int8 => MemoryMarshal.AsBytes(session.Input<sbyte>(input)),
        ElementType.UInt8 => session.Input<byte>(input),
        ElementType.Int32 => MemoryMarshal.AsBytes(session.Input<int>(input)),
        ElementType.Int64 => MemoryMarshal.AsBytes(session.Input<long>(input)),
        _ => MemoryMarshal.AsBytes(session.Input<bool>(input)),
    };
}
