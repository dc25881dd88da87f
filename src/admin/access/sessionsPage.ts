import { type Html, html } from '../../html.js';
import { timeText } from '../../timeText.js';
import { barePage } from './barePage.js';
import type { Person } from './person.js';
import type { OpenSession } from './sessions.js';

const WAYS: Record<Person['by'], string> = {
  password: 'password',
  oidc: "hospital's sign-in",
  basic: 'program',
  machine: 'this machine',
};

const HEADINGS = ['Who', 'May', 'By', 'From', 'Since', 'Last request'];

/** @param own the session that the page is asked for in */
export function sessionsPage(
  sessions: readonly OpenSession[],
  { viewer, own }: { viewer: Person; own: string },
): string {
  const whose = viewer.role === 'act' ? 'Everybody who is signed in' : 'Where you are signed in';
  return barePage(
    'Sessions',
    html`<p><a href="/">Status</a></p>
<h2>Sessions</h2>
<p class="quiet">${whose}. Programs that send user and password with each request have none.</p>
${
  sessions.length === 0
    ? html`<p>None.</p>`
    : html`<table class="exams">
<thead><tr>${HEADINGS.map((heading) => html`<th scope="col">${heading}</th>`)}<th scope="col">End</th></tr></thead>
<tbody>${sessions.map((session) => row(session, session.id === own))}</tbody></table>`
}`,
  );
}

function row({ handle, person, since, lastAsked, address }: OpenSession, isOwn: boolean): Html {
  const { name, role, by } = person;
  const cells = [
    isOwn ? `${name} (you, here)` : name,
    role,
    WAYS[by],
    address,
    timeText(since),
    timeText(lastAsked),
  ];
  return html`<tr>${cells.map((cell, column) => html`<td data-heading="${HEADINGS[column]}">${cell}</td>`)}
<td><form method="post" action="/sign-out/session"><input type="hidden" name="session" value="${handle}">
<button type="submit" class="small" aria-label="End the session of ${name}">End</button></form></td></tr>`;
}
