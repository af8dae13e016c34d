using System.Collections.Frozen;

namespace EdgeNet.Import.TfLite;

/// <summary>Which operator is translated by which method: the one list.</summary>
internal static class Mappings
{
    public static FrozenDictionary<BuiltinOperator, Action<OperatorCall>> Builtin { get; } =
        ConvolutionMappings.All.Concat(ElementwiseMappings.All).Concat(LayoutMappings.All).Concat(ReductionMappings.All).ToFrozenDictionary();

    public static FrozenDictionary<string, Action<OperatorCall>> Custom { get; } =
        new Dictionary<string, Action<OperatorCall>> { ["TFLite_Detection_PostProcess"] = DetectionMapping.DetectionPostProcess }.ToFrozenDictionary();

    public static Action<OperatorCall> Find(OperatorCall call)
    {
        bool custom = call.Code.Builtin == BuiltinOperator.CUSTOM;
        Action<OperatorCall>? mapping;
        bool known = custom ? Custom.TryGetValue(call.Code.Custom, out mapping) : Builtin.TryGetValue(call.Code.Builtin, out mapping);
        return known ? mapping! : throw call.Unsupported(Advice(call.Code.Builtin));
    }

    private static string Advice(BuiltinOperator code) => code switch
    {
        BuiltinOperator.CUSTOM => "convert with builtin operators only, or cut the model before it",
        BuiltinOperator.IF or BuiltinOperator.WHILE or BuiltinOperator.CALL or BuiltinOperator.CALL_ONCE =>
            "graphs have no control flow; unroll it before conversion",
        BuiltinOperator.VAR_HANDLE or BuiltinOperator.READ_VARIABLE or BuiltinOperator.ASSIGN_VARIABLE =>
            "graphs have no state; freeze the variables before conversion",
        BuiltinOperator.LSTM or BuiltinOperator.RNN or BuiltinOperator.SVDF or BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM
            or BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_RNN or BuiltinOperator.BIDIRECTIONAL_SEQUENCE_LSTM
            or BuiltinOperator.BIDIRECTIONAL_SEQUENCE_RNN => "recurrent layers are not supported; unroll them into FULLY_CONNECTED and elementwise operators",
        BuiltinOperator.DENSIFY => "sparse weights are not supported; convert without sparsity",
        BuiltinOperator.FAKE_QUANT => "convert the trained model to int8, which turns it into QUANTIZE",
        BuiltinOperator.L2_POOL_2D => "express it as SQUARE, AVERAGE_POOL_2D and SQRT",
        BuiltinOperator.SELECT or BuiltinOperator.SELECT_V2 or BuiltinOperator.WHERE => "express the choice with MAXIMUM, MINIMUM and MUL",
        BuiltinOperator.NON_MAX_SUPPRESSION_V4 or BuiltinOperator.NON_MAX_SUPPRESSION_V5 =>
            "cut the model before it, or convert with TFLite_Detection_PostProcess",
        BuiltinOperator.CONV_3D or BuiltinOperator.CONV_3D_TRANSPOSE => "only convolutions of images are supported",
        BuiltinOperator.REVERSE_V2 => "express it as STRIDED_SLICE with stride -1",
        _ => "express it with operators of TfLiteImporter.SupportedOperators, or cut the model before it",
    };
}
