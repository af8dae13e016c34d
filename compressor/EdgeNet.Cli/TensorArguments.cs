using System.CommandLine;
using EdgeNet.Runtime;

namespace EdgeNet.Cli;

/// <summary><c>--tensor-in NAME=FILE.npy</c>: inputs from NumPy files.</summary>
internal static class TensorArguments
{
    /// <summary>Makes the option.</summary>
    public static Option<string[]> Create() => new("--tensor-in")
    {
        Description = "An input as a NumPy array in the model's own layout; once for each input.",
        HelpName = "NAME=FILE.npy",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Fills every input from the files given.</summary>
    /// <exception cref="UsageException">One is missing, unknown or given twice.</exception>
    public static void Fill(InferenceSession session, string[] bindings)
    {
        string known = string.Join(", ", session.Graph.Inputs.Select(input => $"{input.Name} ({input.Type})"));
        var files = new Dictionary<string, string>();
        foreach (string binding in bindings)
        {
            // Names may hold '=' too, so the longest one that the model has counts.
            string? name = session.Graph.Inputs.Select(input => input.Name)
                .Where(input => binding.StartsWith(input + "=", StringComparison.Ordinal)).MaxBy(input => input.Length);
            if (name is null) throw new UsageException($"--tensor-in {binding}: expected NAME=FILE.npy; the model's inputs are {known}");
            if (!files.TryAdd(name, binding[(name.Length + 1)..])) throw new UsageException($"--tensor-in {binding}: the input is given twice");
        }
        for (int i = 0; i < session.Graph.Inputs.Length; i++)
        {
            string name = session.Graph.Inputs[i].Name;
            if (!files.TryGetValue(name, out string? file)) throw new UsageException($"input '{name}' is not given; add --tensor-in {name}=FILE.npy");
            SessionTensors.Fill(session, i, NpyFile.Load(file), file);
        }
    }
}
