using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("EdgeNet.Model.Tests")]
