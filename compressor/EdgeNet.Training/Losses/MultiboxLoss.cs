using System.Numerics;
using System.Numerics.Tensors;
using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>What <see cref="MultiboxLoss{T}.Evaluate"/> found.</summary>
/// <param name="Total">Classes + location weight · Location; what the gradients are of.</param>
/// <param name="Classes">The loss of the classes, divided by the matched priors.</param>
/// <param name="Location">The loss of the box codes, divided by the matched priors.</param>
/// <param name="Matched">Matched priors of all pictures.</param>
public readonly record struct MultiboxResult<T>(T Total, T Classes, T Location, int Matched);

/// <summary>
/// The loss of detectors with priors (SSD, Liu et al. 2016, section 2.2): smooth L1 on the box codes of matched priors, and softmax
/// cross-entropy on the classes of those and of the hardest background priors of each picture, or sigmoid focal loss on the classes of all
/// priors (Lin et al. 2017). Both are sums, divided by the matched priors of all pictures, at least 1. Codes are TensorFlow's, see
/// <see cref="BoxEncoding.CentreSize"/>. Keeps working memory between calls: one for each thread.
/// </summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
public sealed class MultiboxLoss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly float[] _priors;
    private readonly int _classes;
    private readonly MultiboxSettings _settings;
    private readonly PriorMatching _matching;
    private readonly FocalLoss<T>? _focal;
    private readonly T _delta;
    private readonly T _locationWeight;
    private readonly int[] _matches;

    // The hardest so far, the easiest of them in front; of equally hard ones the lower index stays.
    private readonly PriorityQueue<int, (T Loss, int MinusPrior)> _hardest = new();

    /// <summary>Makes the loss of one set of priors.</summary>
    /// <param name="priors">[P, 4] as [cy, cx, h, w], fractions of the picture, see <see cref="PriorBoxes.TensorFlow"/>.</param>
    /// <param name="classes">Columns of the class logits, with the background in column 0; at least 2.</param>
    /// <param name="settings">Null for the paper's.</param>
    /// <exception cref="ArgumentException">A prior has no area.</exception>
    /// <exception cref="TrainingSettingException">A setting is out of range.</exception>
    public MultiboxLoss(ReadOnlySpan<float> priors, int classes, MultiboxSettings? settings = null)
    {
        _settings = settings ?? new MultiboxSettings();
        TrainingSettingException.ThrowUnless(classes >= 2, classes, "at least 2, background and one other");
        TrainingSettingException.ThrowUnless(_settings.NegativesPerPositive >= 0, _settings.NegativesPerPositive, "at least 0");
        TrainingSettingException.ThrowUnless(_settings.MinimumNegatives >= 0, _settings.MinimumNegatives, "at least 0");
        TrainingSettingException.ThrowUnless(_settings.LocationWeight >= 0, _settings.LocationWeight, "at least 0");
        TrainingSettingException.ThrowUnless(_settings.LocationDelta > 0, _settings.LocationDelta, "above 0");
        _matching = new PriorMatching(priors, _settings.Threshold, _settings.IgnoreShare);
        _priors = priors.ToArray();
        _classes = classes;
        _focal = _settings.Focal is { } focal ? new FocalLoss<T>(focal.Gamma, focal.Alpha) : null;
        _delta = T.CreateTruncating(_settings.LocationDelta);
        _locationWeight = T.CreateTruncating(_settings.LocationWeight);
        _matches = new int[_matching.Count];
    }

    /// <summary>The loss of a batch of N pictures.</summary>
    /// <param name="codes">[N, P, 4] as [ty, tx, th, tw].</param>
    /// <param name="logits">[N, P, classes].</param>
    /// <param name="truths">[N]: what is in each picture, in fractions of it; labels are columns of the logits, 1 or above unless ignored.</param>
    /// <param name="codeGradient">[N, P, 4]: the derivative of the total is written, not added.</param>
    /// <param name="logitGradient">[N, P, classes]: the derivative of the total is written, not added.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together, or a label is no column.</exception>
    public MultiboxResult<T> Evaluate(
        ReadOnlySpan<T> codes, ReadOnlySpan<T> logits, IReadOnlyList<IReadOnlyList<GroundTruth>> truths, Span<T> codeGradient, Span<T> logitGradient)
    {
        ArgumentNullException.ThrowIfNull(truths);
        int codesOfOne = 4 * _matches.Length;
        int logitsOfOne = _classes * _matches.Length;
        Lengths.Require(codes.Length, (long)codesOfOne * truths.Count, nameof(codes));
        Lengths.Require(codeGradient.Length, codes.Length, nameof(codeGradient));
        Lengths.Require(logits.Length, (long)logitsOfOne * truths.Count, nameof(logits));
        Lengths.Require(logitGradient.Length, logits.Length, nameof(logitGradient));

        int matched = 0;
        T location = T.Zero;
        T classes = T.Zero;
        for (int picture = 0; picture < truths.Count; picture++)
        {
            CheckLabels(truths[picture], picture);
            Range codeRange = (picture * codesOfOne)..((picture + 1) * codesOfOne);
            Range logitRange = (picture * logitsOfOne)..((picture + 1) * logitsOfOne);
            int positives = _matching.Match(truths[picture], _matches);
            matched += positives;
            location += Locations(codes[codeRange], truths[picture], codeGradient[codeRange]);
            classes += _focal is null
                ? SoftmaxClasses(logits[logitRange], truths[picture], positives, logitGradient[logitRange])
                : FocalClasses(_focal, logits[logitRange], truths[picture], logitGradient[logitRange]);
        }

        // Known only now, so that the gradients are scaled afterwards.
        T share = T.One / T.CreateTruncating(Math.Max(1, matched));
        TensorPrimitives.Multiply(codeGradient, share * _locationWeight, codeGradient);
        TensorPrimitives.Multiply(logitGradient, share, logitGradient);
        location *= share;
        classes *= share;
        return new MultiboxResult<T>(classes + (_locationWeight * location), classes, location, matched);
    }

    private void CheckLabels(IReadOnlyList<GroundTruth> truths, int picture)
    {
        for (int i = 0; i < truths.Count; i++)
        {
            if (!truths[i].Ignore && (truths[i].Label < 1 || truths[i].Label >= _classes))
                throw new ArgumentException($"Picture {picture} of the batch has an object of label {truths[i].Label}; expected 1 to {_classes - 1}, 0 is the background.", nameof(truths));
        }
    }

    private T Locations(ReadOnlySpan<T> codes, IReadOnlyList<GroundTruth> truths, Span<T> gradient)
    {
        Span<T> wanted = stackalloc T[4];
        gradient.Clear();
        T sum = T.Zero;
        for (int prior = 0; prior < _matches.Length; prior++)
        {
            if (_matches[prior] < 0) continue;
            BoxEncoding.CentreSize([truths[_matches[prior]].Box], _priors.AsSpan(4 * prior, 4), _settings.Scales, wanted);
            for (int i = 4 * prior; i < (4 * prior) + 4; i++)
                sum += HuberLoss<T>.Of(codes[i] - wanted[i % 4], _delta, out gradient[i]);
        }
        // Smooth L1 has the slope 1 far out whatever delta is, Huber's loss has delta.
        TensorPrimitives.Divide(gradient, _delta, gradient);
        return sum / _delta;
    }

    private T SoftmaxClasses(ReadOnlySpan<T> logits, IReadOnlyList<GroundTruth> truths, int positives, Span<T> gradient)
    {
        double wanted = Math.Max(_settings.MinimumNegatives, Math.Floor(positives * _settings.NegativesPerPositive));
        int negatives = (int)Math.Min(wanted, _matches.Length);
        _hardest.Clear();
        T sum = T.Zero;
        for (int prior = 0; prior < _matches.Length; prior++)
        {
            Span<T> slopes = gradient.Slice(prior * _classes, _classes);
            if (_matches[prior] == PriorMatching.Ignored)
            {
                slopes.Clear();
                continue;
            }

            ReadOnlySpan<T> scores = logits.Slice(prior * _classes, _classes);
            int label = _matches[prior] >= 0 ? truths[_matches[prior]].Label : 0;
            (T largest, T exponentials) = StableSoftmax.Exponentials(scores, slopes);
            T loss = T.Log(exponentials) - (scores[label] - largest);
            TensorPrimitives.Divide(slopes, exponentials, slopes);
            slopes[label] -= T.One;
            if (_matches[prior] >= 0)
            {
                sum += loss;
                continue;
            }

            if (_hardest.Count < negatives)
                _hardest.Enqueue(prior, (loss, -prior));
            else
                gradient.Slice(_hardest.EnqueueDequeue(prior, (loss, -prior)) * _classes, _classes).Clear();
        }

        foreach ((_, (T loss, _)) in _hardest.UnorderedItems)
            sum += loss;
        return sum;
    }

    private T FocalClasses(FocalLoss<T> focal, ReadOnlySpan<T> logits, IReadOnlyList<GroundTruth> truths, Span<T> gradient)
    {
        gradient.Clear();
        T sum = T.Zero;
        for (int prior = 0; prior < _matches.Length; prior++)
        {
            if (_matches[prior] == PriorMatching.Ignored) continue;
            int label = _matches[prior] >= 0 ? truths[_matches[prior]].Label : 0;
            for (int column = 0; column < _classes; column++)
            {
                int i = (prior * _classes) + column;
                sum += focal.Of(logits[i], column == label ? T.One : T.Zero, out gradient[i]);
            }
        }
        return sum;
    }
}
