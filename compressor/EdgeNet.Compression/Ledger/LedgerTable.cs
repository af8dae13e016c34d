using System.Collections.Immutable;
using System.Text;

namespace EdgeNet.Compression;

/// <summary>Rows of text under headings, for whoever shows them: a terminal, a page.</summary>
/// <param name="Title">What they are.</param>
/// <param name="Headings">Of the columns; those that start with '>' head columns of numbers, which are set to the right.</param>
/// <param name="Rows">Cells, as many in each row as there are headings.</param>
public sealed record LedgerTable(string Title, ImmutableArray<string> Headings, ImmutableArray<ImmutableArray<string>> Rows)
{
    /// <summary>Plain text: the headings, then the rows, in columns that are as wide as they need to be, with no space at the end of a line.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        int[] widths = [.. Headings.Select((heading, column) => Rows.Select(row => row[column].Length).Append(heading.TrimStart('>').Length).Max())];
        Line([.. Headings.Select(heading => heading.TrimStart('>'))]);
        foreach (ImmutableArray<string> row in Rows) Line(row);
        return text.ToString();

        void Line(ImmutableArray<string> cells)
        {
            string line = string.Join("  ", cells.Select((cell, column) => Headings[column].StartsWith('>') ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column])));
            text.Append(line.TrimEnd()).Append('\n');
        }
    }
}
