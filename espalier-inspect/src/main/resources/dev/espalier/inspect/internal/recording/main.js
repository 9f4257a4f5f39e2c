// SPDX-License-Identifier: Apache-2.0

const $ = id => document.getElementById(id);

function start(recording) {
  const rows = new Rows(recording);
  const fall = new Fall($('fall'), recording, rows);
  const detail = new Detail($('detail'), recording, node => select(node));

  // ---- drawing, once a frame

  let asked = false;
  function draw() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      fall.draw();
      drawOverview();
      drawRail();
      $('span').textContent = `${time(fall.to - fall.from)} shown`;
      $('shown').textContent = count(rows.length, 'row');
      $('stage').dataset.drawn = Number($('stage').dataset.drawn ?? 0) + 1;
    });
  }

  function resize() {
    fall.resize();
    fall.colours();
    sizeOverview();
    draw();
  }

  // ---- the overview

  let whole = null;
  function sizeOverview() {
    const canvas = $('overview');
    const box = canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(box.width * ratio);
    canvas.height = Math.round(box.height * ratio);
    whole = box.width > 0 ? Density.of(recording, NONE, fall.all.from, fall.all.to, Math.max(1, Math.floor(box.width))) : null;
    $('most').textContent = whole ? `at most ${number(Math.round(whole.most))}` : '';
  }

  function drawOverview() {
    const canvas = $('overview');
    const g = canvas.getContext('2d');
    const ratio = window.devicePixelRatio || 1;
    if (!whole) return;
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    const width = canvas.width / ratio;
    const height = canvas.height / ratio;
    g.clearRect(0, 0, width, height);
    whole.draw(g, 0, 2, height - 2, fall.c);
    const a = ((fall.from - fall.all.from) / (fall.all.to - fall.all.from)) * width;
    const b = ((fall.to - fall.all.from) / (fall.all.to - fall.all.from)) * width;
    if (a > 0.5 || b < width - 0.5) {
      g.globalAlpha = 0.62;
      g.fillStyle = fall.c.card;
      g.fillRect(0, 0, a, height);
      g.fillRect(b, 0, width - b, height);
      g.globalAlpha = 1;
      g.strokeStyle = fall.c.accent;
      g.lineWidth = 1.5;
      g.strokeRect(Math.max(0.75, a), 0.75, Math.max(3, Math.min(width - 0.75, b) - Math.max(0.75, a)), height - 1.5);
    }
  }

  let chosen = null;
  const overviewTime = event => {
    const box = $('overview').getBoundingClientRect();
    return fall.all.from + ((event.clientX - box.left) / box.width) * (fall.all.to - fall.all.from);
  };
  $('overview').addEventListener('pointerdown', event => {
    $('overview').setPointerCapture(event.pointerId);
    chosen = overviewTime(event);
  });
  $('overview').addEventListener('pointermove', event => {
    if (chosen === null) return;
    const to = overviewTime(event);
    if (Math.abs(to - chosen) > (fall.all.to - fall.all.from) / 200) {
      fall.show(Math.min(chosen, to), Math.max(chosen, to));
      draw();
    }
  });
  $('overview').addEventListener('pointerup', event => {
    const at = overviewTime(event);
    if (chosen !== null && Math.abs(at - chosen) <= (fall.all.to - fall.all.from) / 200) fall.pan(at - (fall.from + fall.to) / 2);
    chosen = null;
    draw();
  });

  // ---- the rail, in place of a scroll bar

  function drawRail() {
    const room = $('rail').clientHeight;
    const share = (fall.height - AXIS) / (rows.length * ROW + 8);
    const thumb = $('thumb');
    thumb.hidden = share >= 1;
    const size = Math.max(24, room * share);
    thumb.style.height = `${size}px`;
    thumb.style.top = `${fall.mostScroll === 0 ? 0 : (fall.scroll / fall.mostScroll) * (room - size)}px`;
  }
  let held = null;
  $('rail').addEventListener('pointerdown', event => {
    $('rail').setPointerCapture(event.pointerId);
    held = event.target === $('thumb') ? event.offsetY : $('thumb').clientHeight / 2;
    rail(event);
  });
  $('rail').addEventListener('pointermove', event => { if (held !== null) rail(event); });
  $('rail').addEventListener('pointerup', () => { held = null; });
  function rail(event) {
    const box = $('rail').getBoundingClientRect();
    fall.scrollTo(((event.clientY - box.top - held) / Math.max(1, box.height - $('thumb').clientHeight)) * fall.mostScroll);
    draw();
  }

  // ---- choosing

  function select(node, reveal = true) {
    fall.selected = node;
    if (node !== NONE) {
      if (reveal) rows.reveal(node);
      const row = rows.rowOf(node);
      if (row >= 0) fall.bring(row);
      const begin = recording.begin(node);
      const end = recording.end(node);
      if (kind(node) !== THREAD && (end < fall.from || begin > fall.to)) fall.pan((begin + end) / 2 - (fall.from + fall.to) / 2);
      $('said').textContent = `${recording.describe(node)}${kind(node) === TASK ? `, ${['lives', 'succeeded', 'failed', 'cancelled'][recording.outcome[place(node)]]}` : ''}${rows.isParent(node) ? (rows.isOpen(node) ? ', open' : ', shut') : ''}`;
    }
    detail.show(node);
    draw();
  }

  function toggle(node, open) {
    rows.toggle(node, open);
    fall.scrollTo(fall.scroll);
    if (fall.selected !== NONE && rows.places[recording.dense(fall.selected)] < 0) select(rows.nodes[rows.rowOf(fall.selected)], false);
    else if (fall.selected === node) select(node, false);
    draw();
  }

  /** Shows a node and as much around it. */
  function zoomTo(node) {
    const span = Math.max(100, recording.end(node) - recording.begin(node));
    fall.from = recording.begin(node) - span * 0.15;
    fall.to = recording.end(node) + span * 0.15;
    draw();
  }

  // ---- pointer, wheel, touch

  const canvas = $('fall');
  const fingers = new Map();
  let moved = 0;
  let pinch = 0;
  canvas.addEventListener('pointerdown', event => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    moved = 0;
    if (fingers.size === 2) pinch = distance();
  });
  canvas.addEventListener('pointermove', event => {
    const finger = fingers.get(event.pointerId);
    if (!finger) {
      hover(event);
      return;
    }
    const dx = event.offsetX - finger.x;
    const dy = event.offsetY - finger.y;
    finger.x = event.offsetX;
    finger.y = event.offsetY;
    moved += Math.abs(dx) + Math.abs(dy);
    if (fingers.size === 2) {
      const now = distance();
      const middle = [...fingers.values()].reduce((sum, f) => sum + f.x, 0) / 2;
      if (pinch > 0 && now > 0) fall.zoom(pinch / now, fall.timeAt(middle));
      pinch = now;
    } else if (moved > 4) {
      canvas.classList.add('grabbing');
      fall.pan((-dx / fall.plot) * (fall.to - fall.from));
      fall.scrollTo(fall.scroll - dy);
    }
    draw();
  });
  const release = event => {
    const was = fingers.delete(event.pointerId);
    canvas.classList.remove('grabbing');
    if (was && moved <= 4 && event.type === 'pointerup') click(event);
  };
  canvas.addEventListener('pointerup', release);
  canvas.addEventListener('pointercancel', release);
  canvas.addEventListener('pointerleave', () => {
    fall.hovered = NONE;
    $('tip').hidden = true;
    draw();
  });
  function distance() {
    const [a, b] = [...fingers.values()];
    return Math.hypot(a.x - b.x, a.y - b.y);
  }

  function click(event) {
    const row = fall.rowAt(event.offsetY);
    if (row < 0) {
      select(NONE);
      return;
    }
    const node = rows.nodes[row];
    const x = 10 + Math.min(rows.depths[row], 12) * 13;
    if (rows.isParent(node) && event.offsetX >= x - 5 && event.offsetX <= x + 13) toggle(node);
    else select(node);
  }
  canvas.addEventListener('dblclick', event => {
    const row = fall.rowAt(event.offsetY);
    if (row < 0) return;
    if (event.offsetX < fall.gutter) toggle(rows.nodes[row]);
    else zoomTo(rows.nodes[row]);
  });

  function hover(event) {
    const row = fall.rowAt(event.offsetY);
    const node = row < 0 ? NONE : rows.nodes[row];
    if (node !== fall.hovered) {
      fall.hovered = node;
      draw();
    }
    const tip = $('tip');
    tip.hidden = node === NONE;
    if (node === NONE) return;
    const lines = [recording.describe(node)];
    if (kind(node) !== THREAD) lines.push(`${time(recording.end(node) - recording.begin(node))} in all`);
    const at = fall.timeAt(event.offsetX);
    if (event.offsetX > fall.gutter) {
      recording.waitsOf.each(recording.dense(node), wait => {
        const from = recording.waitFrom[wait];
        const to = recording.waitTo[wait];
        if (lines.length < 4 && !(from > at) && !(to < at)) lines.push(`waits for ${recording.waitsFor(wait)}, ${time((Number.isNaN(to) ? recording.end(node) : to) - (Number.isNaN(from) ? recording.begin(node) : from))}`);
      });
      lines.push(`at ${time(at - recording.from)}`);
    }
    tip.textContent = lines.join('\n');
    const left = Math.min(event.offsetX + 14, fall.width - tip.offsetWidth - 8);
    const top = event.offsetY + 18 + tip.offsetHeight > fall.height ? event.offsetY - tip.offsetHeight - 10 : event.offsetY + 18;
    tip.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`;
  }

  canvas.addEventListener('wheel', event => {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    if (event.ctrlKey || event.metaKey || event.offsetY < AXIS) { // a pinch on a touchpad comes with ctrlKey
      fall.zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY * unit)) / 150), fall.timeAt(Math.max(fall.gutter, event.offsetX)));
    } else {
      const dx = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
      const dy = event.shiftKey && event.deltaX === 0 ? 0 : event.deltaY;
      fall.pan(((dx * unit) / fall.plot) * (fall.to - fall.from));
      fall.scrollTo(fall.scroll + dy * unit);
    }
    $('tip').hidden = true;
    draw();
  }, { passive: false });

  // ---- keys and buttons

  function move(by) {
    const here = fall.selected === NONE ? -1 : rows.rowOf(fall.selected);
    const row = Math.min(rows.length - 1, Math.max(0, here < 0 && by > 0 ? by - 1 : here + by));
    if (rows.length > 0) select(rows.nodes[row], false);
  }
  const page = () => Math.max(1, Math.floor((fall.height - AXIS) / ROW) - 1);
  const fit = () => {
    fall.fit();
    draw();
  };
  const zoom = factor => {
    const node = fall.selected;
    const middle = node === NONE || kind(node) === THREAD ? NaN : (Math.max(recording.begin(node), fall.from) + Math.min(recording.end(node), fall.to)) / 2;
    fall.zoom(factor, middle >= fall.from && middle <= fall.to ? middle : undefined);
    draw();
  };
  const all = open => {
    if (open) rows.openAll();
    else rows.shutAll();
    fall.scrollTo(fall.scroll);
    if (fall.selected !== NONE) select(rows.nodes[Math.max(0, rows.rowOf(fall.selected))], false);
    draw();
  };
  const keys = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    PageDown: () => move(page()),
    PageUp: () => move(-page()),
    Home: () => move(-rows.length),
    End: () => move(rows.length),
    Enter: () => fall.selected !== NONE && toggle(fall.selected),
    ' ': () => fall.selected !== NONE && toggle(fall.selected),
    '+': () => zoom(0.6),
    '=': () => zoom(0.6),
    '-': () => zoom(1 / 0.6),
    0: fit,
    z: () => fall.selected !== NONE && zoomTo(fall.selected),
    '*': () => all(true),
    Backspace: () => all(false),
    n: () => next(1),
    N: () => next(-1),
    Escape: () => select(NONE),
    ArrowRight: () => {
      if (fall.selected === NONE) move(0);
      else if (rows.isParent(fall.selected) && !rows.isOpen(fall.selected)) toggle(fall.selected, true);
      else if (rows.isParent(fall.selected)) move(1);
    },
    ArrowLeft: () => {
      if (fall.selected === NONE) return;
      if (rows.isParent(fall.selected) && rows.isOpen(fall.selected)) toggle(fall.selected, false);
      else if (recording.parent(fall.selected) !== NONE) select(recording.parent(fall.selected));
    },
  };
  canvas.addEventListener('keydown', event => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.shiftKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      fall.pan((fall.to - fall.from) * (event.key === 'ArrowLeft' ? -0.15 : 0.15));
      draw();
    } else if (Object.hasOwn(keys, event.key)) {
      keys[event.key]();
    } else {
      return;
    }
    event.preventDefault();
  });
  $('zoom-in').addEventListener('click', () => zoom(0.6));
  $('zoom-out').addEventListener('click', () => zoom(1 / 0.6));
  $('fit').addEventListener('click', fit);
  $('open-all').addEventListener('click', () => all(true));
  $('shut-all').addEventListener('click', () => all(false));
  $('arrows').addEventListener('change', () => {
    fall.showArrows = $('arrows').checked;
    draw();
  });

  // ---- search

  let found = [];
  let at = -1;
  let searched = '';
  function search(query) {
    searched = query;
    found = [];
    at = -1;
    const wanted = query.trim().toLowerCase();
    if (wanted) {
      const hit = recording.texts.map(text => text.toLowerCase().includes(wanted));
      const is = place => place >= 0 && hit[place];
      const nodes = new Set();
      const cancelHit = recording.cancels.map(cancel => cancel.message.toLowerCase().includes(wanted));
      for (let i = 0; i < recording.threadCount; i++) if (is(recording.names[THREAD][i])) nodes.add(i << 2 | THREAD);
      for (let i = 0; i < recording.groupCount; i++) if (is(recording.names[GROUP][i]) || (recording.names[GROUP][i] < 0 && recording.name(i << 2 | GROUP).includes(wanted))) nodes.add(i << 2 | GROUP);
      for (let i = 0; i < recording.taskCount; i++) {
        if (is(recording.names[TASK][i]) || is(recording.failure[i]) || is(recording.message[i]) || (recording.cancel[i] >= 0 && cancelHit[recording.cancel[i]])
          || (recording.names[TASK][i] < 0 && `task-${recording.taskIds[i]}`.includes(wanted))) nodes.add(i << 2 | TASK);
      }
      const dense = recording.threadCount + recording.groupCount;
      for (let t = 0; t < recording.taskCount; t++) {
        for (const wait of recording.waitsOf.of(dense + t)) {
          if (is(recording.waitText[wait])) {
            nodes.add(t << 2 | TASK);
            break;
          }
        }
      }
      found = [...nodes].sort((a, b) => recording.begin(a) - recording.begin(b));
    }
    fall.matches = new Set(found);
    say();
    draw();
  }
  function say() {
    $('matches').textContent = !$('query').value.trim() ? '' : found.length === 0 ? 'nothing' : at < 0 ? `${number(found.length)} found` : `${number(at + 1)} of ${number(found.length)}`;
  }
  function next(by) {
    if (found.length === 0) return;
    at = at < 0 ? (by > 0 ? 0 : found.length - 1) : (at + by + found.length) % found.length;
    select(found[at]);
    say();
  }
  let typing;
  $('query').addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => search($('query').value), 120);
  });
  $('query').addEventListener('keydown', event => {
    if (event.key === 'Enter') {
      clearTimeout(typing);
      if (searched !== $('query').value) search($('query').value); // typed faster than the pause
      next(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape') {
      $('query').value = '';
      search('');
      canvas.focus();
    } else if (event.key === 'ArrowDown') {
      canvas.focus();
      event.preventDefault();
    }
  });
  document.addEventListener('keydown', event => {
    if (event.key === '/' && !event.target.closest('input')) {
      $('query').focus();
      event.preventDefault();
    }
  });

  // ---- the head

  $('program').textContent = `${recording.program}, process ${recording.pid}, ${new Date(recording.startedAt + recording.from / 1e6).toLocaleString()}`;
  document.title = `${recording.program} – recording – Espalier`;
  const counts = [0, 0, 0, 0];
  recording.outcome.forEach(outcome => counts[outcome]++);
  const figure = (label, value, type) => $('numbers').append(element('div', {}, element('dt', {}, label), element('dd', { class: type, 'data-count': label.toLowerCase() }, value)));
  figure('Tasks', number(recording.taskCount));
  figure('Groups', number(recording.groupCount));
  figure('Failed', number(counts[FAILED]), counts[FAILED] > 0 ? 'bad' : null);
  figure('Cancelled', number(counts[CANCELLED]), counts[CANCELLED] > 0 ? 'cancelled' : null);
  figure('Alive', number(counts[LIVES]));
  figure('Time', time(recording.to - recording.from));
  const { lost } = recording;
  const missing = [];
  if (lost.tasks + lost.groups + lost.events > 0) missing.push(`The recorder kept the last of what happened, and forgot ${count(lost.tasks, 'task')}, ${count(lost.groups, 'group')} and ${number(lost.events)} waits and cancellations before that.`);
  if (lost.missed > 0) missing.push(`${count(lost.missed, 'entry').replace('entrys', 'entries')} could not be recorded.`);
  $('notice').hidden = missing.length === 0;
  $('notice').textContent = missing.join(' ');
  $('empty').hidden = rows.length > 0;
  $('empty').textContent = 'Nothing happened while this was recorded: no group was opened, and no task was forked.';

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', resize);
  new ResizeObserver(resize).observe($('stage'));
  resize();
  canvas.focus();
  document.documentElement.dataset.ready = 'true';
  // for who looks from the console, and for tests
  window.espalier = { recording, rows, fall, select };
}

Recording.read().then(start, error => {
  $('empty').hidden = false;
  $('empty').textContent = `This recording cannot be read: ${error.message}. The file may be cut off, or the browser older than 2023.`;
  throw error;
});
