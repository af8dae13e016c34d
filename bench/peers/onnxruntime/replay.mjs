// Runs a model of one float input in ONNX Runtime, graph optimisation off, on every FOLDER/*.in (raw float32) and writes its outputs
// beside them: npm ci --ignore-scripts && node replay.mjs MODEL.onnx FOLDER 1,3,224,224
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ort from 'onnxruntime-node';

const [model, folder, shape] = process.argv.slice(2);
const session = await ort.InferenceSession.create(model, { graphOptimizationLevel: 'disabled', logSeverityLevel: 3 });
for (const file of readdirSync(folder).filter(name => name.endsWith('.in'))) {
  const bytes = Uint8Array.from(readFileSync(join(folder, file)));
  const input = new ort.Tensor('float32', new Float32Array(bytes.buffer), shape.split(',').map(Number));
  const results = await session.run({ [session.inputNames[0]]: input });
  for (const name of session.outputNames) {
    const { buffer, byteOffset, byteLength } = results[name].data;
    writeFileSync(join(folder, `${file.slice(0, -3)}.${name}.out`), Buffer.from(buffer, byteOffset, byteLength));
  }
}
