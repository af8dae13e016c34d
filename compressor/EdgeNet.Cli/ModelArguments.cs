using System.CommandLine;
using System.Globalization;
using EdgeNet.Import;
using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Cli;

/// <summary>The model of a command, and the options that say how it is imported.</summary>
internal sealed class ModelArguments
{
    private readonly Argument<string> _model = new("MODEL") { Description = "A .edgenet, .onnx or .tflite file, or Deep Compression's SqueezeNet .net." };

    private readonly Option<int> _batch = CountOption.Create("--batch", "N", "Pictures per run, where an ONNX model leaves it open.", 1);

    private readonly Option<string[]> _dimensions = new("--dim")
    {
        Description = "The extent of a dimension that an ONNX model leaves open; may be given several times.",
        HelpName = "NAME=N",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Adds the model and its options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="optional">Whether it may go without a model; <see cref="Path"/> then says what is missing.</param>
    public static ModelArguments AddTo(Command command, bool optional = false)
    {
        var arguments = new ModelArguments();
        if (optional) arguments._model.Arity = ArgumentArity.ZeroOrOne;
        command.Add(arguments._model);
        command.Add(arguments._batch);
        command.Add(arguments._dimensions);
        return arguments;
    }

    /// <summary>Where the model is.</summary>
    public string Path(ParseResult parsed) => parsed.GetValue(_model) ?? throw new UsageException("MODEL is missing: a .edgenet, .onnx or .tflite file");

    /// <summary>The model.</summary>
    public Graph Load(ParseResult parsed)
    {
        string path = Path(parsed);
        var options = new ImportOptions { BatchSize = parsed.GetValue(_batch), Dimensions = Dimensions(parsed) };
        if ((options.BatchSize != 1 || options.Dimensions.Count > 0) && ModelSource.FormatOf(path) != ModelFormat.Onnx)
            throw new UsageException($"{path}: --batch and --dim are for ONNX models; the shapes of this one are fixed");
        return ModelSource.Load(path, options);
    }

    private Dictionary<string, int> Dimensions(ParseResult parsed)
    {
        var dimensions = new Dictionary<string, int>();
        foreach (string binding in parsed.GetValue(_dimensions)!)
        {
            int equals = binding.LastIndexOf('=');
            if (equals < 1 || !int.TryParse(binding[(equals + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int extent))
                throw new UsageException($"--dim {binding}: expected NAME=N with a whole number");
            if (!dimensions.TryAdd(binding[..equals], extent)) throw new UsageException($"--dim {binding}: the name is given twice");
        }
        return dimensions;
    }
}

/// <summary>How a command runs a model.</summary>
internal static class SessionArguments
{
    /// <summary>Makes <c>--threads</c>.</summary>
    public static Option<int> CreateThreads() => CountOption.Create("--threads", "N", "Threads that work on one run.", Environment.ProcessorCount);

    /// <summary>A session of a model.</summary>
    public static InferenceSession Open(Graph graph, int threads) => new(graph, new SessionOptions { Threads = threads });
}
