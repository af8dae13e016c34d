using System.Text;
using EdgeNet.Import.Onnx;
using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Model;
using Google.Protobuf;

namespace EdgeNet.Import.Tests;

public class CardInOnnxTests
{
    private static readonly ModelCard Card = new(
        "näme", new Preprocessing(ImageLayout.Nhwc, ColorOrder.Bgr, [1, 2, 3], [4], ImageFit.Letterbox), ["background", "per\"son"],
        new Detector(BoxCoding.TensorFlowSsd, ["boxes"], ["scores"], "priors", [10, 10, 5, 5]), ["made by hand"]);

    [Fact]
    public void A_card_survives_the_way_through_onnx()
    {
        ModelCard read = OnnxImporter.Read(OnnxWriter.Write(Small().WithCard(Card))).Card;
        Assert.Equal(Encoding.UTF8.GetString(ModelCardJson.Write(Card)), Encoding.UTF8.GetString(ModelCardJson.Write(read)));
        Assert.Equal(["background", "per\"son"], read.Labels!.Value.ToArray());
        Assert.Equal([10, 10, 5, 5], read.Detector!.Scales.ToArray());
    }

    [Fact]
    public void A_damaged_card_is_told_in_one_line()
    {
        ModelProto model = ModelProto.Parser.ParseFrom(OnnxWriter.Write(Small().WithCard(Card)));
        foreach (string broken in (string[])["", "{", "[]", "{\"labels\":3}", "{\"preprocessing\":{}}"])
        {
            model.MetadataProps[0].Value = broken;
            var error = Assert.Throws<ModelFormatException>(() => OnnxImporter.Read(model.ToByteArray()));
            Assert.Contains("edgenet.card", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    private static Graph Small()
    {
        var builder = new GraphBuilder();
        builder.Output("y", builder.Add(new Relu(), "relu", builder.Input("x", new TensorType(ElementType.Float32, [1, 2, 2, 3]))));
        return builder.Build();
    }
}
