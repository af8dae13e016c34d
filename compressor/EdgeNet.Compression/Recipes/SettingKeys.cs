using System.Collections;
using System.Text;

namespace EdgeNet.Compression;

/// <summary>A key of a record in a recipe.</summary>
/// <param name="Name">In lower case, with dashes.</param>
/// <param name="Expected">What may stand there.</param>
/// <param name="IsRequired">Whether it has no default.</param>
/// <param name="Read">The record with the value that stands at a place.</param>
/// <param name="Write">Appends the record's value behind the colon.</param>
internal sealed record SettingKey<T>(string Name, string Expected, bool IsRequired, Func<T, YamlNode, T> Read, Action<StringBuilder, T, int> Write);

/// <summary>The keys of a record in a recipe: one list by which it is read, written and documented.</summary>
/// <param name="what">What the record is, for messages.</param>
/// <param name="start">The record with the defaults of all keys that have one.</param>
internal sealed class SettingKeys<T>(string what, T start) : IEnumerable<SettingKey<T>>
{
    private readonly List<SettingKey<T>> _keys = [];

    /// <summary>The record with all defaults.</summary>
    public T Start => start;

    /// <summary>Adds a key.</summary>
    public void Add<TValue>(string name, SettingFormat<TValue> format, Func<T, TValue> get, Func<T, TValue, T> with, bool isRequired = false) => _keys.Add(new(
        name, format.Expected, isRequired,
        (record, node) => with(record, format.Read(name, node)),
        (yaml, record, indent) => format.Write(yaml, get(record), indent)));

    /// <summary>Takes a record from a mapping.</summary>
    /// <param name="node">The mapping; nothing where all are left out.</param>
    /// <param name="record">The record that has what is not in the mapping.</param>
    public T Read(YamlNode node, T record)
    {
        if (node.Entries is null && !node.IsNothing) throw node.Error($"{what}: {node.Found}; expected keys with values");
        IReadOnlyList<(YamlNode Key, YamlNode Value)> entries = node.Entries ?? [];
        foreach ((YamlNode key, YamlNode value) in entries)
        {
            SettingKey<T> known = _keys.Find(each => each.Name == key.Key)
                ?? throw key.Error($"{what}: there is no key {key.Found}; expected {string.Join(", ", _keys.Select(each => each.Name))}");
            record = known.Read(record, value);
        }
        foreach (SettingKey<T> needed in _keys.Where(each => each.IsRequired))
        {
            if (entries.All(entry => entry.Key.Key != needed.Name)) throw node.Error($"{what}: {needed.Name} is missing; expected {needed.Expected}");
        }
        return record;
    }

    /// <summary>Appends all keys and values, a line each.</summary>
    public void Write(StringBuilder yaml, T record, int indent)
    {
        foreach (SettingKey<T> key in _keys) key.Write(yaml.Append(' ', indent).Append(key.Name).Append(':'), record, indent);
    }

    /// <summary>The record as the value of a key.</summary>
    public SettingFormat<T> AsFormat() => new("keys with values", (_, node) => Read(node, start), (yaml, record, indent) => Write(yaml.Append('\n'), record, indent + 2));

    /// <inheritdoc/>
    public IEnumerator<SettingKey<T>> GetEnumerator() => _keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
