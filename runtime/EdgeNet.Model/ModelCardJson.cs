using System.Text.Json;

namespace EdgeNet.Model;

/// <summary>Cards as JSON, in the schema of the <c>.edgenet</c> header, for formats that have a place for it.</summary>
public static class ModelCardJson
{
    /// <summary>UTF-8 JSON; the same card gives the same bytes.</summary>
    public static byte[] Write(ModelCard card) => JsonSerializer.SerializeToUtf8Bytes(card, ModelHeaderJson.Readable.ModelCard);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="ModelFormatException">It is no card.</exception>
    public static ModelCard Read(ReadOnlyMemory<byte> json) => HeaderReader.ReadCard(json);
}
