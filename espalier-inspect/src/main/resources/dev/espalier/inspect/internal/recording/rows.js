// SPDX-License-Identifier: Apache-2.0

/** Which nodes have a row, in which order: the tree, with what is shut left out. */
class Rows {
  /** Groups with more tasks are shut at first. */
  static CROWD = 1_000;
  /** And those that would make more rows than this. */
  static FIRST = 2_000;

  constructor(recording) {
    this.recording = recording;
    this.shut = new Set();
    this.shutCrowds();
  }

  isParent(node) {
    const { recording } = this;
    return kind(node) === GROUP ? recording.tasksOf.size(place(node)) > 0 : recording.groupsOf.size(recording.dense(node)) > 0;
  }

  isOpen(node) {
    return !this.shut.has(node);
  }

  shutCrowds() {
    const { recording } = this;
    this.shut.clear();
    for (let g = 0; g < recording.groupCount; g++) {
      if (recording.tasksOf.size(g) > Rows.CROWD) this.shut.add(g << 2 | GROUP);
    }
    this.#build();
    if (this.length > Rows.FIRST) {
      for (let g = 0; g < recording.groupCount; g++) this.shut.add(g << 2 | GROUP);
      this.#build();
    }
  }

  openAll() {
    this.shut.clear();
    this.#build();
  }

  shutAll() {
    for (let g = 0; g < this.recording.groupCount; g++) this.shut.add(g << 2 | GROUP);
    this.#build();
  }

  toggle(node, open = !this.isOpen(node)) {
    if (!this.isParent(node)) return;
    if (open) this.shut.delete(node);
    else this.shut.add(node);
    this.#build();
  }

  /** Opens what is around a node. */
  reveal(node) {
    let changed = false;
    for (let n = this.recording.parent(node); n !== NONE; n = this.recording.parent(n)) changed = this.shut.delete(n) || changed;
    if (changed) this.#build();
  }

  #build() {
    const { recording } = this;
    const nodes = [];
    const depths = [];
    const todo = [];
    for (let i = recording.roots.length - 1; i >= 0; i--) todo.push(recording.roots[i], 0);
    while (todo.length > 0) {
      const depth = todo.pop();
      const node = todo.pop();
      nodes.push(node);
      depths.push(depth);
      if (this.shut.has(node)) continue;
      const below = kind(node) === GROUP ? recording.tasksOf.of(place(node)) : recording.groupsOf.of(recording.dense(node));
      const childKind = kind(node) === GROUP ? TASK : GROUP;
      for (let i = below.length - 1; i >= 0; i--) todo.push(below[i] << 2 | childKind, depth + 1);
    }
    this.nodes = Int32Array.from(nodes);
    this.depths = Uint16Array.from(depths);
    this.places = new Int32Array(recording.threadCount + recording.groupCount + recording.taskCount).fill(-1);
    this.nodes.forEach((node, row) => { this.places[recording.dense(node)] = row; });
  }

  get length() {
    return this.nodes.length;
  }

  /** The row of a node, or of what is around it and shut; -1 if there is none. */
  rowOf(node) {
    for (let n = node; n !== NONE; n = this.recording.parent(n)) {
      const row = this.places[this.recording.dense(n)];
      if (row >= 0) return row;
    }
    return -1;
  }
}
