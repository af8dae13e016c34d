using System.Text.Json;

namespace EdgeNet.Vision;

/// <summary>COCO instance annotations (Lin et al., ECCV 2014; cocodataset.org, "Data format").</summary>
public static class CocoFile
{
    // instances_train2017.json has 448 MB.
    private const long MaximumLength = 1L << 30;

    /// <summary>
    /// Reads the pictures, their boxes and the categories. Labels number the categories in order of their ids, without the gaps that COCO's
    /// ids have; crowds are ignored truths; boxes without area, of which COCO has some, are left out.
    /// </summary>
    /// <param name="path">The JSON file.</param>
    /// <param name="pictureFolder">Where the pictures are. Otherwise they are looked for beside the file, in <c>images</c> beside it or one folder up, and in a folder one up that is named as the file is after its first underscore (<c>val2017</c>).</param>
    /// <param name="skipped">Told (where, what) of each entry that is wrong and left out or clipped; without it the first one is an error.</param>
    /// <exception cref="DatasetException">The file is damaged or refers to what it does not hold; the pictures are not found.</exception>
    public static DetectionSet Read(string path, string? pictureFolder = null, Action<string, string>? skipped = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            using FileStream file = AnnotationFile.Open(path, MaximumLength);
            using JsonDocument document = JsonDocument.Parse(file);
            return Read(document.RootElement, path, pictureFolder, skipped);
        }
        catch (JsonException e)
        {
            throw new DatasetException($"{path}: line {e.LineNumber + 1}: the file is no valid JSON, byte {e.BytePositionInLine} of the line; expected COCO annotations", e);
        }
    }

    private static DetectionSet Read(JsonElement root, string path, string? pictureFolder, Action<string, string>? skipped)
    {
        (long Id, string Name)[] categories = [.. Entries(root, "categories", path)
            .Select(entry => (entry.Integer("id"), entry.Text("name")))
            .OrderBy(category => category.Item1)];
        Dictionary<long, int> labels = [];
        foreach ((long id, _) in categories)
        {
            if (!labels.TryAdd(id, labels.Count))
                throw new DatasetException($"{path}: categories: id {id} is used twice");
        }

        List<(string Name, float Width, float Height, string Where, List<GroundTruth> Truths)> pictures = [];
        Dictionary<long, int> places = [];
        foreach (Entry entry in Entries(root, "images", path))
        {
            long id = entry.Integer("id");
            if (!places.TryAdd(id, pictures.Count))
                throw entry.Error($"id {id} is used twice");
            pictures.Add((entry.Text("file_name"), entry.Extent("width"), entry.Extent("height"), entry.Where, []));
        }

        if (pictures.Count == 0)
            throw new DatasetException($"{path}: 'images' is empty; expected at least one picture");
        foreach (Entry entry in Entries(root, "annotations", path))
        {
            if (!places.TryGetValue(entry.Integer("image_id"), out int place))
            {
                AnnotationFile.Skip(entry.Where, $"image_id {entry.Integer("image_id")} is none of 'images'", "; left out", skipped);
                continue;
            }

            if (!labels.TryGetValue(entry.Integer("category_id"), out int label))
            {
                AnnotationFile.Skip(entry.Where, $"category_id {entry.Integer("category_id")} is none of 'categories'", "; left out", skipped);
                continue;
            }

            float[] sides = entry.FourNumbers("bbox");
            if (sides[2] == 0 || sides[3] == 0)
                continue;
            Box corners = new(sides[0], sides[1], sides[0] + sides[2], sides[1] + sides[3]);
            if (AnnotationFile.InsidePicture(corners, pictures[place].Width, pictures[place].Height, 1, entry.Where, skipped) is { } box)
                pictures[place].Truths.Add(new GroundTruth(box, label, entry.Flag("iscrowd")));
        }

        string folder = pictureFolder ?? PictureFolder.Containing(LikelyFolders(path), pictures[0].Name, pictures[0].Where);
        return new DetectionSet(
            [.. categories.Select(category => category.Name)],
            [.. pictures
                .Select(picture => new AnnotatedPicture(
                    PictureFolder.Inside(folder, picture.Name, picture.Where), picture.Truths, picture.Width, picture.Height))
                .OrderBy(picture => picture.Path, StringComparer.Ordinal)]);
    }

    private static string[] LikelyFolders(string path)
    {
        string beside = Path.GetDirectoryName(Path.GetFullPath(path))!, above = Path.Combine(beside, "..");
        string stem = Path.GetFileNameWithoutExtension(path);
        return [beside, Path.Combine(beside, "images"), Path.Combine(above, "images"), Path.Combine(above, stem[(stem.IndexOf('_', StringComparison.Ordinal) + 1)..])];
    }

    private static IEnumerable<Entry> Entries(JsonElement root, string list, string path)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(list, out JsonElement entries) || entries.ValueKind != JsonValueKind.Array)
            throw new DatasetException($"{path}: there is no list '{list}'; expected COCO instance annotations with images, annotations and categories");
        return entries.EnumerateArray().Select((element, i) => new Entry(element, $"{path}: {list}[{i}]"));
    }

    /// <summary>One object of a list, read with errors that say where it stands.</summary>
    private readonly record struct Entry(JsonElement Element, string Where)
    {
        public DatasetException Error(string problem) => new($"{Where}: {problem}");

        public long Integer(string name) =>
            Property(name, JsonValueKind.Number).TryGetInt64(out long value) ? value : throw Error($"'{name}' is no whole number");

        public float Extent(string name) =>
            Integer(name) is var value and >= 1 and <= Image.MaximumPixels ? value : throw Error($"'{name}' is {Integer(name)}; expected pixels");

        public string Text(string name)
        {
            try
            {
                return Property(name, JsonValueKind.String).GetString()!;
            }
            catch (InvalidOperationException e)
            {
                throw new DatasetException($"{Where}: '{name}' is no valid text", e);
            }
        }

        /// <summary>0 or 1, or a JSON boolean as some tools write; absent is 0.</summary>
        public bool Flag(string name) =>
            Element.TryGetProperty(name, out JsonElement value) && value.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => Integer(name) != 0,
            };

        public float[] FourNumbers(string name)
        {
            JsonElement list = Property(name, JsonValueKind.Array);
            float[] numbers = [.. list.EnumerateArray()
                .Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetSingle(out float number) ? number : float.NaN)
                .Where(float.IsFinite)];
            return numbers.Length == 4 && list.GetArrayLength() == 4 ? numbers : throw Error($"'{name}' is {list.GetRawText()}; expected [x, y, width, height]");
        }

        private JsonElement Property(string name, JsonValueKind kind) =>
            Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind
                ? value
                : throw Error($"'{name}' is missing or no {kind}");
    }
}
