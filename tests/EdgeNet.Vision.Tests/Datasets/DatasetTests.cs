using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace EdgeNet.Vision.Tests.Datasets;

public sealed class DatasetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenet-datasets-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ClassFoldersFollowTheirNames()
    {
        Picture("dogs/b.png");
        Picture("cats/z.png");
        Picture("cats/a.png");
        Text("cats/notes.txt", "not a picture");

        ClassificationSet set = ClassFolders.Read(_folder);

        Assert.Equal(["cats", "dogs"], set.Classes);
        Assert.Equal([("a.png", 0), ("z.png", 0), ("b.png", 1)], set.Pictures.Select(picture => (Path.GetFileName(picture.Path), picture.Label)));
        Assert.Equal(8, set.Pictures[0].Load().Width);
    }

    [Fact]
    public void ClassFolderWithoutPicturesIsNamed()
    {
        Picture("cats/a.png");
        Directory.CreateDirectory(At("dogs"));
        Fails(() => ClassFolders.Read(_folder), "dogs");
        Fails(() => ClassFolders.Read(At("cats")), "expected one for each class");
        Fails(() => ClassFolders.Read(At("birds")), "no such folder");
    }

    [Fact]
    public void NumbersLeadNames()
    {
        Picture("0012_goldfinch.png");
        Picture("3.png");
        Assert.Equal([12, 3], ClassFolders.ReadNumbered(_folder).Pictures.Select(picture => picture.Label));
        Picture("goldfinch_12.png");
        Fails(() => ClassFolders.ReadNumbered(_folder), "goldfinch_12.png");
        File.Delete(At("goldfinch_12.png"));
        Picture("99999999999_a.png");
        Fails(() => ClassFolders.ReadNumbered(_folder), "99999999999_a.png");
    }

    [Fact]
    public void CocoIdsBecomeLabels()
    {
        Picture("images/a.png");
        Picture("images/b.png");
        Text("instances_val.json", Coco("""
            {"image_id": 7, "category_id": 18, "bbox": [1, 2, 3, 4], "iscrowd": 0},
            {"image_id": 7, "category_id": 1, "bbox": [0, 0, 8.5, 8], "iscrowd": 1},
            {"image_id": 7, "category_id": 1, "bbox": [3, 3, 0, 2], "iscrowd": 0}
            """));

        DetectionSet set = CocoFile.Read(At("instances_val.json"));

        Assert.Equal(["person", "dog"], set.Classes);
        Assert.Equal(["a.png", "b.png"], set.Pictures.Select(picture => Path.GetFileName(picture.Path)));
        Assert.Equal([new GroundTruth(new Box(1, 2, 4, 6), 1), new GroundTruth(new Box(0, 0, 8, 8), 0, Ignore: true)], set.Pictures[0].Truths);
        Assert.Empty(set.Pictures[1].Truths);
        Assert.Equal(new Box(2, 4, 8, 12), set.Pictures[0].TruthsOn(new Image(16, 16, 3))[0].Box);
    }

    [Theory]
    [InlineData("""{"image_id": 7, "category_id": 1, "bbox": [0, 0, 20, 4]}""", "annotations[0]", "outside")]
    [InlineData("""{"image_id": 7, "category_id": 1, "bbox": [0, 0, -2, 4]}""", "annotations[0]", "empty")]
    [InlineData("""{"image_id": 7, "category_id": 1, "bbox": [0, 0, 2]}""", "annotations[0]", "[x, y, width, height]")]
    [InlineData("""{"image_id": 7, "category_id": 1, "bbox": [0, 0, 1e60, 2]}""", "annotations[0]", "[x, y, width, height]")]
    [InlineData("""{"image_id": 7, "category_id": 2, "bbox": [0, 0, 2, 2]}""", "annotations[0]", "category_id 2")]
    [InlineData("""{"image_id": 9, "category_id": 1, "bbox": [0, 0, 2, 2]}""", "annotations[0]", "image_id 9")]
    [InlineData("""{"image_id": "7", "category_id": 1, "bbox": [0, 0, 2, 2]}""", "annotations[0]", "image_id")]
    [InlineData("17", "annotations[0]", "image_id")]
    [InlineData("""{"image_id": 7,""", "line", "JSON")]
    public void BadCocoIsRefused(string annotation, string where, string what)
    {
        Picture("a.png");
        Text("set.json", Coco(annotation));
        string message = Fails(() => CocoFile.Read(At("set.json")), where);
        Assert.Contains("set.json", message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../a.png")]
    [InlineData("/a.png")]
    [InlineData("")]
    public void CocoPicturesStayInsideTheirFolder(string name)
    {
        Text("set.json", $$"""{"images": [{"id": 1, "file_name": "{{name}}", "width": 8, "height": 8}], "annotations": [], "categories": []}""");
        Fails(() => CocoFile.Read(At("set.json"), _folder), "images[0]");
    }

    [Fact]
    public void VocCountsFromOne()
    {
        Picture("JPEGImages/a.png");
        Text("Annotations/a.xml", Voc("""
            <object><name>dog</name><difficult>1</difficult><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox>
              <part><name>head</name><bndbox><xmin>5</xmin><ymin>5</ymin><xmax>6</xmax><ymax>6</ymax></bndbox></part></object>
            <object><name>cat</name><bndbox><xmin>3</xmin><ymin>4</ymin><xmax>8</xmax><ymax>8</ymax></bndbox></object>
            """));

        DetectionSet set = VocFolder.Read(_folder);

        Assert.Equal(["cat", "dog"], set.Classes);
        Assert.Equal([new GroundTruth(new Box(0, 0, 2, 2), 1, Ignore: true), new GroundTruth(new Box(2, 3, 8, 8), 0)], set.Pictures.Single().Truths);
    }

    [Theory]
    [InlineData("<object><name>dog</name></object>", "xmin")]
    [InlineData("<object><name>dog</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>30</xmax><ymax>2</ymax></bndbox></object>", "outside")]
    [InlineData("<object><name>dog</name><bndbox><xmin>one</xmin><ymin>1</ymin><xmax>3</xmax><ymax>2</ymax></bndbox></object>", "'one'")]
    [InlineData("<object><name>dog", "XML")]
    public void BadVocIsRefused(string item, string what)
    {
        Picture("a.png");
        Text("a.xml", Voc(item));
        Assert.Contains("line", Fails(() => VocFolder.Read(_folder), what), StringComparison.Ordinal);
    }

    [Fact]
    public void VocWithADtdIsRefused()
    {
        Picture("a.png");
        Text("a.xml", "<!DOCTYPE annotation [<!ENTITY a \"a\">]>" + Voc(""));
        Fails(() => VocFolder.Read(_folder), "DTD");
    }

    [Fact]
    public void YoloBoxesAreFractions()
    {
        Picture("images/a.png");
        Picture("images/b.png");
        Text("labels/a.txt", "0 0.5 0.5 0.5 1\n\n1 0.25 0.25 0.5 0.5\n");
        Text("classes.txt", "person\ndog\n");

        DetectionSet set = YoloFolder.Read(_folder);

        Assert.Equal(["person", "dog"], set.Classes);
        Assert.Equal([new(new Box(2, 0, 6, 8), 0), new(new Box(0, 0, 4, 4), 1)], set.Pictures[0].TruthsOn(set.Pictures[0].Load()));
        Assert.Empty(set.Pictures[1].Truths);
        Assert.Equal(2, YoloFolder.Read(At("images")).Pictures.Count);
    }

    [Theory]
    [InlineData("0 0.5 0.5 0.5", "five numbers")]
    [InlineData("0 0.5 0.5 0.5 nan", "five numbers")]
    [InlineData("1 0.5 0.5 0.5 0.5", "class '1'")]
    [InlineData("-1 0.5 0.5 0.5 0.5", "class '-1'")]
    [InlineData("0 0.9 0.5 0.5 0.5", "outside")]
    [InlineData("0 0.5 0.5 0 0.5", "empty")]
    public void BadYoloIsRefused(string line, string what)
    {
        Picture("a.png");
        Text("classes.txt", "person");
        Text("a.txt", "0 0.5 0.5 0.5 0.5\n" + line);
        Assert.Contains("a.txt: line 2", Fails(() => YoloFolder.Read(_folder), what), StringComparison.Ordinal);
    }

    [Fact]
    public void TableListsBoxes()
    {
        Picture("images/b.png");
        Picture("images/a.png");
        Text("boxes.tsv", Table("b.png\t8\t8\t1\t2\t3\t4\t1", "a.png\t8\t8\t0\t0\t8\t8\t0", "b.png\t8\t8\t0\t0\t1\t1\t0"));

        DetectionSet set = BoxTable.Read(At("boxes.tsv"));

        Assert.Equal(["a.png", "b.png"], set.Pictures.Select(picture => Path.GetFileName(picture.Path)));
        Assert.Equal([new GroundTruth(new Box(1, 2, 3, 4), 0, Ignore: true), new GroundTruth(new Box(0, 0, 1, 1), 0)], set.Pictures[1].Truths);
    }

    [Theory]
    [InlineData("a.png\t8\t8\t1\t2\t3", "columns")]
    [InlineData("a.png\t8\t8\t1\t2\t3\tx", "ymax")]
    [InlineData("a.png\t8\t8\t1\t2\t13\t4", "outside")]
    [InlineData("a.png\t8\t8\t3\t2\t3\t4", "empty")]
    [InlineData("a.png\t8\t8\t1\t2\t3\t4\tyes", "last column")]
    [InlineData("../a.png\t8\t8\t1\t2\t3\t4", "inside the folder")]
    [InlineData("missing.png\t8\t8\t1\t2\t3\t4", "missing.png")]
    public void BadTableIsRefused(string line, string what)
    {
        Picture("a.png");
        Text("boxes.tsv", Table(line));
        Assert.Contains("boxes.tsv: line 2", Fails(() => BoxTable.Read(At("boxes.tsv")), what), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void IdxHoldsPicturesAndLabels(bool zipped)
    {
        Idx("t10k-images-idx3-ubyte", zipped, [0, 0, 8, 3, .. Big(2, 3, 2), .. Enumerable.Range(1, 12).Select(i => (byte)i)]);
        Idx("t10k-labels-idx1-ubyte", zipped, [0, 0, 8, 1, .. Big(2), 7, 9]);

        (DatasetFormat format, string path) = DatasetFormats.Recognise(_folder);
        LabelledImage[] pictures = [.. IdxSet.Open(path).Pictures()];

        Assert.Equal(DatasetFormat.Idx, format);
        Assert.Equal([7, 9], pictures.Select(picture => picture.Label));
        Assert.Equal((2, 3, 1), (pictures[1].Image.Width, pictures[1].Image.Height, pictures[1].Image.Channels));
        Assert.Equal([7, 8, 9, 10, 11, 12], pictures[1].Image.Pixels);
    }

    [Fact]
    public void BadIdxIsRefused()
    {
        string path = At("images-idx3");
        Idx("labels-idx1", false, [0, 0, 8, 1, .. Big(2), 7, 9]);
        Idx("images-idx3", false, [0, 0, 8, 3, .. Big(2, 2, 2), 1, 2, 3, 4, 5]);
        Fails(() => IdxSet.Open(path).Pictures().Count(), "picture 1 of 2");
        Idx("images-idx3", false, [0, 0, 8, 3, .. Big(3, 2, 2)]);
        Fails(() => IdxSet.Open(path), "2 labels for the 3 pictures");
        Idx("images-idx3", false, [0, 0, 8, 3, .. Big(2, int.MaxValue, int.MaxValue)]);
        Fails(() => IdxSet.Open(path), "expected 1 to");
        Idx("images-idx3", false, [0, 0, 8, 3, .. Big(-1, 2, 2)]);
        Fails(() => IdxSet.Open(path), "-1 entries");
        Idx("images-idx3", false, [0, 0, 8]);
        Fails(() => IdxSet.Open(path), "the header");
        Idx("images-idx3", false, [0, 0, 8, 1, .. Big(2, 2, 2)]);
        Fails(() => IdxSet.Open(path), "00000803");
        Idx("images-idx3", false, [0x1F, 0x8B, 8, 3, .. Big(2, 2, 2)]);
        Fails(() => IdxSet.Open(path), "images-idx3");
        Idx("images-idx3", false, [0, 0, 8, 3, .. Big(1 << 26, 2, 2)]);
        Idx("labels-idx1", false, [0, 0, 8, 1, .. Big(1 << 26), 7, 9]);
        Fails(() => IdxSet.Open(path), "ends inside label");
    }

    [Fact]
    public void FormsAreRecognised()
    {
        Picture("numbered/1.png");
        Picture("folders/a/1.png");
        Picture("yolo/images/1.png");
        Text("yolo/labels/1.txt", "");
        Picture("flat/1.png");
        Text("flat/1.txt", "");
        Text("voc/Annotations/1.xml", "");
        Text("coco/annotations/a_train.json", "");
        Text("coco/annotations/b_val.json", "");
        Text("tsv/boxes.tsv", "");
        Text("other/readme.md", "");

        Assert.Equal(DatasetFormat.Numbered, DatasetFormats.Recognise(At("numbered")).Format);
        Assert.Equal(DatasetFormat.Folders, DatasetFormats.Recognise(At("folders")).Format);
        Assert.Equal(DatasetFormat.Yolo, DatasetFormats.Recognise(At("yolo")).Format);
        Assert.Equal(DatasetFormat.Yolo, DatasetFormats.Recognise(At("flat")).Format);
        Assert.Equal(DatasetFormat.Voc, DatasetFormats.Recognise(At("voc")).Format);
        Assert.Equal((DatasetFormat.Coco, "b_val.json"), DatasetFormats.Recognise(At("coco")) is var (format, path) ? (format, Path.GetFileName(path)) : default);
        Assert.Equal(DatasetFormat.Tsv, DatasetFormats.Recognise(At("tsv")).Format);
        Fails(() => DatasetFormats.Recognise(At("nothing")), "no such");
        Fails(() => DatasetFormats.Recognise(At("other/readme.md")), "readme.md");
    }

    [SharedFact]
    public void RealSetsAreRead()
    {
        (DatasetFormat format, string path) = DatasetFormats.Recognise(SharedMaterial.Path("data", "pennfudan"));
        DetectionSet people = BoxTable.Read(path);
        Assert.Equal((DatasetFormat.Tsv, 113, 291), (format, people.Pictures.Count, people.Pictures.Sum(picture => picture.Truths.Count)));

        (format, path) = DatasetFormats.Recognise(SharedMaterial.Path("data", "mnist"));
        LabelledImage[] digits = [.. IdxSet.Open(path).Pictures()];
        Assert.Equal((DatasetFormat.Idx, 10000, 7), (format, digits.Length, digits[0].Label));

        ClassificationSet photos = ClassFolders.ReadNumbered(SharedMaterial.Path("data", "imagenet256"));
        Assert.Equal((500, 998), (photos.Pictures.Count, photos.Pictures[^1].Label));
    }

    [Fact]
    public void WhatIsWrongIsLeftOutWhereSomebodyListens()
    {
        List<string> told = [];
        void Listen(string where, string what) => told.Add($"{Path.GetFileName(where.Split(": ")[0])} {what}");
        foreach (string name in new[] { "coco/images/a", "voc/a", "yolo/a", "tsv/a", "folders/cats/a" })
            Picture(name + ".png");

        Text("coco/set.json", Coco("""
            {"image_id": 7, "category_id": 1, "bbox": [4, 4, 20, 2]}, {"image_id": 7, "category_id": 1, "bbox": [9, 9, 20, 2]},
            {"image_id": 7, "category_id": 2, "bbox": [1, 1, 2, 2]}, {"image_id": 9, "category_id": 1, "bbox": [1, 1, 2, 2]}
            """));
        Assert.Equal([new Box(4, 4, 8, 6)], CocoFile.Read(At("coco/set.json"), skipped: Listen).Pictures[0].Truths.Select(truth => truth.Box));
        Assert.Equal(4, told.Count);
        Assert.EndsWith("clipped", told[0], StringComparison.Ordinal);
        Assert.All(told[1..], message => Assert.EndsWith("left out", message, StringComparison.Ordinal));
        Assert.All(told, message => Assert.StartsWith("set.json", message, StringComparison.Ordinal));

        told.Clear();
        Text("voc/a.xml", Voc("<object><name>dog</name><bndbox><xmin>12</xmin><ymin>1</ymin><xmax>15</xmax><ymax>2</ymax></bndbox></object>"));
        Assert.Empty(VocFolder.Read(At("voc"), skipped: Listen).Pictures[0].Truths);
        Text("yolo/classes.txt", "person");
        Text("yolo/a.txt", "0 0.9 0.5 0.5 0.5\n1 0.5 0.5 0.5 0.5\n");
        Assert.Single(YoloFolder.Read(At("yolo"), skipped: Listen).Pictures[0].Truths);
        Text("tsv/boxes.tsv", Table("a.png\t8\t8\t2\t2\t80\t8"));
        Assert.Equal(new Box(2, 2, 8, 8), BoxTable.Read(At("tsv/boxes.tsv"), skipped: Listen).Pictures[0].Truths[0].Box);
        Directory.CreateDirectory(At("folders/dogs"));
        Assert.Equal(["cats"], ClassFolders.Read(At("folders"), Listen).Classes);
        Assert.Equal(["a.xml", "a.txt", "a.txt", "boxes.tsv", "dogs"], told.Select(message => message.Split(' ')[0]));
        Directory.CreateDirectory(At("empty/dogs"));
        Fails(() => ClassFolders.Read(At("empty"), Listen), "no picture in any");
    }

    private static string Coco(string annotations) => $$"""
        {
          "images": [{"id": 7, "file_name": "a.png", "width": 8, "height": 8}, {"id": 8, "file_name": "b.png", "width": 8, "height": 8}],
          "annotations": [{{annotations}}],
          "categories": [{"id": 18, "name": "dog"}, {"id": 1, "name": "person"}]
        }
        """;

    private static string Voc(string items) => $"<annotation>\n<filename>a.png</filename>\n<size><width>8</width><height>8</height></size>\n{items}\n</annotation>";

    private static string Table(params string[] lines) =>
        "file\twidth\theight\txmin\tymin\txmax\tymax\tadded\n" + string.Join('\n', lines);

    private static byte[] Big(params int[] numbers) => [.. numbers.SelectMany(number =>
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    })];

    private static string Fails(Action read, string what)
    {
        string message = Assert.Throws<DatasetException>(read).Message;
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private static string Fails<T>(Func<T> read, string what) => Fails(() => { read(); }, what);

    private string At(string path) => Path.Combine(_folder, path);

    private string Made(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        return At(path);
    }

    private void Picture(string path) => ImageFile.Save(Made(path), new Image(8, 8, 3));

    private void Text(string path, string text) => File.WriteAllText(Made(path), text, Encoding.UTF8);

    private void Idx(string path, bool zipped, byte[] bytes)
    {
        using Stream file = File.Create(Made(zipped ? path + ".gz" : path));
        using Stream stream = zipped ? new GZipStream(file, CompressionMode.Compress) : file;
        stream.Write(bytes);
    }
}
