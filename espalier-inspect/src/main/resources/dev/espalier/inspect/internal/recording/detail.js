// SPDX-License-Identifier: Apache-2.0

const MOST_SPANS = 100;

/** What is known of a node; the names in it lead on. */
class Detail {
  constructor(panel, recording, go) {
    Object.assign(this, { panel, recording, go });
    this.show(NONE);
  }

  show(node) {
    const { recording } = this;
    if (node === NONE) {
      this.panel.replaceChildren(element('p', { class: 'hint' }, 'Select a row to see its times, what it waited for, how it ended, and who cancelled it. Click a triangle, or press Enter, to open and shut; Ctrl and the wheel zoom.'));
      return;
    }
    const parts = [element('h2', {}, recording.describe(node)), element('p', { class: 'path' }, recording.path(node))];
    const facts = element('dl', { class: 'facts' });
    const fact = (label, ...what) => facts.append(element('dt', {}, label), element('dd', {}, ...what));
    if (kind(node) === TASK) this.#task(node, parts, fact);
    else if (kind(node) === GROUP) this.#group(node, fact);
    else fact('Groups', number(recording.groupsOf.size(recording.dense(node))));
    parts.push(facts);
    this.#cancels(node, parts);
    this.#waits(node, parts);
    this.panel.replaceChildren(...parts);
    this.panel.scrollTop = 0;
  }

  #link(node) {
    if (node === NONE) return document.createTextNode('what is not in the recording');
    const button = element('button', { type: 'button', class: 'go' }, this.recording.describe(node));
    button.addEventListener('click', () => this.go(node));
    return button;
  }

  #at(at) {
    return Number.isNaN(at) ? 'not in the recording' : `${time(at - this.recording.from)} after the beginning`;
  }

  #task(node, parts, fact) {
    const { recording } = this;
    const task = place(node);
    const outcome = recording.outcome[task];
    const [text, type] = [['lives at the end of the recording', ''], ['succeeded', ''], ['failed', 'bad'], ['cancelled', 'cancelled']][outcome];
    parts.push(element('span', { class: `badge state ${type}`, 'data-outcome': outcome }, text));
    if (recording.failure[task] >= 0) {
      const message = recording.text(recording.message[task]);
      parts.push(element('h3', {}, 'Exception'), element('p', { class: 'exception' }, recording.text(recording.failure[task]) + (message === null ? '' : `: ${message}`)));
    }
    const cancel = recording.cancel[task] >= 0 ? recording.cancels[recording.cancel[task]] : null;
    if (outcome === CANCELLED && cancel) parts.push(element('h3', {}, 'Cancelled because'), element('p', {}, cancel.message), this.#by(cancel));
    fact('Forked', this.#at(recording.forked[task]));
    if (recording.forker[task] !== NONE) fact('by', this.#link(recording.forker[task]));
    const started = recording.started[task];
    if (!Number.isNaN(started)) fact('Started', Number.isNaN(recording.forked[task]) ? this.#at(started) : `${time(started - recording.forked[task])} later`);
    else fact('Started', outcome === CANCELLED ? 'never' : 'not in the recording');
    if (!Number.isNaN(started) && !Number.isNaN(recording.ended[task])) fact('Took', time(recording.ended[task] - started));
    else if (outcome === LIVES && !Number.isNaN(started)) fact('Lives for', time(recording.to - started));
    let waited = 0;
    recording.waitsOf.each(recording.dense(node), wait => { waited += Math.max(0, this.#until(wait, node) - this.#since(wait, node)); });
    if (waited > 0) fact('Waited', time(waited));
    const groups = recording.groupsOf.size(recording.dense(node));
    if (groups > 0) fact('Groups', number(groups));
    fact('Number', String(recording.taskIds[task]));
  }

  #group(node, fact) {
    const { recording } = this;
    const group = place(node);
    const counts = [0, 0, 0, 0];
    recording.tasksOf.each(group, task => { counts[recording.outcome[task]]++; });
    fact('Tasks', number(recording.tasksOf.size(group)));
    ['alive', 'succeeded', 'failed', 'cancelled'].forEach((text, i) => { if (counts[i] > 0) fact(text, number(counts[i])); });
    fact('Opened', this.#at(recording.opened[group]));
    fact('by', this.#link(recording.owner[group]));
    if (Number.isNaN(recording.closed[group])) fact('Closed', 'not in the recording');
    else if (!Number.isNaN(recording.opened[group])) fact('Took', time(recording.closed[group] - recording.opened[group]));
  }

  #by(cancel) {
    const line = element('p', { class: 'path' }, `${time(cancel.at - this.recording.from)} after the beginning, by `, this.#link(cancel.by));
    if (cancel.about !== NONE && cancel.about !== cancel.by) line.append(', about ', this.#link(cancel.about));
    return line;
  }

  #cancels(node, parts) {
    const { recording } = this;
    const all = recording.cancelsOf.of(recording.dense(node));
    if (all.length === 0) return;
    parts.push(element('h3', {}, all.length === 1 ? 'Cancellation' : `${number(all.length)} cancellations`));
    for (const i of all.subarray(0, 20)) {
      const cancel = recording.cancels[i];
      parts.push(element('p', {}, cancel.ofScope ? 'A scope in it: ' : '', cancel.message), this.#by(cancel));
      if (cancel.exception && !cancel.message.includes(cancel.exception)) parts.push(element('p', { class: 'exception' }, cancel.exception));
    }
  }

  #since(wait, node) {
    const at = this.recording.waitFrom[wait];
    return Number.isNaN(at) ? this.recording.begin(node) : at;
  }

  #until(wait, node) {
    const at = this.recording.waitTo[wait];
    return Number.isNaN(at) ? this.recording.end(node) : at;
  }

  #waits(node, parts) {
    const { recording } = this;
    const all = recording.waitsOf.of(recording.dense(node));
    if (all.length === 0) return;
    const longest = Array.from(all).sort((a, b) => this.#until(b, node) - this.#since(b, node) - this.#until(a, node) + this.#since(a, node)).slice(0, MOST_SPANS);
    parts.push(element('h3', {}, all.length > MOST_SPANS ? `The longest ${MOST_SPANS} of ${count(all.length, 'wait')}` : 'Waits, the longest first'));
    const list = element('ol', { class: 'spans' });
    for (const wait of longest) {
      const open = Number.isNaN(recording.waitTo[wait]) ? ', and has not ended' : '';
      const on = recording.waitOn[wait];
      list.append(element('li', {}, element('span', {}, time(this.#until(wait, node) - this.#since(wait, node))), element('div', {}, 'for ', on === NONE ? recording.waitsFor(wait) : this.#link(on), open)));
    }
    parts.push(list);
  }
}
