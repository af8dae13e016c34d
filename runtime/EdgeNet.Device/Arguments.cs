using System.Globalization;

namespace EdgeNet.Device;

/// <summary>The command line asks for something that makes no sense: one line, exit code 2.</summary>
internal sealed class UsageException : Exception
{
    public UsageException() { }

    public UsageException(string message) : base(message) { }

    public UsageException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>Words, <c>--option value</c> pairs and <c>--flag</c>s of one command, each option known beforehand.</summary>
internal sealed class Arguments
{
    private readonly List<string> _words = [];
    private readonly Dictionary<string, string> _options = [];
    private readonly HashSet<string> _flags = [];

    /// <param name="args">What follows the command.</param>
    /// <param name="words">What the words mean, in order; all of them must be there.</param>
    /// <param name="options">The options that the command has.</param>
    /// <param name="flags">The options that take no value.</param>
    /// <exception cref="UsageException">Something is missing, unknown or given twice.</exception>
    public Arguments(ReadOnlySpan<string> args, string[] words, string[] options, params string[] flags)
    {
        bool onlyWords = false;
        for (int i = 0; i < args.Length; i++)
        {
            string argument = args[i];
            if (onlyWords || !argument.StartsWith("--", StringComparison.Ordinal))
            {
                _words.Add(argument);
                continue;
            }
            if (argument == "--")
            {
                onlyWords = true;
                continue;
            }

            if (flags.Contains(argument))
            {
                if (!_flags.Add(argument)) throw new UsageException($"{argument} is given twice");
                continue;
            }

            string[] parts = argument.Split('=', 2);
            if (!options.Contains(parts[0]))
                throw new UsageException($"unknown option {parts[0]}; expected {(options.Length + flags.Length == 0 ? "none" : string.Join(", ", [.. options, .. flags]))}");
            if (parts.Length == 1 && i + 1 == args.Length) throw new UsageException($"{argument} needs a value");
            if (!_options.TryAdd(parts[0], parts.Length == 2 ? parts[1] : args[++i])) throw new UsageException($"{parts[0]} is given twice");
        }
        if (_words.Count != words.Length) throw new UsageException($"{_words.Count} arguments; expected {(words.Length == 0 ? "none" : string.Join(' ', words))}");
    }

    /// <summary>A word by its place.</summary>
    public string this[int word] => _words[word];

    /// <summary>Whether an option without value is there.</summary>
    public bool Has(string flag) => _flags.Contains(flag);

    /// <summary>An option's text, or null.</summary>
    public string? Text(string option) => _options.GetValueOrDefault(option);

    /// <summary>An option's whole number of at least 1.</summary>
    public int Count(string option, int otherwise)
    {
        if (Text(option) is not { } text) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= 1
            ? count
            : throw new UsageException($"{option} {text}: expected a whole number from 1");
    }

    /// <summary>An option's number.</summary>
    public float? Number(string option)
    {
        if (Text(option) is not { } text) return null;
        return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float number) && !float.IsNaN(number)
            ? number
            : throw new UsageException($"{option} {text}: expected a number");
    }
}
