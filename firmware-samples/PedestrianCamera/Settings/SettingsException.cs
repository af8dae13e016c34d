namespace PedestrianCamera;

/// <summary>A settings file cannot be used. Each error is one line: file and line, what, and what was expected.</summary>
internal sealed class SettingsException(IEnumerable<string> errors) : Exception
{
    /// <summary>All that is wrong, in the order of the file.</summary>
    public IReadOnlyList<string> Errors { get; } = [.. errors.Select(OneLine)];

    /// <inheritdoc/>
    public override string Message => string.Join('\n', Errors);

    // Whatever stands in the file.
    private static string OneLine(string error) => string.Concat(error.Select(character => char.IsControl(character) ? '·' : character));
}
