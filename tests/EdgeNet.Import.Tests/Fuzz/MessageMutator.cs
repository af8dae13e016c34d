using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace EdgeNet.Import.Tests.Fuzz;

/// <summary>
/// Changes the tree of a protobuf message rather than its bytes: parts are removed, doubled, exchanged and put in each other's
/// place, numbers become others that hurt, names become those of other things in the same tree.
/// </summary>
internal sealed class MessageMutator(Random random)
{
    private static readonly long[] Integers =
        [0, 1, -1, 2, 3, 4, 7, 11, 16, 255, -128, 1 << 20, 1 << 29, int.MaxValue, int.MinValue, 1L << 40, long.MaxValue, long.MinValue];

    private static readonly double[] Reals = [0, 1, -1, 0.5, 1e30, -1e30, 1e-40, double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    public byte[] Mutate(IMessage root)
    {
        for (int changes = random.Next(1, 4); changes > 0; changes--) Change(Tree(root).ToList());
        return root.ToByteArray();
    }

    private static IEnumerable<IMessage> Tree(IMessage message)
    {
        yield return message;
        foreach (FieldDescriptor field in message.Descriptor.Fields.InDeclarationOrder().Where(field => field.FieldType == FieldType.Message))
        {
            object? value = field.Accessor.GetValue(message);
            foreach (IMessage child in value is IList list ? list.Cast<IMessage>() : value is IMessage one ? [one] : [])
            {
                foreach (IMessage below in Tree(child)) yield return below;
            }
        }
    }

    private void Change(List<IMessage> tree)
    {
        IMessage message = Pick(tree);
        FieldDescriptor[] fields = [.. message.Descriptor.Fields.InDeclarationOrder().Where(field => IsSet(message, field) || random.Next(20) == 0)];
        if (fields.Length == 0) return;
        FieldDescriptor chosen = Pick(fields);
        if (chosen.IsRepeated) ChangeList(chosen, (IList)chosen.Accessor.GetValue(message), tree);
        else if (random.Next(6) == 0) chosen.Accessor.Clear(message);
        else if (Other(chosen, chosen.Accessor.GetValue(message), tree) is { } other) chosen.Accessor.SetValue(message, other);
    }

    private static bool IsSet(IMessage message, FieldDescriptor field) =>
        field.IsRepeated ? ((IList)field.Accessor.GetValue(message)).Count > 0 : !field.HasPresence || field.Accessor.HasValue(message);

    private void ChangeList(FieldDescriptor field, IList list, List<IMessage> tree)
    {
        int at = random.Next(list.Count), to = random.Next(list.Count);
        switch (list.Count == 0 ? 4 : random.Next(6))
        {
            case 0:
                list.RemoveAt(at);
                break;
            case 1:
                list.Insert(to, Copy(list[at]!));
                break;
            case 2:
                (list[at], list[to]) = (list[to], list[at]);
                break;
            case 3:
                list[at] = Copy(list[to]!);
                break;
            case 4:
                if (Other(field, null, tree) is { } more) list.Add(more);
                break;
            default:
                if (Other(field, list[at], tree) is { } other) list[at] = other;
                break;
        }
    }

    /// <summary>Another value for a field, or one for an empty field; null where there is none.</summary>
    private object? Other(FieldDescriptor field, object? value, List<IMessage> tree)
    {
        switch (field.FieldType)
        {
            case FieldType.Message:
                IMessage[] alike = [.. tree.Where(message => message.Descriptor == field.MessageType)];
                return alike.Length == 0 ? null : Copy(Pick(alike));
            case FieldType.String:
                string[] names = [.. tree.SelectMany(Strings).Append("").Append("x[0]")];
                return Pick(names);
            case FieldType.Bytes:
                byte[] bytes = value is ByteString old ? old.ToByteArray() : [];
                return ByteString.CopyFrom(random.Next(4) switch { 0 => [], 1 => [.. bytes, .. bytes], 2 => bytes[..random.Next(bytes.Length + 1)], _ => Shuffled(bytes) });
            case FieldType.Enum:
                return random.Next(-1, 25);
            case FieldType.Float:
                return (float)Pick(Reals);
            case FieldType.Double:
                return Pick(Reals);
            case FieldType.Int32:
                return unchecked((int)Integer(value));
            case FieldType.UInt64:
                return unchecked((ulong)Integer(value));
            case FieldType.Int64:
                return Integer(value);
            default:
                return null;
        }
    }

    private long Integer(object? value) => random.Next(3) == 0 && value is IConvertible and not ulong ? unchecked(Convert.ToInt64(value, null) + random.Next(-2, 3)) : Pick(Integers);

    private static IEnumerable<string> Strings(IMessage message) => message.Descriptor.Fields.InDeclarationOrder()
        .Where(field => field.FieldType == FieldType.String)
        .SelectMany(field => field.Accessor.GetValue(message) switch { IList list => list.Cast<string>(), string text => [text], _ => [] });

    private byte[] Shuffled(byte[] bytes)
    {
        random.Shuffle(bytes);
        return bytes;
    }

    private static object Copy(object value) => value is IMessage message ? message.Descriptor.Parser.ParseFrom(message.ToByteArray()) : value;

    private T Pick<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];
}
