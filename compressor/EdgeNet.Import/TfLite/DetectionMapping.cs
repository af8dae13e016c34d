using EdgeNet.Model;

namespace EdgeNet.Import.TfLite;

/// <summary>The custom operator that ends SSD models of the TensorFlow Object Detection API.</summary>
internal static class DetectionMapping
{
    private const int DefaultDetectionsPerClass = 100;

    /// <summary>Operands: box codes, class scores, anchors. Results: boxes, classes, scores, count.</summary>
    public static void DetectionPostProcess(OperatorCall call)
    {
        Dictionary<string, double> options = FlexBuffer.ReadMap(call.CustomOptions.Span);
        var op = new DetectionPostProcess(
            Integer("max_detections"), Integer("max_classes_per_detection"), Integer("detections_per_class", DefaultDetectionsPerClass),
            Integer("use_regular_nms", 0) != 0, Integer("num_classes"), Single("nms_score_threshold"), Single("nms_iou_threshold"),
            [Single("y_scale"), Single("x_scale"), Single("h_scale"), Single("w_scale")]);
        Node node = call.AddNode(op, call.Float(call[0]), call.Float(call[1]), call.Float(call[2]));
        for (int i = 0; i < node.Outputs.Length; i++) call.Return(node.Outputs[i], i);

        // Four outputs belong together: the card names boxes and classes as Boxes, scores and count as Scores. The background has
        // been left out by the operator.
        call.Describe(card => card with
        {
            Detector = new Detector(
                BoxCoding.Decoded, [call.Name(0), call.Name(1)], [call.Name(2), call.Name(3)], Scales: op.Scales, Background: -1,
                ScoreThreshold: op.ScoreThreshold, IouThreshold: op.IouThreshold, MaxDetections: op.MaxDetections),
        });

        double Number(string key, double? fallback) =>
            options.TryGetValue(key, out double number) ? number : fallback ?? throw call.Malformed($"its options lack '{key}'");
        int Integer(string key, int? fallback = null) =>
            Number(key, fallback) is double number and >= int.MinValue and <= int.MaxValue && double.IsInteger(number)
                ? (int)number
                : throw call.Malformed($"'{key}' in its options is no integer");
        float Single(string key) => (float)Number(key, null);
    }
}
