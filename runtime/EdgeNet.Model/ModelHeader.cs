using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeNet.Model.Format;

namespace EdgeNet.Model;

/// <summary>The JSON header of a <c>.edgenet</c> file, as <c>docs/format.md</c> describes it. Values are numbered: inputs, constants, then outputs of nodes, in order.</summary>
internal sealed record ModelHeader(
    ImmutableArray<InputHeader> Inputs,
    ImmutableArray<ConstantHeader> Constants,
    ImmutableArray<NodeHeader> Nodes,
    ImmutableArray<OutputHeader> Outputs,
    ModelCard? Card = null);

internal sealed record InputHeader(string Name, ElementType Element, ValueList<int> Shape, Quantization? Quantization = null);

/// <summary>A constant: its sections follow each other in the file in the order of these properties.</summary>
internal sealed record ConstantHeader(
    ElementType Element, ValueList<int> Shape, Storage Storage, SectionHeader Values,
    string? Name = null, int? Axis = null, SectionHeader? Scales = null, SectionHeader? ZeroPoints = null, SectionHeader? Codebook = null);

/// <summary>A section. What it decodes to is absent where its constant leaves no choice; a checksum of its own is there in version 1 only.</summary>
internal sealed record SectionHeader(SectionEncoding Encoding, long Stored, long? Decoded = null, uint? Crc = null);

internal sealed record NodeHeader(string Name, Op Op, ValueList<int> Inputs);

internal sealed record OutputHeader(string Name, int Value);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 16,
    UseStringEnumConverter = true,
    Converters = [typeof(ValueListJsonConverter<int>), typeof(ValueListJsonConverter<float>)])]
[JsonSerializable(typeof(ModelHeader))]
internal sealed partial class ModelHeaderJson : JsonSerializerContext
{
    /// <summary>With text as it is, not as \u escapes: the header is for people too, and stands in no HTML page.</summary>
    public static ModelHeaderJson Readable => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

/// <summary>Writes a JSON array of numbers.</summary>
internal sealed class ValueListJsonConverter<T> : JsonConverter<ValueList<T>> where T : struct, IEquatable<T>
{
    public override ValueList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException($"headers are read by {nameof(HeaderReader)}");

    public override void Write(Utf8JsonWriter writer, ValueList<T> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (T item in value)
        {
            if (item is int integer) writer.WriteNumberValue(integer);
            else if (item is float real && float.IsFinite(real)) writer.WriteNumberValue(real);
            else writer.WriteStringValue(((float)(object)item).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        writer.WriteEndArray();
    }
}
