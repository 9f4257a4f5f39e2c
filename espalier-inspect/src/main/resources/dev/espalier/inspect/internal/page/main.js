// SPDX-License-Identifier: Apache-2.0

import { Charts } from './chart.js';
import { Feed } from './feed.js';
import { showAlarms, showDetail, showFailures } from './panels.js';
import { Tree } from './tree.js';
import { count, number } from './words.js';

const $ = id => document.getElementById(id);

// the token is in a cookie now; it does not stay in the address line and the history
if (location.search) history.replaceState(null, '', location.pathname);

const charts = new Charts($('alive'), $('rates'));
const tree = new Tree($('scroller'), $('rows'), view => feed.show(view), key => {
  if (!key) showDetail($('detail'), null);
  else tab('detail');
});
let failed = 0;

const feed = new Feed({
  state: showState,
  hello: data => {
    $('program').textContent = `${data.program}, process ${data.pid}`;
    document.title = `${data.program} – Espalier`;
    tree.offset = data.now - Date.now();
    tree.reset();
    charts.reset();
  },
  rows: data => {
    tree.update(data);
    const empty = data.total === 0;
    $('empty').hidden = !empty;
    $('empty').textContent = data.query ? `Nothing that lives has “${data.query}” in its name or in what it waits for.` : 'Nothing lives here now. Groups and tasks appear when they are opened.';
    $('shown').textContent = data.query ? `${count(data.matches, 'match').replace('matchs', 'matches')} for “${data.query}”` : count(data.total, 'row');
  },
  counts: data => {
    tree.offset = data.now - Date.now();
    for (const dd of document.querySelectorAll('[data-count]')) {
      const n = data[dd.dataset.count];
      dd.textContent = number(n);
      dd.parentElement.classList.toggle('on', n > 0);
    }
    charts.add(data.samples);
  },
  detail: data => {
    if (data.key === tree.selected) showDetail($('detail'), data, ask);
  },
  failures: data => {
    failed = data.failures.length;
    showFailures($('failures'), data.failures);
    $('failure-count').hidden = failed === 0;
    $('failure-count').textContent = number(failed);
  },
  deadlocks: data => showAlarms($('alarms'), data.deadlocks, key => {
    tab('detail');
    tree.select(key);
  }),
});

function showState(state) {
  $('link').dataset.state = state;
  $('link').lastElementChild.textContent = { live: 'Live', lost: 'Connection lost, trying again', refused: 'Started again: open its new URL' }[state];
  document.body.classList.toggle('stale', state !== 'live');
}

// ---- tabs

function tab(name) {
  for (const other of ['detail', 'failures']) {
    const chosen = other === name;
    $(other).hidden = !chosen;
    $(`tab-${other}`).setAttribute('aria-selected', String(chosen));
    $(`tab-${other}`).tabIndex = chosen ? 0 : -1;
  }
}
for (const name of ['detail', 'failures']) {
  $(`tab-${name}`).addEventListener('click', () => tab(name));
  $(`tab-${name}`).addEventListener('keydown', event => {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      const other = name === 'detail' ? 'failures' : 'detail';
      tab(other);
      $(`tab-${other}`).focus();
    }
  });
}

// ---- search

let typing;
$('query').addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => tree.search($('query').value.trim()), 120);
});
document.addEventListener('keydown', event => {
  if (event.key === '/' && !event.target.closest('input')) {
    $('query').focus();
    event.preventDefault();
  } else if (event.key === 'Escape' && event.target === $('query')) {
    $('query').value = '';
    tree.search('');
    $('rows').focus();
  } else if (event.key === 'ArrowDown' && event.target === $('query')) {
    $('rows').focus();
    event.preventDefault();
  }
});

// ---- cancelling

let asked;
function ask(detail) {
  asked = detail.key;
  const row = tree.row(detail.key);
  $('confirm-text').textContent = `${detail.path} and everything below it${row ? ` (${count(row.tasks ?? row.active, 'task')})` : ''} is asked to end. This cannot be undone.`;
  $('confirm').showModal();
  $('confirm-no').focus();
}
$('confirm-no').addEventListener('click', () => $('confirm').close());
$('confirm-yes').addEventListener('click', async () => {
  $('confirm').close();
  const wrong = await feed.cancel(asked);
  toast(wrong ? `Not cancelled: ${wrong}` : 'The group was asked to end.');
});

let toasting;
function toast(text) {
  $('toast').textContent = text;
  $('toast').hidden = false;
  clearTimeout(toasting);
  toasting = setTimeout(() => { $('toast').hidden = true; }, 4000);
}

showDetail($('detail'), null);
showFailures($('failures'), []);
setInterval(() => tree.tick(), 500);
feed.connect();
