using System.Numerics;

namespace EdgeNet.Training;

/// <summary>What a pass through the network is for.</summary>
/// <param name="Training">Whether statistics are taken from the batch and elements dropped out.</param>
/// <param name="Seed">What is random in this pass follows from it.</param>
internal readonly record struct Pass(bool Training, ulong Seed);

/// <summary>
/// How one node computes its outputs, and from their gradients those of its inputs. Everything is of type <typeparamref name="T"/>: integers
/// and truth values, too, are kept as numbers. Trained in <see cref="float"/>; in <see cref="double"/> the same rules are checked against
/// centred differences.
/// </summary>
internal abstract class Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Inputs, in the op's order.</summary>
    public Tensor<T>[] Inputs { get; private set; } = [];

    /// <summary>Outputs, in the op's order.</summary>
    public Tensor<T>[] Outputs { get; private set; } = [];

    /// <summary>Gradients to the inputs, which <see cref="Backward"/> writes; null where nobody asks.</summary>
    public Tensor<T>?[] InputGradients { get; private set; } = [];

    /// <summary>Gradients of the outputs; null where an output has no influence. <see cref="Backward"/> may overwrite them.</summary>
    public Tensor<T>?[] OutputGradients { get; private set; } = [];

    public Workers Workers { get; private set; } = new(1);

    /// <summary>The bounds that the output is clamped to, where an activation rides on this node.</summary>
    public (T Minimum, T Maximum)? Clamp { get; set; }

    /// <summary>Whether <see cref="Forward"/> sees to <see cref="Clamp"/> itself, and <see cref="Backward"/> to its gradient.</summary>
    public virtual bool Clamps => false;

    /// <summary>Whether <see cref="Backward"/> reads an input.</summary>
    public virtual bool ReadsInput(int index) => true;

    /// <summary>Whether <see cref="Backward"/> reads the outputs.</summary>
    public virtual bool ReadsOutput => false;

    /// <summary>Computes the outputs.</summary>
    public abstract void Forward(in Pass pass);

    /// <summary>Computes those of <see cref="InputGradients"/> that are there from <see cref="OutputGradients"/>.</summary>
    public abstract void Backward();

    /// <summary>Takes the gradient of elements that were clamped, from <paramref name="begin"/> to <paramref name="end"/> of the output.</summary>
    public void MaskClamped(int begin, int end)
    {
        if (Clamp is { } clamp) Clamping.Mask(Y[begin..end], Dy[begin..end], clamp.Minimum, clamp.Maximum);
    }

    /// <summary>Takes the gradient of all elements that were clamped.</summary>
    public void MaskClamped()
    {
        if (Clamp is not null) Workers.Ranges(Y.Length, Workers.Grain, MaskClamped);
    }

    public void Bind(Tensor<T>[] inputs, Tensor<T>[] outputs, Workers workers) => (Inputs, Outputs, Workers) = (inputs, outputs, workers);

    public void BindGradients(Tensor<T>?[] inputs, Tensor<T>?[] outputs) => (InputGradients, OutputGradients) = (inputs, outputs);

    protected Span<T> X => Inputs[0].Span;

    protected Span<T> Y => Outputs[0].Span;

    /// <summary>The gradient of the only output.</summary>
    protected Span<T> Dy => OutputGradients[0]!.Span;
}
