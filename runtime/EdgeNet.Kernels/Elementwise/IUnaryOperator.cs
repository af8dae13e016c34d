namespace EdgeNet.Kernels;

/// <summary>A function of one value; its parameters are the fields of the struct.</summary>
/// <typeparam name="TIn">The type of its argument.</typeparam>
/// <typeparam name="TOut">The type of its result.</typeparam>
public interface IUnaryOperator<TIn, TOut>
{
    TOut Invoke(TIn x);
}

/// <summary>A function of two values.</summary>
public interface IBinaryOperator<TIn, TOut>
{
    TOut Invoke(TIn a, TIn b);
}
