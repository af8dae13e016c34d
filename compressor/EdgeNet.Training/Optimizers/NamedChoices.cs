using System.Globalization;

namespace EdgeNet.Training;

/// <summary>
/// What a user may write in one place as <c>name</c> or <c>name:number:number</c>, on a command line or in a recipe. Numbers left out take
/// their default; one without a default must be given.
/// </summary>
internal sealed class NamedChoices<TChoice>(string kind, params NamedChoice<TChoice>[] choices)
{
    public TChoice Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Trim().Split(':');
        NamedChoice<TChoice> choice = Array.Find(choices, candidate => candidate.Name.Equals(parts[0].Trim(), StringComparison.OrdinalIgnoreCase))
            ?? throw new TrainingSettingException($"no {kind} is called '{parts[0]}'; there are {string.Join(", ", choices.Select(known => known.Form))}");
        if (parts.Length - 1 > choice.Numbers.Length)
            throw Malformed(text, choice, parts.Length == 2 ? "1 number given" : $"{parts.Length - 1} numbers given");

        double[] numbers = new double[choice.Numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            (string name, double? standard) = choice.Numbers[i];
            numbers[i] = i + 1 >= parts.Length ? standard ?? throw Malformed(text, choice, $"{name} is missing")
                : double.TryParse(parts[i + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number
                : throw Malformed(text, choice, $"{name} '{parts[i + 1]}' is no number");
        }

        try
        {
            return choice.Make(numbers);
        }
        catch (TrainingSettingException e)
        {
            throw new TrainingSettingException($"{kind} '{text}': {e.Message}", e);
        }
    }

    private TrainingSettingException Malformed(string text, NamedChoice<TChoice> choice, string what) => new($"{kind} '{text}': {what}; expected {choice.Form}");
}

/// <summary>One of them, and the numbers that may follow its name.</summary>
internal sealed record NamedChoice<TChoice>(string Name, (string Name, double? Default)[] Numbers, Func<double[], TChoice> Make)
{
    /// <summary>As in <c>step:epochs[:factor=0.1]</c>.</summary>
    public string Form => Name + string.Concat(Numbers.Select(number =>
        number.Default is { } standard ? FormattableString.Invariant($"[:{number.Name}={standard}]") : $":{number.Name}"));
}
