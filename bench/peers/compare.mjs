// EdgeNet beside ONNX Runtime: the same models, on the same cores, in turns.
//   node bench/peers/compare.mjs [options]
//     --only PATTERN     cases whose name ("mobilenet v1 1.0 224 int8, 2 threads") matches this regular expression
//     --rounds N         rounds that count (7); one before them does not
//     --neighbour        two threads, while another process computes without end on the second core
//     --cores LIST       the cores to pin to, one for each thread (0,1)
//     --out FOLDER       also writes DATE-PROCESSOR.md and .json there
//     --shared FOLDER    the shared material (beside the repository)
//     --edgenet COMMAND  another edgenet-device than the one built here, such as one compiled ahead of time
// In each round both runtimes warm up for 0.3 s and are then timed, first one, then the other, in an order that alternates; the one that is
// not measured waits for its next line and computes nothing. Needs Linux, the .NET SDK and npm. Progress goes to standard error.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** A runtime with a model loaded: gives times, in ms, when it is asked. */
class Peer {
  constructor(pinned, command, args) {
    this.process = start(pinned, command, args);
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  async measure(warmUp, runs) {
    this.process.stdin.write(`${warmUp} ${runs}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.process.spawnargs.join(' ')} ended`);
    return JSON.parse(value);
  }

  end() {
    this.process.stdin.end();
  }
}

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '7' },
    neighbour: { type: 'boolean', default: false },
    cores: { type: 'string', default: '0,1' },
    out: { type: 'string' },
    shared: { type: 'string', default: join(root, '../shared') },
    edgenet: { type: 'string' },
  },
});
const quiet = ['-v', 'q', '--nologo', '-clp:ErrorsOnly'];
const work = join(root, 'artifacts/peers');
const shared = name => join(resolve(options.shared), 'models', `${name}.onnx`);
const random = name => join(work, `${name}_random.onnx`);

// The int8 models of the shared material but the smallest come from TFLite's first quantizer, whose weights have zero points; ONNX Runtime
// has no fast kernel for those. So int8 is compared on weights that are symmetric per channel, the form it does best, and the
// others are there beside it.
const models = [
  ['mobilenet v1 1.0 224 fp32', shared('mobilenet_v1_1.0_224')],
  ['mobilenet v2 1.0 224 fp32', shared('mobilenet_v2_1.0_224')],
  ['ssd-mobilenet v1 300 fp32', random('ssd_mobilenet_v1_300')],
  ['mobilenet v1 0.25 96 fp32', shared('vww_mobilenet_v1_0.25_96')],
  ['mobilenet v1 1.0 224 int8', random('mobilenet_v1_224').replace('.onnx', '_int8_qdq.onnx')],
  ['mobilenet v2 1.0 224 int8', random('mobilenet_v2_224').replace('.onnx', '_int8_qdq.onnx')],
  ['ssd-mobilenet v1 300 int8', random('ssd_mobilenet_v1_300').replace('.onnx', '_int8_qdq.onnx')],
  ['mobilenet v1 0.25 96 int8', shared('vww_mobilenet_v1_0.25_96_int8_qdq')],
  ['mobilenet v1 1.0 224 uint8 weights', shared('mobilenet_v1_1.0_224_int8_qdq')],
  ['mobilenet v2 1.0 224 uint8 weights', shared('mobilenet_v2_1.0_224_int8_qdq')],
];
const cores = options.cores.split(',');
const cases = models
  .flatMap(([name, file]) => (options.neighbour ? [2] : [1, 2]).map(threads => ({ name, file, threads })))
  .filter(({ name, threads }) => new RegExp(options.only, 'i').test(`${name}, ${threads} thread${threads > 1 ? 's' : ''}`));
if (cases.length === 0) throw new Error(`no case matches ${options.only}`);

const device = prepare();
const results = [];
const neighbour = options.neighbour ? start(cores[1], process.execPath, ['-e', 'for (;;);']) : undefined;
try {
  for (const one of cases) results.push(await compare(one));
} finally {
  neighbour?.kill();
}
report();

function prepare() {
  const say = { cwd: root, stdio: ['ignore', 2, 2] };
  if (!existsSync(join(here, 'onnxruntime/node_modules'))) execFileSync('npm', ['ci', '--ignore-scripts', '--prefix', join(here, 'onnxruntime')], say);
  for (const project of ['compressor/EdgeNet.Cli', 'bench/peers/models']) execFileSync('dotnet', ['build', project, '-c', 'Release', ...quiet], say);
  execFileSync('dotnet', ['build', 'runtime/EdgeNet.Device', '-c', 'Release', '-f', 'net10.0', ...quiet], say);
  mkdirSync(work, { recursive: true });
  execFileSync('artifacts/bin/PeerModels/release/peer-models', [work], say);
  for (const file of new Set(cases.map(one => one.file))) execFileSync('artifacts/bin/EdgeNet.Cli/release/edgenet', ['convert', file, '-o', converted(file)], say);
  return options.edgenet ? [resolve(options.edgenet)] : ['dotnet', join(root, 'artifacts/bin/EdgeNet.Device/release_net10.0/edgenet-device.dll')];
}

function converted(file) {
  return join(work, file.split('/').at(-1).replace('.onnx', '.edgenet'));
}

function start(pinned, command, args) {
  // Code that profiles itself while it warms up would be measured half-way.
  return spawn('taskset', ['-c', pinned, command, ...args], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, DOTNET_TieredPGO: '0' } });
}

async function compare({ name, file, threads }) {
  process.stderr.write(`${name}, ${threads} threads `);
  const pinned = cores.slice(0, threads).join(',');
  const peers = [
    new Peer(pinned, device[0], [...device.slice(1), 'bench', converted(file), '--rounds', '--threads', String(threads)]),
    new Peer(pinned, process.execPath, [join(here, 'onnxruntime/rounds.mjs'), file, String(threads)]),
  ];
  const rounds = [];
  try {
    const runs = [];
    for (const peer of peers) runs.push(Math.min(Math.max(Math.round(300 / quantile(await peer.measure(1000, 5), 0.5)), 10), 2000));
    for (let round = 0; round < Number(options.rounds); round++) {
      const times = [];
      for (const i of round % 2 ? [1, 0] : [0, 1]) times[i] = await peers[i].measure(300, runs[i]);
      rounds.push(times);
      process.stderr.write('.');
    }
  } finally {
    for (const peer of peers) peer.end();
  }
  const [edgenet, onnxruntime] = [0, 1].map(i => summary(rounds.flatMap(times => times[i])));
  const ratios = rounds.map(times => quantile(times[0], 0.5) / quantile(times[1], 0.5));
  const result = { name, threads, edgenet, onnxruntime, ratio: quantile(ratios, 0.5), ratios };
  process.stderr.write(` ${result.ratio.toFixed(2)}\n`);
  return result;
}

function summary(times) {
  return { median: quantile(times, 0.5), p10: quantile(times, 0.1), p90: quantile(times, 0.9), p99: quantile(times, 0.99), runs: times.length };
}

function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  return sorted[below] + (place - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
}

function report() {
  const info = readFileSync('/proc/cpuinfo', 'utf8');
  const say = (command, ...args) => execFileSync(command, args, { cwd: root }).toString().trim();
  const machine = {
    processor: info.match(/model name\s*: (.*)/)?.[1] ?? say('uname', '-m'),
    family: info.match(/cpu family\s*: (.*)/)?.[1],
    cores: info.match(/^processor/gm).length,
    date: new Date().toISOString().slice(0, 10),
    commit: say('git', 'describe', '--always', '--dirty'),
    edgenet: options.edgenet ? `${say(device[0], '--version')}, compiled ahead of time` : `${say(...device, '--version')}, .NET ${say('dotnet', '--version')}`,
    onnxruntime: JSON.parse(readFileSync(join(here, 'onnxruntime/node_modules/onnxruntime-node/package.json'))).version,
    node: process.version,
  };
  const tail = options.neighbour ? ['p90', 'p99'] : ['p10', 'p90'];
  const ms = value => (value < 1 ? value.toFixed(4) : value.toFixed(2));
  const times = s => `${ms(s.median)} (${tail.map(q => ms(s[q])).join('–')})`;
  const text = [
    `# EdgeNet beside ONNX Runtime${options.neighbour ? ', with a busy neighbour' : ''}`,
    '',
    `\`node bench/peers/compare.mjs${process.argv.slice(2).filter(a => a.startsWith('--neighbour')).map(a => ` ${a}`).join('')}\`, ${machine.date}, commit ${machine.commit}`,
    '',
    `- Processor: ${machine.processor}, family ${machine.family}, ${machine.cores} cores; pinned to ${options.cores}.`,
    `- EdgeNet ${machine.edgenet}; ONNX Runtime ${machine.onnxruntime} (onnxruntime-node, Node ${machine.node}).`,
    `- Median of all runs in ms (${tail.join('–')}); the ratio is the median of those of ${options.rounds} rounds, in brackets the least and the greatest.`,
    ...(options.neighbour ? ['- Another process computes without end on the second core.'] : []),
    '',
    '| model | threads | EdgeNet | ONNX Runtime | EdgeNet ÷ ONNX Runtime |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...results.map(r => `| ${r.name} | ${r.threads} | ${times(r.edgenet)} | ${times(r.onnxruntime)} | **${r.ratio.toFixed(2)}** (${Math.min(...r.ratios).toFixed(2)}–${Math.max(...r.ratios).toFixed(2)}) |`),
    '',
  ].join('\n');
  process.stdout.write(text);
  if (!options.out) return;
  mkdirSync(options.out, { recursive: true });
  const file = join(options.out, `${machine.date}-${machine.processor.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/-+$/, '')}${options.neighbour ? '-neighbour' : ''}`);
  writeFileSync(`${file}.md`, text);
  writeFileSync(`${file}.json`, `${JSON.stringify({ machine, rounds: Number(options.rounds), results }, null, 1)}\n`);
}
