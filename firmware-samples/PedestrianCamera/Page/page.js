// The live page: pictures from stream.mjpeg, numbers from state.json once a second, settings to settings.json.

const $ = id => document.getElementById(id);
const stageNames = ['wait', 'prepare', 'infer', 'decode', 'follow', 'show'];
const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const oneDecimal = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const longestWait = 15;

let settings = null;
let lost = false;

/** Waits some seconds, or until wake() is called. */
let wake = () => {};
const sleep = seconds => new Promise(done => {
  const timer = setTimeout(done, seconds * 1000);
  wake = () => { clearTimeout(timer); done(); };
});

// ---------------------------------------------------------------- numbers

async function pollState() {
  let failures = 0;
  for (;;) {
    if (document.hidden) {
      await new Promise(shown => document.addEventListener('visibilitychange', shown, { once: true }));
      continue;
    }
    try {
      const answer = await fetch(`state.json?since=${history.size === 0 ? 0 : Math.max(...history.keys())}`, { signal: AbortSignal.timeout(5000) });
      if (answer.status === 401) return location.reload();
      if (!answer.ok) throw new Error((await answer.text()).trim());
      showState(await answer.json());
      failures = 0;
      setLost(false);
      await sleep(1);
    } catch (problem) {
      failures++;
      await countDown(Math.min(longestWait, 2 ** (failures - 1)));
    }
  }
}

async function countDown(seconds) {
  let over = false;
  for (let rest = seconds; rest > 0 && !over; rest--) {
    setLost(true, `Connection to the camera lost. Trying again in ${rest} s.`);
    await Promise.race([sleep(1), new Promise(done => { retryNow = () => { over = true; done(); }; })]);
  }
  setLost(true, 'Connection to the camera lost. Trying again …');
}

let retryNow = () => {};
$('retry').addEventListener('click', () => { retryNow(); wake(); });
addEventListener('online', () => { retryNow(); wake(); });

function setLost(now, text = '') {
  lost = now;
  document.body.classList.toggle('lost', now);
  $('lost').hidden = !now;
  $('lostText').textContent = text;
  if (now) {
    $('source').className = 'state fails';
    $('sourceText').textContent = 'Connection lost';
  }
}

function showState(state) {
  for (const name of ['present', 'people', 'crossedRight', 'crossedLeft', 'frames', 'dropped', 'restarts'])
    $(name).textContent = number.format(state[name]);
  $('framesPerSecond').textContent = oneDecimal.format(state.framesPerSecond);
  $('source').className = `state ${state.source.startsWith('runs') ? 'runs' : 'fails'}`;
  $('sourceText').textContent = `Source: ${state.source || 'unknown'}`;
  document.title = state.present > 0 ? `(${state.present}) Pedestrian camera` : 'Pedestrian camera';

  $('lampCard').hidden = $('holdField').hidden = state.lampOn === null;
  $('lampState').textContent = state.lampOn ? 'on' : 'off';
  $('lampState').classList.toggle('on', state.lampOn === true);

  $('pictureProblem').hidden = state.pictureProblem === null;
  $('pictureProblem').textContent = state.pictureProblem ?? '';
  $('problemsCard').hidden = state.problems.length === 0;
  fill($('problems'), state.problems.toReversed().map(text => element('li', text)));

  showStages(state.stages);
  if (!busy()) showSettings(state.settings);
  for (const [minute, ...values] of state.history) history.set(minute, values);
  if (state.history.length > 0) drawChart();
}

function showStages(stages) {
  const total = stageNames.reduce((sum, name) => sum + stages[name], 0);
  $('latency').textContent = oneDecimal.format(total);
  if ($('bar').children.length === 0) {
    for (const name of stageNames) {
      $('bar').append(element('span', '', name));
      const item = element('li');
      item.append(element('i', '', name), name, element('b'));
      $('stages').append(item);
    }
  }
  stageNames.forEach((name, i) => {
    $('bar').children[i].style.flexGrow = total > 0 ? stages[name] / total : 0;
    $('stages').children[i].lastChild.textContent = oneDecimal.format(stages[name]);
  });
}

function element(tag, text = '', className = '') {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

/** Replaces children only where they differ, so that screen readers and selections are left alone. */
function fill(parent, children) {
  const same = parent.children.length === children.length && children.every((child, i) => child.textContent === parent.children[i].textContent);
  if (!same) parent.replaceChildren(...children);
}

// ---------------------------------------------------------------- pictures

/** Reads lines and blocks from a stream of bytes. */
class ByteReader {
  constructor(stream) { this.reader = stream.getReader(); this.bytes = new Uint8Array(0); this.at = 0; }

  async more() {
    const { value, done } = await this.reader.read();
    if (done) throw new Error('the stream ended');
    this.bytes = value;
    this.at = 0;
  }

  async line() {
    let text = '';
    for (;;) {
      while (this.at === this.bytes.length) await this.more();
      const code = this.bytes[this.at++];
      if (code === 10) return text.trimEnd();
      if (text.length > 1000) throw new Error('no such stream');
      text += String.fromCharCode(code);
    }
  }

  async block(length) {
    const block = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      while (this.at === this.bytes.length) await this.more();
      const part = this.bytes.subarray(this.at, this.at + length - filled);
      block.set(part, filled);
      filled += part.length;
      this.at += part.length;
    }
    return block;
  }
}

let pictureAt = 0;
let streamNote = '';

async function showPictures() {
  let pause = 1;
  for (;;) {
    if (document.hidden || lost) {
      await new Promise(done => setTimeout(done, 250));
      continue;
    }
    // Nobody looks at a hidden page: the camera need not make pictures for it.
    const away = new AbortController();
    const leave = () => { if (document.hidden) away.abort(); };
    document.addEventListener('visibilitychange', leave);
    try {
      const answer = await fetch('stream.mjpeg', { signal: away.signal });
      if (!answer.ok) {
        streamNote = (await answer.text()).trim();
        throw new Error(streamNote);
      }
      await showStream(new ByteReader(answer.body), () => { pause = 1; });
    } catch {
      away.abort();
    }
    document.removeEventListener('visibilitychange', leave);
    if (!document.hidden) {
      await new Promise(done => setTimeout(done, pause * 1000));
      pause = Math.min(longestWait, pause * 2);
    }
  }
}

async function showStream(bytes, shown) {
  const canvas = $('picture');
  let last = null;
  await bytes.line();
  for (;;) {
    const head = {};
    for (let line = await bytes.line(); line !== ''; line = await bytes.line()) {
      const colon = line.indexOf(':');
      head[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const block = await bytes.block(Number(head['content-length']));
    await bytes.line();
    await bytes.line();
    const bitmap = await createImageBitmap(new Blob([block], { type: head['content-type'] }));
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext('2d').drawImage(bitmap, 0, 0);
    bitmap.close();
    // The camera sends its last picture again where there is no newer one.
    if (head['x-number'] !== last) pictureAt = performance.now();
    last = head['x-number'];
    streamNote = '';
    shown();
  }
}

function showPictureNote() {
  const age = (performance.now() - pictureAt) / 1000;
  let note = '';
  if (streamNote) note = streamNote;
  else if (pictureAt === 0) note = 'Waiting for a picture …';
  else if (age > 4) note = `No new picture for ${number.format(age)} s`;
  $('pictureNote').hidden = note === '';
  if ($('pictureNote').textContent !== note) $('pictureNote').textContent = note;
}

// ---------------------------------------------------------------- settings

const sliders = ['score', 'minHeight'];
const sliderText = { score: value => value.toFixed(2), minHeight: value => `${Math.round(value * 100)} %` };
let sending = 0;
let timer = 0;

/** Whether what the fields say is newer than what the camera says. */
const busy = () => sending > 0 || timer !== 0 || $('settings').contains(document.activeElement) && document.activeElement.type === 'number';

function showSettings(now) {
  settings = now;
  for (const name of sliders) {
    if (document.activeElement !== $(name) || Number($(name).value) !== now[name]) $(name).value = now[name];
    $(`${name}Text`).textContent = sliderText[name](now[name]);
  }
  $('holdSeconds').value = now.holdSeconds;
  now.region.forEach((part, i) => { $(`region${i}`).value = percent(part); });
  for (let i = 0; i < 4; i++) $(`line${i}`).value = now.line ? percent(now.line[i]) : '';
  $('turnLine').disabled = $('noLine').disabled = now.line === null;
  for (const radio of document.getElementsByName('lamp')) radio.checked = radio.value === now.lamp;
}

const percent = part => Math.round(part * 1000) / 10;

async function change(changes) {
  sending++;
  try {
    const answer = await fetch('settings.json', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(changes),
      signal: AbortSignal.timeout(5000),
    });
    if (!answer.ok) throw new Error((await answer.text()).trim());
    const { settings: now } = await answer.json();
    say('In effect until the program ends.', false);
    sending--;
    showSettings(now);
  } catch (problem) {
    sending--;
    say(`Not changed: ${problem.message}`, true);
  }
}

function say(text, failed = false) {
  $('saved').textContent = text;
  $('saved').classList.toggle('failed', failed);
}

for (const name of sliders) {
  $(name).addEventListener('input', () => {
    $(`${name}Text`).textContent = sliderText[name](Number($(name).value));
    clearTimeout(timer);
    timer = setTimeout(() => { timer = 0; change({ [name]: Number($(name).value) }); }, 150);
  });
}

$('holdSeconds').addEventListener('change', () => change({ holdSeconds: $('holdSeconds').valueAsNumber }));
for (const radio of document.getElementsByName('lamp')) radio.addEventListener('change', () => change({ lamp: radio.value }));

/** Four numbers in percent; null while one is missing. */
const four = name => {
  const values = [0, 1, 2, 3].map(i => $(`${name}${i}`).valueAsNumber / 100);
  return values.some(Number.isNaN) ? null : values;
};
for (const name of ['region', 'line']) {
  for (let i = 0; i < 4; i++) {
    $(`${name}${i}`).addEventListener('change', () => {
      const values = four(name);
      if (values) change({ [name]: values });
    });
  }
}
$('settings').addEventListener('submit', event => event.preventDefault());
$('wholeRegion').addEventListener('click', () => change({ region: [0, 0, 1, 1] }));
$('noLine').addEventListener('click', () => change({ line: null }));
$('turnLine').addEventListener('click', () => {
  const [x1, y1, x2, y2] = settings.line;
  change({ line: [x2, y2, x1, y1] });
});

// ---------------------------------------------------------------- drawing region and line on the picture

let drawing = null;
let from = null;

function draw(what) {
  drawing = drawing === what ? null : what;
  from = null;
  document.body.classList.toggle('drawing', drawing !== null);
  $('drawRegion').setAttribute('aria-pressed', drawing === 'region');
  $('drawLine').setAttribute('aria-pressed', drawing === 'line');
  $('overlay').replaceChildren();
  $('hint').hidden = drawing === null;
  $('hintText').textContent = drawing === 'region'
    ? 'Drag from one corner of the region to the other.'
    : 'Click where the line begins, then where it ends.';
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  if (drawing) $('frame').scrollIntoView({ block: 'nearest', behavior: still ? 'auto' : 'smooth' });
}

$('drawRegion').addEventListener('click', () => draw('region'));
$('drawLine').addEventListener('click', () => draw('line'));
$('cancel').addEventListener('click', () => draw(drawing));
addEventListener('keydown', event => { if (event.key === 'Escape' && drawing) draw(drawing); });

function place(event) {
  const box = $('overlay').getBoundingClientRect();
  const part = (value, size) => Math.round(Math.min(1, Math.max(0, value / size)) * 1000) / 1000;
  return { x: part(event.clientX - box.left, box.width), y: part(event.clientY - box.top, box.height) };
}

function sketch(to) {
  const { width, height } = $('overlay').getBoundingClientRect();
  const shape = document.createElementNS('http://www.w3.org/2000/svg', drawing === 'region' ? 'rect' : 'line');
  const sizes = drawing === 'region'
    ? { x: Math.min(from.x, to.x) * width, y: Math.min(from.y, to.y) * height, width: Math.abs(to.x - from.x) * width, height: Math.abs(to.y - from.y) * height }
    : { x1: from.x * width, y1: from.y * height, x2: to.x * width, y2: to.y * height };
  for (const [name, value] of Object.entries(sizes)) shape.setAttribute(name, value);
  $('overlay').replaceChildren(shape);
}

function finish(to) {
  const changes = drawing === 'region'
    ? { region: [Math.min(from.x, to.x), Math.min(from.y, to.y), Math.max(from.x, to.x), Math.max(from.y, to.y)] }
    : { line: [from.x, from.y, to.x, to.y] };
  draw(drawing);
  change(changes);
}

$('overlay').addEventListener('pointerdown', event => {
  if (!drawing || !event.isPrimary) return;
  $('overlay').setPointerCapture(event.pointerId);
  const to = place(event);
  if (drawing === 'line' && from) return finish(to);
  from = to;
  sketch(to);
});
$('overlay').addEventListener('pointermove', event => { if (drawing && from) sketch(place(event)); });
$('overlay').addEventListener('pointerup', event => {
  if (!drawing || !from) return;
  const to = place(event);
  const far = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y)) > 0.02;
  // A line may be dragged, too; a click leaves its beginning.
  if (far) finish(to);
  else if (drawing === 'region') { from = null; $('overlay').replaceChildren(); }
});

// ---------------------------------------------------------------- the chart of the last hours

/** Minute since 1970 → [people, most at once, frames]. */
const history = new Map();
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const timeOf = minute => clock.format(minute * 60000);
let bins = [];

function drawChart() {
  const svg = $('chart');
  const { width, height } = svg.getBoundingClientRect();
  if (history.size === 0 || width === 0) return;
  const hours = Number(document.querySelector('input[name=hours]:checked').value);
  const end = Math.max(...history.keys()) + 1;
  for (const minute of history.keys()) if (minute < end - 24 * 60) history.delete(minute);

  const [left, right, top, bottom] = [34, 46, 8, 20];
  const [plotWidth, plotHeight] = [width - left - right, height - top - bottom];
  // Bars of whole minutes, at least 5 pixels wide.
  const each = [1, 2, 5, 10, 15, 30].find(minutes => plotWidth / (hours * 60 / minutes) >= 5) ?? 60;
  const last = Math.ceil(end / each) * each;
  const first = last - hours * 60;
  bins = [];
  for (let start = first; start < last; start += each) {
    const bin = { start, people: 0, most: 0, frames: 0, minutes: 0 };
    for (let minute = start; minute < start + each; minute++) {
      const [people, most, frames] = history.get(minute) ?? [];
      if (people === undefined) continue;
      bin.people += people;
      bin.most = Math.max(bin.most, most);
      bin.frames += frames;
      bin.minutes++;
    }
    bins.push(bin);
  }

  const x = minute => left + (minute - first) / (last - first) * plotWidth;
  const mostPeople = roundUp(Math.max(...bins.map(bin => perMinute(bin, 'people'))));
  const mostFrames = roundUp(Math.max(...bins.map(bin => perMinute(bin, 'frames'))));
  const yPeople = value => top + plotHeight - value / mostPeople * plotHeight;
  const yFrames = value => top + plotHeight - value / mostFrames * plotHeight;
  const gap = plotWidth / bins.length > 8 ? 2 : 1;
  let bars = '';
  let line = '';
  let joined = false;
  bins.forEach((bin, i) => {
    const people = perMinute(bin, 'people');
    if (people > 0) bars += `M${x(bin.start)} ${yPeople(0)}V${yPeople(people)}H${x(bin.start + each) - gap}V${yPeople(0)}z`;
    // A minute that has only begun has few frames, and would look like a fault.
    const whole = bin.minutes > 0 && i < bins.length - 1;
    if (whole) line += `${joined ? 'L' : 'M'}${x(bin.start + each / 2)} ${yFrames(perMinute(bin, 'frames'))}`;
    joined = whole;
  });

  const parts = [];
  for (const share of [0, 0.5, 1]) {
    const y = yPeople(mostPeople * share);
    parts.push(svgPart('path', { class: 'grid', d: `M${left} ${y}H${width - right}` }));
    parts.push(svgPart('text', { x: left - 6, y: y + 4, 'text-anchor': 'end' }, short(mostPeople * share)));
    parts.push(svgPart('text', { x: width - right + 6, y: y + 4 }, short(mostFrames * share)));
  }
  const step = hours <= 1 ? 15 : hours <= 6 ? 60 : 240;
  const stepShown = plotWidth < 420 && hours > 1 ? step * 2 : step;
  const zone = new Date().getTimezoneOffset();
  for (let minute = Math.ceil((first - zone) / stepShown) * stepShown + zone; minute < last; minute += stepShown) {
    parts.push(svgPart('text', { x: x(minute), y: height - 4, 'text-anchor': 'middle' }, timeOf(minute)));
  }
  parts.push(svgPart('path', { class: 'bars', d: bars }), svgPart('path', { class: 'frames', d: line }));
  svg.replaceChildren(...parts);

  const sum = bins.reduce((total, bin) => total + bin.people, 0);
  const most = Math.max(...bins.map(bin => bin.most));
  const summary = `Bars: people a minute (left). Line: frames a minute (right). Last ${hours === 1 ? 'hour' : `${hours} hours`}: ${number.format(sum)} people came, at most ${most} at once.`;
  svg.setAttribute('aria-label', summary);
  $('chartText').dataset.summary = summary;
  if (!$('chartText').dataset.at) $('chartText').textContent = summary;
  svg.dataset.left = left;
  svg.dataset.plotWidth = plotWidth;
}

const perMinute = (bin, what) => bin.minutes === 0 ? 0 : bin[what] / bin.minutes;
const short = value => value >= 10000 ? `${Math.round(value / 1000)}k` : `${Math.round(value * 10) / 10}`;

/** The next of 1, 2, 5, 10, 20, 50 … that is not below; at least 1. */
function roundUp(value) {
  const ten = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map(times => times * ten).find(round => round >= value);
}

function svgPart(tag, attributes, text = '') {
  const part = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
  part.textContent = text;
  return part;
}

$('chart').addEventListener('pointermove', event => {
  if (bins.length === 0) return;
  const { left, plotWidth } = $('chart').dataset;
  const at = (event.clientX - $('chart').getBoundingClientRect().left - left) / plotWidth;
  const bin = bins[Math.floor(at * bins.length)];
  if (!bin) return;
  $('chartText').dataset.at = bin.start;
  $('chartText').textContent = bin.minutes === 0
    ? `${timeOf(bin.start)}: no frames`
    : `${timeOf(bin.start)}: ${number.format(bin.people)} came, at most ${bin.most} at once, ${number.format(bin.frames)} frames in ${bin.minutes} min`;
});
$('chart').addEventListener('pointerleave', () => {
  delete $('chartText').dataset.at;
  $('chartText').textContent = $('chartText').dataset.summary ?? '';
});
for (const radio of document.getElementsByName('hours')) radio.addEventListener('change', drawChart);
new ResizeObserver(drawChart).observe($('chart'));

// ----------------------------------------------------------------

pollState();
showPictures();
setInterval(showPictureNote, 500);
