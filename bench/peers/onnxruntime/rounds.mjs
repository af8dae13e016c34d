// Runs a model in ONNX Runtime, graph optimisation on, whenever it is told to, and computes nothing in between:
//   npm ci --ignore-scripts && node rounds.mjs MODEL.onnx THREADS
// Each line "WARMUP_MS RUNS" on standard input is answered with a JSON array of so many times in milliseconds.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import ort from 'onnxruntime-node';

const [model, threads] = process.argv.slice(2);
const options = {
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
};
// The public API describes the model; the native session beneath it runs it, without the promise and the turn of the event loop of
// `session.run`, which cost 10 µs and are no part of the runtime.
const { inputMetadata, outputNames } = await ort.InferenceSession.create(model, options);
const { binding } = createRequire(import.meta.url)('./node_modules/onnxruntime-node/dist/binding.js');
const session = new binding.InferenceSession();
session.loadModel(model, options);

let seed = 1;
const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
const feeds = {};
for (const { name, type, shape } of inputMetadata) {
  const length = shape.reduce((a, b) => a * b, 1);
  const real = type === 'float32';
  feeds[name] = new ort.Tensor(type, (real ? Float32Array : Uint8Array).from({ length }, () => (real ? 2 * random() - 1 : 256 * random())), shape);
}
const fetches = Object.fromEntries(outputNames.map(name => [name, null]));
const run = () => session.run(feeds, fetches, {});

for await (const line of createInterface({ input: process.stdin })) {
  const [warmUp, runs] = line.split(' ').map(Number);
  for (const start = performance.now(); performance.now() - start < warmUp;) run();
  const times = new Float64Array(runs);
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    run();
    times[i] = performance.now() - start;
  }
  console.log(JSON.stringify([...times].map(time => Number(time.toFixed(6)))));
}
