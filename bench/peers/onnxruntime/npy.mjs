// NumPy's .npy files (format 1.0, C order): https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
import { readFileSync, writeFileSync } from 'node:fs';

const types = {
  '<f4': ['float32', Float32Array], '|i1': ['int8', Int8Array], '|u1': ['uint8', Uint8Array],
  '<i4': ['int32', Int32Array], '<i8': ['int64', BigInt64Array], '|b1': ['bool', Uint8Array],
};

export function readNpy(path) {
  const file = readFileSync(path);
  if (file.subarray(1, 6).toString('latin1') !== 'NUMPY') throw new Error(`${path}: not a .npy file`);
  const length = file.readUInt16LE(8);
  const header = file.subarray(10, 10 + length).toString('latin1');
  const descr = /'descr': *'([^']+)'/.exec(header)?.[1];
  const shape = /'shape': *\(([^)]*)\)/.exec(header)[1].split(',').filter(s => s.trim()).map(Number);
  if (!types[descr] || /'fortran_order': *True/.test(header)) throw new Error(`${path}: element type ${descr} or Fortran order is not supported`);
  const [type, Array] = types[descr];
  const bytes = Uint8Array.from(file.subarray(10 + length));
  return { type, shape, data: new Array(bytes.buffer) };
}

export function writeNpy(path, type, shape, data) {
  const descr = Object.keys(types).find(key => types[key][0] === type);
  if (!descr) throw new Error(`${path}: element type ${type} is not supported`);
  let header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.map(d => `${d},`).join(' ')}), }`;
  header = header.padEnd(Math.ceil((10 + header.length + 1) / 64) * 64 - 11) + '\n';
  const prefix = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  writeFileSync(path, Buffer.concat([prefix, Buffer.from(header, 'latin1'), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]));
}
