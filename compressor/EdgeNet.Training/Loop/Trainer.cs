using System.Diagnostics;
using System.Numerics.Tensors;
using System.Text;
using static System.FormattableString;

namespace EdgeNet.Training;

/// <summary>Training went astray: a loss or a gradient is no number. One line says where it began.</summary>
public sealed class DivergedException : Exception
{
    /// <summary>No message.</summary>
    public DivergedException() { }

    /// <summary>One line.</summary>
    public DivergedException(string message) : base(message) { }

    /// <summary>One line, and the cause.</summary>
    public DivergedException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>How far a run is.</summary>
/// <param name="Epoch">The epoch under way, from 0.</param>
/// <param name="Batch">Batches of it that are done.</param>
/// <param name="BatchesPerEpoch">Batches of an epoch.</param>
/// <param name="Loss">The loss of the last batch.</param>
/// <param name="Rate">The learning rate.</param>
public readonly record struct TrainingProgress(int Epoch, int Batch, int BatchesPerEpoch, double Loss, float Rate);

/// <summary>
/// The training loop: batch by batch forward, backward, update; epoch by epoch a look at the validation set and a checkpoint. A run follows
/// from its settings and seed alone: one that was killed and goes on from its checkpoint ends with the same weights as one never killed, on
/// any number of threads.
/// </summary>
public sealed class Trainer
{
    /// <summary>Weights of one piece of an update.</summary>
    private const int UpdatePiece = 1 << 16;

    /// <summary>Losses of single steps that a history keeps, about.</summary>
    private const int MostSteps = 1000;

    private readonly Network<float> _network;
    private readonly Objective _objective;
    private readonly TrainingPlan _plan;
    private readonly BatchLoader _training;
    private readonly BatchLoader? _validation;
    private readonly string[] _settings;
    private readonly Snapshots _snapshots;
    private readonly Parameter<float>[] _parameters;
    private readonly (Parameter<float> Parameter, int Begin, int Length, float[] State)[] _pieces;
    private float[][]? _best;
    private double _bestFigure = double.NegativeInfinity, _bestLoss = double.PositiveInfinity;
    private int _epoch, _batch;
    private long _step, _lastCheckpoint;
    private double _normSum;
    private int _problems;

    /// <summary>Prepares a run.</summary>
    /// <param name="network">What learns.</param>
    /// <param name="objective">What it learns.</param>
    /// <param name="plan">How.</param>
    /// <param name="training">What from.</param>
    /// <param name="validation">What it is measured on after each epoch; null for nothing: then the last epoch counts, not the best.</param>
    /// <param name="run">What is known of the run beforehand, for its history.</param>
    public Trainer(Network<float> network, Objective objective, TrainingPlan plan, BatchLoader training, BatchLoader? validation, RunDescription run)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(run);
        History = new TrainingHistory { Run = run };
        (_network, _objective, _plan, _training, _validation) = (network, objective, plan, training, validation);
        _settings = SettingsOf(network, objective, plan, training, run);
        _snapshots = new Snapshots(network);
        _parameters = [.. network.Parameters.Where(parameter => parameter.Trains)];
        _pieces = [.. _parameters.Where(parameter => !parameter.IsStatistic).SelectMany(parameter => Pieces(parameter, plan.Optimizer.Slots))];
    }

    /// <summary>What weights hold to; null for nothing.</summary>
    public IWeightConstraint? Constraint { get; init; }

    /// <summary>Sees each batch that is done.</summary>
    public Action<TrainingProgress>? OnBatch { get; set; }

    /// <summary>Sees each epoch that is done.</summary>
    public Action<EpochRecord>? OnEpoch { get; set; }

    /// <summary>Whether the weights at the end are those of <see cref="BestEpoch"/>.</summary>
    public bool KeepsBest => _plan.KeepsBest && _validation is not null;

    /// <summary>What the run showed so far.</summary>
    public TrainingHistory History { get; private set; }

    /// <summary>The epoch, from 1, that was best by the objective's figure on the validation set; 0 if none was better than the beginning, or nothing is validated.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>Trains until the plan ends, patience does, or it is cancelled; then the network has the weights of the best epoch, or of the last where nothing is validated.</summary>
    /// <exception cref="DivergedException">A loss or a gradient is no number.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; a checkpoint of that moment is written.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written.</exception>
    public void Run(CancellationToken cancellation = default)
    {
        _lastCheckpoint = Stopwatch.GetTimestamp();
        while (_epoch < _plan.Epochs && !HasLostPatience)
        {
            long start = Stopwatch.GetTimestamp();
            float rate = 0;
            IReadOnlyDictionary<string, double> ratios = new Dictionary<string, double>();
            foreach (Batch batch in _training.Epoch(_epoch, shuffle: true, _batch))
            {
                rate = _plan.Schedule.RateAt(_step, _training.BatchesPerEpoch, _plan.Epochs);
                bool last = _batch + 1 == _training.BatchesPerEpoch;
                bool observed = last && _plan.HistogramEvery > 0 && ((_epoch + 1) % _plan.HistogramEvery == 0 || _epoch + 1 == _plan.Epochs);
                if (observed) _snapshots.Begin();
                double loss = Descend(batch);
                if (observed) _snapshots.End(History, _epoch + 1);
                ratios = Update(rate, last) ?? ratios;
                _batch++;
                if (_step % Math.Max(1, (long)_plan.Epochs * _training.BatchesPerEpoch / MostSteps) == 0) History.Steps.Add(new StepLoss(_step, loss));
                OnBatch?.Invoke(new TrainingProgress(_epoch, _batch, _training.BatchesPerEpoch, loss, rate));
                if (last) continue;
                bool stop = cancellation.IsCancellationRequested;
                if (stop || Stopwatch.GetElapsedTime(_lastCheckpoint) > _plan.CheckpointInterval) WriteCheckpoint();
                if (stop) throw new OperationCanceledException(cancellation);
            }
            EndEpoch(rate, ratios, start);
            if (!cancellation.IsCancellationRequested) continue;
            WriteCheckpoint();
            throw new OperationCanceledException(cancellation);
        }
        if (_best is not null && _plan.KeepsBest) Restore(_best);
    }

    /// <summary>The figures on a set, as the network is now.</summary>
    public Evaluation Evaluate(BatchLoader loader)
    {
        ArgumentNullException.ThrowIfNull(loader);
        foreach (Batch batch in loader.Epoch(0, shuffle: false))
        {
            batch.Input.CopyTo(_network.Input());
            _network.Forward();
            _objective.Count(_network, batch);
        }
        return _objective.Total();
    }

    /// <summary>Takes the weights as they are for the best so far, so that training can only do better.</summary>
    /// <param name="before">Their figures on the validation set.</param>
    public void BeginWith(Evaluation before)
    {
        ArgumentNullException.ThrowIfNull(before);
        (_bestFigure, _bestLoss) = (before.Metrics.GetValueOrDefault(_objective.Metric, double.NaN), before.Loss);
        if (double.IsNaN(_bestFigure)) _bestFigure = double.NegativeInfinity;
        _best = [.. _parameters.Select(parameter => parameter.Values.ToArray())];
    }

    private bool HasLostPatience => _plan.Patience > 0 && _best is not null && _epoch - BestEpoch >= _plan.Patience;

    private double Descend(Batch batch)
    {
        ulong seed = Noise.Mix(((ulong)(uint)_plan.Seed << 32) + (ulong)_step);
        batch.Input.CopyTo(_network.Input());
        _network.Forward(training: true, seed);
        // What the objective does not look at has no gradient; others may have added theirs there.
        for (int i = 0; i < _network.Graph.Outputs.Length; i++) _network.OutputGradient(i).Clear();
        double loss = _objective.Descend(_network, batch);
        if (!double.IsFinite(loss))
        {
            string origin = _network.FirstNotFinite(training: true, seed) is { } node ? $"the output of {node} is not finite" : "all outputs are finite, the loss is not";
            throw new DivergedException(Invariant($"epoch {_epoch + 1}, batch {_batch + 1}: the loss is {loss}; {origin}. Lower the learning rate, or clip gradients"));
        }
        _network.Backward();
        double norm = ClipGradients();
        if (!double.IsFinite(norm))
        {
            Parameter<float> first = _parameters.First(parameter => !parameter.Gradient.IsEmpty && !float.IsFinite(TensorPrimitives.MaxMagnitude(parameter.Gradient)));
            throw new DivergedException($"epoch {_epoch + 1}, batch {_batch + 1}: the gradient of {first.Name} ({first.Node}) is not finite; lower the learning rate, or clip gradients");
        }
        _normSum += norm;
        return loss;
    }

    /// <summary>Clips, and gives the length before.</summary>
    private double ClipGradients()
    {
        double squares = 0;
        foreach (Parameter<float> parameter in _parameters)
        {
            if (_plan.ClipValue > 0 && !parameter.Gradient.IsEmpty) GradientClipping.ByValue(parameter.Gradient, _plan.ClipValue);
            squares += GradientClipping.SumOfSquares(parameter.Gradient);
        }
        double norm = Math.Sqrt(squares);
        if (_plan.ClipNorm > 0 && GradientClipping.ScaleFor(norm, _plan.ClipNorm) is < 1 and var scale)
        {
            foreach (Parameter<float> parameter in _parameters) TensorPrimitives.Multiply(parameter.Gradient, scale, parameter.Gradient);
        }
        return norm;
    }

    /// <summary>Moves all parameters by one step; measures by how much where asked.</summary>
    private Dictionary<string, double>? Update(float rate, bool measure)
    {
        Dictionary<Parameter<float>, float[]>? before = measure
            ? _parameters.Where(parameter => !parameter.IsStatistic).ToDictionary(parameter => parameter, parameter => parameter.Values.ToArray())
            : null;
        _step++;
        Constraint?.BeforeUpdate();
        _network.Workers.Each(_pieces.Length, i =>
        {
            (Parameter<float> parameter, int begin, int length, float[] state) = _pieces[i];
            bool decays = parameter.Role == ParameterRole.Weight;
            var settings = new StepSettings(rate, _step, decays ? _plan.WeightDecay : 0, decays ? _plan.L1 : 0);
            _plan.Optimizer.Step(parameter.Values.Slice(begin, length), parameter.Gradient.Slice(begin, length), state, settings);
        });
        Constraint?.AfterUpdate();
        return before?.DistinctBy(pair => pair.Key.Name).ToDictionary(pair => pair.Key.Name, pair =>
            TensorPrimitives.Distance<float>(pair.Key.Values, pair.Value) / (double)Math.Max(TensorPrimitives.Norm<float>(pair.Value), float.Epsilon));
    }

    private void EndEpoch(float rate, IReadOnlyDictionary<string, double> ratios, long start)
    {
        // The loss of the next batch would tell, but there may be none.
        if (_parameters.FirstOrDefault(parameter => !float.IsFinite(TensorPrimitives.MaxMagnitude<float>(parameter.Values))) is { } lost)
            throw new DivergedException($"epoch {_epoch + 1}, batch {_batch}: {lost.Name} ({lost.Node}) is not finite any more; lower the learning rate, or clip gradients");
        Evaluation training = _objective.Total();
        Evaluation? validation = _validation is null ? null : Evaluate(_validation);
        _epoch++;
        var record = new EpochRecord
        {
            Epoch = _epoch,
            TrainingLoss = training.Loss,
            TrainingMetrics = training.Metrics,
            ValidationLoss = validation?.Loss,
            ValidationMetrics = validation?.Metrics ?? new Dictionary<string, double>(),
            LearningRate = rate,
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
            GradientNorm = _normSum / Math.Max(1, _batch),
            UpdateRatios = ratios,
            Problems = [.. _training.Problems.All.Skip(_problems).Select(problem => problem.ToString())],
        };
        _problems = _training.Problems.All.Count;
        History.Epochs.Add(record);
        if (validation is not null)
        {
            // Nothing to find gives no figure: then the loss decides.
            double figure = validation.Metrics.GetValueOrDefault(_objective.Metric, double.NaN);
            if (double.IsNaN(figure)) figure = double.NegativeInfinity;
            if (_best is null || figure > _bestFigure || (figure == _bestFigure && validation.Loss < _bestLoss))
            {
                (_bestFigure, _bestLoss, BestEpoch) = (figure, validation.Loss, _epoch);
                _best = [.. _parameters.Select(parameter => parameter.Values.ToArray())];
            }
        }
        (_batch, _normSum) = (0, 0);
        if (_plan.CheckpointsEachEpoch || _epoch == _plan.Epochs || HasLostPatience || Stopwatch.GetElapsedTime(_lastCheckpoint) > _plan.CheckpointInterval) WriteCheckpoint();
        OnEpoch?.Invoke(record);
    }

    private void Restore(float[][] values)
    {
        for (int i = 0; i < values.Length; i++) values[i].CopyTo(_parameters[i].Values);
    }

    private static IEnumerable<(Parameter<float> Parameter, int Begin, int Length, float[] State)> Pieces(Parameter<float> parameter, int slots)
    {
        int length = parameter.Shape.ElementCount;
        for (int begin = 0; begin < length; begin += UpdatePiece)
            yield return (parameter, begin, Math.Min(UpdatePiece, length - begin), new float[slots * Math.Min(UpdatePiece, length - begin)]);
    }

    /// <summary>What a checkpoint holds beside arrays; first the settings that make the run what it is.</summary>
    private sealed record State(
        string[] Settings, string[] Parameters, int Epoch, int Batch, long Step, double NormSum, double[] Sums, double BestFigure, double BestLoss, int BestEpoch, string History);

    /// <summary>What must be the same for a run to go on.</summary>
    private static string[] SettingsOf(Network<float> network, Objective objective, TrainingPlan plan, BatchLoader training, RunDescription run) =>
    [
        Invariant($"{plan.Epochs} epochs"), plan.Optimizer.Name, plan.Schedule.ToString(), Invariant($"decay {plan.WeightDecay}"), Invariant($"L1 {plan.L1}"),
        Invariant($"gradients clipped to norm {plan.ClipNorm}"), Invariant($"gradients clipped to {plan.ClipValue}"), Invariant($"patience {plan.Patience}"), Invariant($"seed {plan.Seed}"),
        Invariant($"{training.BatchesPerEpoch} batches of {network.Graph.Inputs[0].Type.Shape}"), $"best {objective.Metric}", .. run.Settings.Select(setting => $"{setting.Name} {setting.Value}"),
    ];

    private void WriteCheckpoint()
    {
        _lastCheckpoint = Stopwatch.GetTimestamp();
        if (_plan.CheckpointPath is null) return;
        var state = new State(_settings, [.. _parameters.Select(parameter => parameter.ToString())], _epoch, _batch, _step, _normSum, _objective.Sums, _bestFigure, _bestLoss, BestEpoch, Encoding.UTF8.GetString(History.ToJson()));
        Checkpoint.Write(_plan.CheckpointPath, state, [.. _parameters.Select(parameter => parameter.Values.ToArray()), .. _pieces.Select(piece => piece.State), .. Constraint?.State ?? [], .. _best ?? []]);
    }

    /// <summary>Goes on from the plan's checkpoint, if there is one; says whether there was.</summary>
    /// <exception cref="CheckpointException">It is damaged, or of another run.</exception>
    public bool Resume()
    {
        if (_plan.CheckpointPath is null || !File.Exists(_plan.CheckpointPath)) return false;
        (State state, float[][] arrays) = Checkpoint.Read<State>(_plan.CheckpointPath);
        if (FirstDifference(state.Settings, _settings) is { } setting)
            throw new CheckpointException($"{_plan.CheckpointPath}: belongs to a run with {setting}; remove it to train from the beginning");
        if (FirstDifference(state.Parameters, [.. _parameters.Select(parameter => parameter.ToString())]) is { } other)
            throw new CheckpointException($"{_plan.CheckpointPath}: is of a network with {other}; remove it to train from the beginning");
        IEnumerable<int> values = _parameters.Select(parameter => parameter.Shape.ElementCount), lengths = values.Concat(_pieces.Select(piece => piece.State.Length)).Concat((Constraint?.State ?? []).Select(array => array.Length));
        int fixedArrays = _parameters.Length + _pieces.Length + (Constraint?.State.Count ?? 0);
        if (state.Epoch < 0 || state.Step < 0 || state.Batch < 0 || state.Batch >= _training.BatchesPerEpoch || !arrays.Select(array => array.Length).SequenceEqual(arrays.Length > fixedArrays ? lengths.Concat(values) : lengths))
            throw new CheckpointException($"{_plan.CheckpointPath}: its place in the run or its arrays make no sense; remove it to train from the beginning");
        History = ReadHistory(state.History);
        Restore(arrays[.._parameters.Length]);
        for (int i = 0; i < _pieces.Length; i++) arrays[_parameters.Length + i].CopyTo(_pieces[i].State, 0);
        for (int i = 0; i < Constraint?.State.Count; i++) arrays[_parameters.Length + _pieces.Length + i].CopyTo(Constraint.State[i], 0);
        _best = arrays.Length > fixedArrays ? arrays[fixedArrays..] : null;
        (_epoch, _batch, _step, _normSum, _objective.Sums) = (state.Epoch, state.Batch, state.Step, state.NormSum, state.Sums);
        (_bestFigure, _bestLoss, BestEpoch) = (state.BestFigure, state.BestLoss, state.BestEpoch);
        return true;
    }

    private TrainingHistory ReadHistory(string json)
    {
        try
        {
            return TrainingHistory.FromJson(Encoding.UTF8.GetBytes(json), _plan.CheckpointPath!);
        }
        catch (InvalidDataException e)
        {
            throw new CheckpointException($"{e.Message}; remove it to train from the beginning", e);
        }
    }

    private static string? FirstDifference(string[] there, string[] here)
    {
        for (int i = 0; i < Math.Max(there.Length, here.Length); i++)
        {
            string other = there.ElementAtOrDefault(i) ?? "nothing", own = here.ElementAtOrDefault(i) ?? "nothing";
            if (other != own) return $"{other}, this one has {own}";
        }
        return null;
    }
}
