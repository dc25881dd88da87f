// The pages' one script: it renews the parts that have changed and sends orders. Without it a page says the same, and
// renews itself as a whole.

const seconds = Number(document.body.dataset.refresh);
const lost = document.getElementById('lost');
const announcement = document.getElementById('announcement');
const outcome = document.getElementById('outcome');

/** As the server rendered each part last: what people open, focus or fetch in it makes it no other. */
const rendered = new Map();
const lookOf = (part) => part.dataset.as ?? part.outerHTML;
for (const part of document.querySelectorAll('[data-live]')) rendered.set(part.id, lookOf(part));
let lastContact = new Date();

async function asked(address) {
  const response = await fetch(address, { cache: 'no-store', signal: AbortSignal.timeout(8000) });
  if (response.status === 401 || response.status === 403 || response.redirected) throw new Error('sign in');
  if (!response.ok) throw new Error('no answer');
  return new DOMParser().parseFromString(await response.text(), 'text/html');
}

/** This page without what is asked of the PACS, which is asked once and not every few seconds. */
function here() {
  const address = new URL(location.href);
  address.searchParams.delete('answer');
  address.hash = '';
  return address.href;
}

async function renew() {
  try {
    const fresh = await asked(here());
    lastContact = new Date();
    lost.hidden = true;
    document.body.classList.remove('old');
    const headline = document.getElementById('headline')?.textContent;
    for (const part of fresh.querySelectorAll('[data-live]')) replace(part);
    document.title = fresh.title;
    const now = document.getElementById('headline')?.textContent;
    if (now !== headline) announcement.textContent = now ?? '';
  } catch (error) {
    const since = lastContact.toLocaleTimeString();
    lost.textContent =
      error.message === 'sign in'
        ? 'Sign in again: load this page once more.'
        : `No answer from Mamori since ${since}. What is shown below is old. Check that the service runs.`;
    lost.hidden = false;
    document.body.classList.add('old');
  }
}

/** Puts a part in the place of the one before, and leaves focus and opened details where they were. */
function replace(part) {
  const before = document.getElementById(part.id);
  if (before === null || rendered.get(part.id) === lookOf(part)) return;
  rendered.set(part.id, lookOf(part));
  const focused = before.contains(document.activeElement) ? document.activeElement : undefined;
  const focusedLink = focused?.getAttribute('href');
  const opened = [...before.querySelectorAll('details[open]')].map(({ id }) => id);
  before.replaceWith(part);
  fetchLater(part);
  for (const id of opened) document.getElementById(id)?.setAttribute('open', '');
  if (focused === undefined) return;
  const links = focusedLink ? [...part.querySelectorAll('a')] : [];
  const again =
    (focused.id && document.getElementById(focused.id)) ||
    links.find((link) => link.getAttribute('href') === focusedLink);
  if (again) return again.focus({ preventScroll: true });
  // What had the focus is gone: its part has it now, so that nobody is thrown back to the top.
  part.tabIndex = -1;
  part.focus({ preventScroll: true });
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('button[data-order]');
  if (!button || button.ariaDisabled === 'true') return;
  if (button.dataset.ask && !confirm(button.dataset.ask)) return;
  // Not disabled: that would take the focus from it.
  button.ariaDisabled = 'true';
  say(await ordered(button));
  button.ariaDisabled = null;
  await renew();
});

/** What came of an order, in words. */
async function ordered({ dataset }) {
  try {
    const response = await fetch(dataset.order, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: dataset.body,
      signal: AbortSignal.timeout(25_000),
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) return `Not done: ${answer.detail ?? answer.title ?? response.status}`;
    if (answer.outcome !== undefined) return 'It is processed in the next round.';
    if (answer.exams === undefined) return 'Done.';
    const exams = (count) => `${count} ${count === 1 ? 'exam is' : 'exams are'}`;
    const retried = `${exams(answer.exams)} tried again in the next round.`;
    if (!answer.earlier) return retried;
    return `${retried} ${exams(answer.earlier)} of an earlier version and left: mamori reprocess, or mamori adopt.`;
  } catch {
    return 'Not done: Mamori does not answer.';
  }
}

let forgetting;

/** For all to see and to hear, for a while. */
function say(words) {
  outcome.textContent = words;
  outcome.className = 'banner busy';
  clearTimeout(forgetting);
  forgetting = setTimeout(() => {
    outcome.textContent = '';
    outcome.className = 'unseen';
  }, 15_000);
}

/** What takes the PACS a while comes after the page. Where the part is another by then, it stays that. */
function fetchLater(part) {
  if (part.dataset.fetch === undefined) return;
  asked(part.dataset.fetch)
    .then((fresh) => {
      const told = fresh.getElementById(part.id);
      if (!told || !part.isConnected) return;
      rendered.set(told.id, lookOf(told));
      part.replaceWith(told);
    })
    .catch(() => {});
}
for (const part of document.querySelectorAll('[data-fetch]')) fetchLater(part);

/** Not while nobody looks; at once when somebody does again. */
setInterval(() => {
  if (!document.hidden) renew();
}, seconds * 1000);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) renew();
});
