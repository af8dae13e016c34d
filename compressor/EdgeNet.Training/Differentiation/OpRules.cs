using System.Numerics;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>The rules of ops that need nothing but their node.</summary>
internal static class OpRules
{
    /// <summary>The rule of a node; null where there is none.</summary>
    public static Rule<T>? Of<T>(Node node) where T : unmanaged, IBinaryFloatingPointIeee754<T> => node.Op switch
    {
        _ => null,
    };
}
