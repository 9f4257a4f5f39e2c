// SPDX-License-Identifier: Apache-2.0

/** A node is a thread, a group or a task: its place among those, shifted by two bits, and its kind. */
const THREAD = 0;
const GROUP = 1;
const TASK = 2;
const NONE = -1;
const kind = node => node & 3;
const place = node => node >> 2;

const LIVES = 0;
const SUCCEEDED = 1;
const FAILED = 2;
const CANCELLED = 3;

const format = new Intl.NumberFormat('en');
const number = n => format.format(n);
const count = (n, one) => `${number(n)} ${n === 1 ? one : `${one}s`}`;

/** 840 ns, 12.5 µs, 340 ms, 12.3 s, 2 m 05 s. */
function time(ns) {
  const n = Math.abs(ns);
  if (n < 1e3) return `${Math.round(ns)} ns`;
  if (n < 1e6) return `${digits(ns / 1e3)} µs`;
  if (n < 1e9) return `${digits(ns / 1e6)} ms`;
  if (n < 60e9) return `${digits(ns / 1e9)} s`;
  const s = Math.round(n / 1e9);
  return s < 3600 ? `${Math.floor(s / 60)} m ${String(s % 60).padStart(2, '0')} s` : `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} m`;
}
function digits(n) {
  return n >= 100 ? n.toFixed(0) : n >= 10 ? n.toFixed(1) : n.toFixed(2);
}

/** An element; children are elements or text, which is never parsed as HTML. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter(child => child !== null));
  return made;
}

/** What was recorded. Unknown times are NaN. */
class Recording {
  static async read() {
    const text = atob(document.getElementById('data').textContent);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Recording(JSON.parse(await new Response(stream).text()));
  }

  constructor(data) {
    Object.assign(this, { program: data.program, pid: data.pid, startedAt: data.startedAt, from: data.from, to: data.to, lost: data.lost, texts: data.texts });
    const { threads, groups, tasks, waits, cancels } = data;
    this.threadCount = threads.name.length;
    this.groupCount = groups.number.length;
    this.taskCount = tasks.id.length;
    this.names = [threads.name, groups.name, tasks.name];
    this.groupNumbers = groups.number;
    this.owner = Int32Array.from(groups.owner);
    this.opened = Recording.#since(groups.opened);
    this.closed = Recording.#since(groups.closed, this.opened);
    this.taskIds = tasks.id;
    this.group = Int32Array.from(tasks.group);
    this.forked = Recording.#since(tasks.forked);
    this.started = Recording.#since(tasks.started, this.forked);
    this.ended = Recording.#since(tasks.ended, this.started, this.forked);
    this.outcome = Uint8Array.from(tasks.outcome);
    this.forker = Int32Array.from(tasks.forker);
    this.failure = tasks.failure;
    this.message = tasks.message;
    this.cancel = Int32Array.from(tasks.cancel);
    this.waitFrom = Recording.#since(waits.from);
    this.waitTo = Recording.#since(waits.to, this.waitFrom);
    this.waitOn = Int32Array.from(waits.on);
    this.waitText = waits.text;
    const cancelTime = Recording.#since(cancels.time);
    this.cancels = Array.from(cancelTime, (at, i) => ({
      at,
      by: cancels.by[i],
      target: cancels.target[i],
      ofScope: cancels.ofScope[i] === 1,
      about: cancels.about[i],
      kind: this.text(cancels.kind[i]),
      message: this.text(cancels.message[i]),
      exception: this.text(cancels.exception[i]),
    }));
    this.#connect(waits.node);
  }

  /** Differences to a known time of the same row, or to the row before. */
  static #since(column, ...bases) {
    const times = new Float64Array(column.length);
    let before = 0;
    for (let i = 0; i < column.length; i++) {
      if (column[i] === null) {
        times[i] = NaN;
        continue;
      }
      if (bases.length > 0) {
        const base = bases.find(b => !Number.isNaN(b[i]));
        before = base ? base[i] : 0;
      }
      before += column[i];
      times[i] = before;
    }
    return times;
  }

  /** What hangs below what, as ranges of one array each. */
  #connect(waitNodes) {
    this.tasksOf = new Ranges(this.groupCount, this.group, i => this.group[i]);
    const nodes = this.threadCount + this.groupCount + this.taskCount;
    this.groupsOf = new Ranges(nodes, this.owner, i => this.dense(this.owner[i]));
    this.waitsOf = new Ranges(nodes, waitNodes, i => this.dense(waitNodes[i]));
    this.cancelsOf = new Ranges(nodes, this.cancels, i => this.cancels[i].target < 0 ? -1 : this.dense(this.cancels[i].target));
    const first = new Float64Array(this.threadCount).fill(Infinity);
    for (let g = 0; g < this.groupCount; g++) {
      if (kind(this.owner[g]) === THREAD) first[place(this.owner[g])] = Math.min(first[place(this.owner[g])], this.begin(g << 2 | GROUP));
    }
    this.roots = Array.from({ length: this.threadCount }, (_, i) => i << 2 | THREAD)
      .filter(node => first[place(node)] < Infinity || this.waitsOf.size(this.dense(node)) > 0)
      .sort((a, b) => first[place(a)] - first[place(b)]);
  }

  text(at) {
    return at < 0 ? null : this.texts[at];
  }

  /** Threads, then groups, then tasks. */
  dense(node) {
    const k = kind(node);
    return place(node) + (k === THREAD ? 0 : k === GROUP ? this.threadCount : this.threadCount + this.groupCount);
  }

  name(node) {
    const p = place(node);
    const given = this.text(this.names[kind(node)][p]);
    return given ?? (kind(node) === GROUP ? `group-${this.groupNumbers[p]}` : `task-${this.taskIds[p]}`);
  }

  describe(node) {
    return node === NONE ? 'something that is not in the recording' : `${['thread', 'group', 'task'][kind(node)]} '${this.name(node)}'`;
  }

  begin(node) {
    const p = place(node);
    if (kind(node) === THREAD) return this.from;
    const at = kind(node) === GROUP ? this.opened[p] : Number.isNaN(this.forked[p]) ? this.started[p] : this.forked[p];
    return Number.isNaN(at) ? this.from : at;
  }

  end(node) {
    if (kind(node) === THREAD) return this.to;
    const at = kind(node) === GROUP ? this.closed[place(node)] : this.ended[place(node)];
    return Number.isNaN(at) ? this.to : at;
  }

  parent(node) {
    if (kind(node) === THREAD) return NONE;
    return kind(node) === GROUP ? this.owner[place(node)] : this.group[place(node)] << 2 | GROUP;
  }

  path(node) {
    const names = [];
    for (let n = this.parent(node); n !== NONE && names.length < 50; n = this.parent(n)) names.push(this.describe(n));
    return names.reverse().join(' › ');
  }

  /** All tasks below a node, however deep. */
  tasksBelow(node) {
    const found = [];
    const todo = [node];
    while (todo.length > 0) {
      const n = todo.pop();
      if (kind(n) === GROUP) {
        this.tasksOf.each(place(n), task => {
          found.push(task);
          if (this.groupsOf.size(this.dense(task << 2 | TASK)) > 0) todo.push(task << 2 | TASK);
        });
      } else {
        this.groupsOf.each(this.dense(n), group => todo.push(group << 2 | GROUP));
      }
    }
    return Int32Array.from(found);
  }

  waitsFor(wait) {
    return this.text(this.waitText[wait]) ?? this.describe(this.waitOn[wait]);
  }
}

/** Lists of places by key, in one array. */
class Ranges {
  constructor(keys, items, keyOf) {
    this.starts = new Int32Array(keys + 1);
    for (let i = 0; i < items.length; i++) {
      const key = keyOf(i);
      if (key >= 0) this.starts[key + 1]++;
    }
    for (let k = 0; k < keys; k++) this.starts[k + 1] += this.starts[k];
    this.items = new Int32Array(this.starts[keys]);
    const next = this.starts.slice(0, keys);
    for (let i = 0; i < items.length; i++) {
      const key = keyOf(i);
      if (key >= 0) this.items[next[key]++] = i;
    }
  }

  size(key) {
    return this.starts[key + 1] - this.starts[key];
  }

  each(key, action) {
    for (let i = this.starts[key]; i < this.starts[key + 1]; i++) action(this.items[i]);
  }

  of(key) {
    return this.items.subarray(this.starts[key], this.starts[key + 1]);
  }
}
