// Runs a model in ONNX Runtime, graph optimisation off, on raw NumPy tensors, and writes every output as NAME.npy:
//   npm ci --ignore-scripts && node run.mjs MODEL.onnx OUTPUT_FOLDER NAME=FILE.npy ...
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { readNpy, writeNpy } from './npy.mjs';

const [model, folder, ...inputs] = process.argv.slice(2);
if (!model || !folder || inputs.some(i => !i.includes('='))) {
  console.error('usage: node run.mjs MODEL.onnx OUTPUT_FOLDER NAME=FILE.npy ...');
  process.exit(2);
}
const session = await ort.InferenceSession.create(model, { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1, logSeverityLevel: 3 });
const feeds = {};
for (const input of inputs) {
  const [name, file] = [input.slice(0, input.indexOf('=')), input.slice(input.indexOf('=') + 1)];
  const { type, shape, data } = readNpy(file);
  feeds[name] = new ort.Tensor(type, data, shape);
}
const results = await session.run(feeds);
mkdirSync(folder, { recursive: true });
for (const name of session.outputNames) {
  const { type, dims, data } = results[name];
  writeNpy(join(folder, `${name.replaceAll('/', '_').replaceAll(':', '_')}.npy`), type, dims, data);
}
