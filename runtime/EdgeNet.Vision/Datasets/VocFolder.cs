using System.Xml;

namespace EdgeNet.Vision;

/// <summary>PASCAL VOC annotations (Everingham et al., IJCV 2010): an XML file for each picture.</summary>
public static class VocFolder
{
    private const long MaximumLength = 16L << 20;

    /// <summary>
    /// Reads a set laid out as VOC's (<c>Annotations</c>, <c>JPEGImages</c>), or XML files beside their pictures. Labels number the class
    /// names in ordinal order; difficult objects are ignored truths. VOC counts pixels from 1 and includes the last one, so a box
    /// [1, 1, 2, 2] becomes [0, 0, 2, 2].
    /// </summary>
    /// <param name="folder">The set's folder, or the one of the XML files.</param>
    /// <param name="pictureFolder">Where the pictures are, if not there.</param>
    /// <param name="skipped">Told (where, what) of each entry that is wrong and left out or clipped; without it the first one is an error.</param>
    /// <exception cref="DatasetException">A file is damaged, or its picture is not found.</exception>
    public static DetectionSet Read(string folder, string? pictureFolder = null, Action<string, string>? skipped = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder))
            throw new DatasetException($"{folder}: no such folder");
        string annotationFolder = FirstThatExists(Path.Combine(folder, "Annotations"), folder);
        pictureFolder ??= FirstThatExists(
            Path.Combine(folder, "JPEGImages"), Path.Combine(annotationFolder, "..", "JPEGImages"), Path.Combine(folder, "images"), annotationFolder);
        string[] paths = [.. Directory.EnumerateFiles(annotationFolder, "*.xml").Order(StringComparer.Ordinal)];
        if (paths.Length == 0)
            throw new DatasetException($"{annotationFolder}: no .xml file inside; expected one for each picture");

        VocAnnotation[] annotations = [.. paths.Select(path => VocAnnotation.Read(path, skipped))];
        string[] classes = [.. annotations.SelectMany(annotation => annotation.Objects).Select(item => item.Name).Distinct().Order(StringComparer.Ordinal)];
        Dictionary<string, int> labels = classes.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        return new DetectionSet(
            classes,
            [.. annotations.Select(annotation => new AnnotatedPicture(
                PictureOf(annotation, pictureFolder),
                [.. annotation.Objects.Select(item => new GroundTruth(item.Box, labels[item.Name], item.Difficult))],
                annotation.Width,
                annotation.Height))]);
    }

    private static string FirstThatExists(params ReadOnlySpan<string> folders)
    {
        foreach (string folder in folders)
        {
            if (Directory.Exists(folder))
                return folder;
        }

        return folders[^1];
    }

    // Files are renamed more often than their annotations are edited, so the XML's own name stands in for the one it states.
    private static string PictureOf(VocAnnotation annotation, string folder)
    {
        if (annotation.PictureName is { } name && PictureFolder.Inside(folder, name, annotation.Source) is var stated && File.Exists(stated))
            return stated;
        return PictureFolder.WithStem(folder, Path.GetFileNameWithoutExtension(annotation.Source))
            ?? throw new DatasetException($"{annotation.Source}: its picture '{annotation.PictureName}' is not in {folder}; say where the pictures are");
    }

    private sealed record VocObject(string Name, Box Box, bool Difficult);

    /// <summary>What one XML file says.</summary>
    private sealed class VocAnnotation
    {
        private readonly Dictionary<string, (string Text, int Line)> _object = [];
        private readonly List<(Dictionary<string, (string Text, int Line)> Fields, int Line)> _objects = [];

        private VocAnnotation(string source) => Source = source;

        public string Source { get; }

        public string? PictureName { get; private set; }

        public float Width { get; private set; }

        public float Height { get; private set; }

        public IReadOnlyList<VocObject> Objects { get; private set; } = [];

        public static VocAnnotation Read(string path, Action<string, string>? skipped)
        {
            VocAnnotation annotation = new(path);
            try
            {
                using FileStream file = AnnotationFile.Open(path, MaximumLength);
                using XmlReader reader = XmlReader.Create(file, new XmlReaderSettings
                {
                    DtdProcessing = DtdProcessing.Prohibit,
                    XmlResolver = null,
                    MaxCharactersInDocument = MaximumLength,
                });
                annotation.Read(reader);
            }
            catch (XmlException e)
            {
                throw new DatasetException($"{path}: line {e.LineNumber}: the file is no valid XML; expected a VOC annotation without a DTD", e);
            }

            // Sizes may stand after the objects, so boxes are checked when all is read.
            if (!(annotation.Width >= 1 && annotation.Height >= 1))
                throw new DatasetException($"{path}: no size of the picture; expected annotation/size with width and height in pixels");
            annotation.Objects = [.. annotation._objects.Select(item => annotation.ToObject(item.Fields, item.Line, skipped)).OfType<VocObject>()];
            return annotation;
        }

        private void Read(XmlReader reader)
        {
            List<string> open = [];
            while (reader.Read())
            {
                int line = ((IXmlLineInfo)reader).LineNumber;
                switch (reader.NodeType)
                {
                    case XmlNodeType.Element when !reader.IsEmptyElement:
                        open.Add(reader.LocalName);
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA:
                        Take(string.Join('/', open), reader.Value.Trim(), line);
                        break;
                    case XmlNodeType.EndElement:
                        if (open is ["annotation", "object"])
                        {
                            _objects.Add((new(_object), line));
                            _object.Clear();
                        }

                        open.RemoveAt(open.Count - 1);
                        break;
                }
            }
        }

        // Of a person's parts (object/part) nothing is taken: their paths are longer.
        private void Take(string path, string text, int line)
        {
            switch (path)
            {
                case "annotation/filename":
                    PictureName = text;
                    break;
                case "annotation/size/width":
                    Width = Number(text, path, line);
                    break;
                case "annotation/size/height":
                    Height = Number(text, path, line);
                    break;
                case "annotation/object/name" or "annotation/object/difficult" or
                    "annotation/object/bndbox/xmin" or "annotation/object/bndbox/ymin" or
                    "annotation/object/bndbox/xmax" or "annotation/object/bndbox/ymax":
                    _object[path[(path.LastIndexOf('/') + 1)..]] = (text, line);
                    break;
            }
        }

        private VocObject? ToObject(Dictionary<string, (string Text, int Line)> fields, int line, Action<string, string>? skipped)
        {
            Box corners = new(Field("xmin") - 1, Field("ymin") - 1, Field("xmax"), Field("ymax"));
            string name = Text("name").Text;
            bool difficult = fields.ContainsKey("difficult") && Field("difficult") != 0;
            return AnnotationFile.InsidePicture(corners, Width, Height, 1, $"{Source}: line {line}", skipped) is { } box ? new VocObject(name, box, difficult) : null;

            (string Text, int Line) Text(string name) =>
                fields.TryGetValue(name, out (string, int) field) ? field : throw new DatasetException($"{Source}: line {line}: the object has no {name}");

            float Field(string name) => Number(Text(name).Text, name, Text(name).Line);
        }

        private float Number(string text, string what, int line) =>
            AnnotationFile.TryNumber(text, out float number) ? number : throw new DatasetException($"{Source}: line {line}: {what} is '{text}'; expected a number");
    }
}
