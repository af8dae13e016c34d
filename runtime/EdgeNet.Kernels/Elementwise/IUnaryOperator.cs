namespace EdgeNet.Kernels;

/// <summary>A function of one value; its parameters are the fields of the struct.</summary>
/// <typeparam name="TIn">The type of its argument.</typeparam>
/// <typeparam name="TOut">The type of its result.</typeparam>
public interface IUnaryOperator<TIn, TOut>
{
    /// <summary>Whether the function also knows fp32 vectors; TIn and TOut are float then.</summary>
    static virtual bool IsVectorized => false;

    TOut Invoke(TIn x);

    /// <summary>The function of each lane.</summary>
    TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> => throw new NotSupportedException();
}

/// <summary>A function of two values.</summary>
public interface IBinaryOperator<TIn, TOut>
{
    /// <summary>Whether the function also knows fp32 vectors; TIn and TOut are float then.</summary>
    static virtual bool IsVectorized => false;

    TOut Invoke(TIn a, TIn b);

    /// <summary>The function of each pair of lanes, with the bits of that of two values.</summary>
    TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, IFloatVector<TVector> => throw new NotSupportedException();
}
