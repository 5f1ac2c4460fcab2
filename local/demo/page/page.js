// Shows what the server sends, and sends what is clicked. Text from outside is only ever set as text.
const MAX_LINES = 200;
const byId = (id) => document.getElementById(id);

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const cell = (content) => element('td', {}, content instanceof Node ? content : String(content));

async function act(name, given = {}) {
  const said = byId('said');
  said.className = '';
  said.textContent = '…';
  try {
    const response = await fetch(`/do/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(given),
    });
    const answer = await response.json();
    said.textContent = answer.said ?? answer.error;
    said.className = response.ok ? '' : 'bad';
  } catch {
    said.textContent = 'npm start has ended.';
    said.className = 'bad';
  }
}

const button = (text, action, given) =>
  element('button', { type: 'button', textContent: text, onclick: () => void act(action, given) });

/** Hours of an assignment or percentage of a team member; other members go by their allocation method. */
function amountField({ table, id, name, amount }) {
  if (amount === null) return '–';
  const input = element('input', { type: 'number', min: 0, max: 1000, value: amount });
  input.setAttribute('aria-label', `Hours or percentage of ${name}`);
  input.dataset.row = id;
  input.onchange = () => {
    if (input.value === '') return;
    const withEvent = !byId('lose-event').checked;
    // What somebody types into stays as it is: done with it, the rows are shown anew.
    input.blur();
    void act('changeRow', { table, id, amount: Number(input.value), withEvent });
  };
  return element('span', { className: 'together' }, input, table === 'msdyn_projectteam' ? ' %' : ' h');
}

function rowLine(row) {
  const { table, id, name, person, project, active } = row;
  const remove = element('button', {
    type: 'button',
    textContent: 'Delete',
    onclick: () => void act('removeRow', { table, id, withEvent: !byId('lose-event').checked }),
  });
  const called = table === 'msdyn_projectteam' ? 'Team member' : name;
  return element(
    'tr',
    {},
    cell(active ? called : `${called} (inactive)`),
    cell(person),
    cell(project),
    cell(amountField(row)),
    cell(remove),
  );
}

const percent = (value) => (value === null ? '–' : `${value} %`);

function shareLine({ user, workspace, held, believed }, ledgerAnswers) {
  const says = ledgerAnswers ? percent(believed) : 'does not answer';
  const row = element('tr', {}, cell(user), cell(workspace), cell(percent(held)), cell(says));
  if (ledgerAnswers && held !== believed) row.className = 'differs';
  return row;
}

function letterLine({ queue, message, reason, description }) {
  return element(
    'tr',
    {},
    cell(element('span', {}, reason, element('small', { textContent: message }))),
    cell(description),
    cell(button('Replay', 'replay', { queue, reason })),
  );
}

function showState(state) {
  byId('day').textContent = state.day;
  // A field that somebody types into stays.
  if (!document.activeElement?.dataset.row) byId('rows').replaceChildren(...state.rows.map(rowLine));
  byId('shares').replaceChildren(...state.shares.map((share) => shareLine(share, state.ledgerAnswers)));
  byId('queues').replaceChildren(
    ...state.queues.map(({ name, active, locked, scheduled, completed, deadLetter }) =>
      element('tr', {}, ...[name, active, locked, scheduled, completed, deadLetter].map(cell)),
    ),
  );
  byId('dead-letters').replaceChildren(...state.deadLetters.map(letterLine));
  byId('cast').replaceChildren(
    ...state.cast.map(({ id, name, known }) =>
      button(known ? `Forget ${name}` : `Bring ${name} back`, known ? 'forget' : 'bringBack', { id }),
    ),
  );
  for (const box of document.querySelectorAll('[data-switch]'))
    box.checked = state.trouble[box.dataset.switch];
}

function showConstants({ failures, notByClick, timers, services }) {
  byId('failures').replaceChildren(
    ...failures.map(({ id, row }) => button(row.replaceAll('`', ''), 'failure', { id })),
    ...notByClick.map(({ row, why }) => element('p', {}, `${row}: not by a click. ${why}`)),
  );
  byId('timers').replaceChildren(...timers.map((name) => button(`Run ${name} now`, 'timer', { name })));
  byId('services').replaceChildren(
    ...services.map(({ name, url, key }) =>
      element(
        'li',
        {},
        `${name}: `,
        element('a', { href: url, textContent: url, rel: 'noreferrer', target: '_blank' }),
        key ? ` (function key ${key})` : '',
      ),
    ),
  );
}

function showLine({ text, evt, outcome }) {
  const log = byId('log');
  const kind =
    outcome === 'deadlettered' || outcome === 'abandoned'
      ? 'error'
      : outcome === 'retry' || evt === 'pause.started'
        ? 'warn'
        : '';
  log.prepend(element('li', { textContent: text, className: kind }));
  while (log.children.length > MAX_LINES) log.lastChild.remove();
}

const events = new EventSource('/events');
events.addEventListener('constants', ({ data }) => {
  byId('log').replaceChildren();
  showConstants(JSON.parse(data));
});
events.addEventListener('state', ({ data }) => showState(JSON.parse(data)));
events.addEventListener('line', ({ data }) => showLine(JSON.parse(data)));
events.onopen = () => {
  byId('connection').textContent = 'live';
};
events.onerror = () => {
  byId('connection').textContent = 'npm start does not answer';
};

for (const one of document.querySelectorAll('[data-do]')) one.onclick = () => void act(one.dataset.do);
for (const box of document.querySelectorAll('[data-switch]'))
  box.onchange = () => void act(box.dataset.switch, { on: box.checked });
byId('switches').onsubmit = (event) => {
  event.preventDefault();
  try {
    void act('corSwitches', JSON.parse(byId('switches-json').value));
  } catch {
    byId('said').textContent = 'The switches are no JSON.';
    byId('said').className = 'bad';
  }
};
