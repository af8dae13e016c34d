using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Device.Bench;

/// <summary>Inputs for runs whose results nobody looks at: the same random ones every time.</summary>
internal static class RandomInputs
{
    /// <summary>Fills the inputs of a session: reals in [-1, 1), codes and bytes of any value, integers 0 or 1.</summary>
    public static void Fill(InferenceSession session)
    {
        var random = new Random(1);
        for (int i = 0; i < session.Graph.Inputs.Length; i++)
        {
            switch (session.Graph.Inputs[i].Type.Element)
            {
                case ElementType.Float32:
                    foreach (ref float real in session.Input<float>(i)) real = 2 * random.NextSingle() - 1;
                    break;
                case ElementType.Int8:
                    foreach (ref sbyte code in session.Input<sbyte>(i)) code = (sbyte)random.Next(sbyte.MinValue, sbyte.MaxValue + 1);
                    break;
                case ElementType.UInt8:
                    random.NextBytes(session.Input<byte>(i));
                    break;
                case ElementType.Int32:
                    foreach (ref int number in session.Input<int>(i)) number = random.Next(2);
                    break;
                case ElementType.Int64:
                    foreach (ref long number in session.Input<long>(i)) number = random.Next(2);
                    break;
                default:
                    foreach (ref bool truth in session.Input<bool>(i)) truth = random.Next(2) == 1;
                    break;
            }
        }
    }
}
