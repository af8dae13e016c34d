using Spectre.Console;

namespace EdgeNet.Cli;

/// <summary>Tables on a text writer: plain text, as wide as they need to be where nobody watches.</summary>
internal static class Tables
{
    private const int Unlimited = 1000;

    /// <summary>A table with headings; those that start with '>' head columns of numbers.</summary>
    public static Table Create(params string[] headings)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (string heading in headings)
        {
            var column = new TableColumn(new Text(heading.TrimStart('>'))) { NoWrap = true };
            table.AddColumn(heading.StartsWith('>') ? column.RightAligned() : column);
        }
        return table;
    }

    /// <summary>Adds a row of plain text.</summary>
    public static void AddCells(this Table table, params string[] cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    /// <summary>Writes a table.</summary>
    public static void Write(TextWriter output, Table table)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        bool isWatched = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        if (!isWatched) console.Profile.Width = Unlimited;
        console.Write(table);
    }
}
