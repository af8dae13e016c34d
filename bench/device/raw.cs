#:project ../../runtime/EdgeNet.Model
#:property TargetFramework=net10.0
#:property PublishAot=false

// Writes an .edgenet file anew without entropy coding: dotnet run raw.cs -- IN.edgenet OUT.edgenet
using EdgeNet.Model;
using EdgeNet.Model.Format;

File.WriteAllBytes(args[1], ModelFile.Write(ModelFile.Load(args[0]), AllowedEncodings.Raw));
