using System.CommandLine;
using System.Globalization;

namespace EdgeNet.Cli;

/// <summary>Options that take a whole number of at least 1.</summary>
internal static class CountOption
{
    /// <summary>Makes one.</summary>
    public static Option<int> Create(string name, string helpName, string description, int? otherwise = null) => new(name)
    {
        Description = description,
        HelpName = helpName,
        DefaultValueFactory = otherwise is { } standard ? _ => standard : null,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= 1) return count;
            result.AddError($"{name} {text}: expected a whole number from 1");
            return 0;
        },
    };
}
