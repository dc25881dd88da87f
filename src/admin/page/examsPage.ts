import { countText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import type { ExamStatus } from '../serviceState.js';
import { examTable } from './examTable.js';
import { layout, type Viewer } from './layout.js';
import { STATE_NAMES } from './pageWords.js';

export interface ExamsView {
  exams: readonly ExamStatus[];
  asked: { state?: string | undefined; code?: string | undefined; study?: string | undefined };
  /** There may be more than these. */
  limit: number;
  now: Date;
  version: string;
}

/** Exams by state and reason, or one by its UID. */
export function examsPage({ exams, asked, limit, now, version }: ExamsView, viewer: Viewer): string {
  const { state, code, study } = asked;
  const { seesAnswers } = viewer;
  const body = html`<h1>Exams</h1>
<form class="filter" method="get" action="/exams" role="search">
<p><label for="study">Study Instance UID</label> <input id="study" name="study" value="${study}" inputmode="decimal"
autocomplete="off" spellcheck="false"></p>
<p><label for="state">State</label> <select id="state" name="state"><option value="">all</option>
${Object.entries(STATE_NAMES).map(
  ([one, name]) => html`<option value="${one}"${one === state ? html` selected` : ''}>${name}</option>`,
)}
</select></p>
<p><label for="code">Reason</label> <input id="code" name="code" value="${code}" autocomplete="off"
spellcheck="false"></p>
<p><button type="submit">Show</button></p>
</form>
<section id="found" data-live aria-labelledby="found-title"><h2 id="found-title">${foundText(exams, limit)}</h2>
${exams.length === 0 ? undefined : examTable(exams, { now, label: 'Exams', seesAnswers })}</section>`;
  return layout({ title: 'Exams – Mamori', isAlarming: false, now, version, viewer, body });
}

function foundText(exams: readonly ExamStatus[], limit: number): Html | string {
  if (exams.length === 0) return 'None found';
  if (exams.length >= limit) return `The latest ${limit}`;
  const found = countText(exams.length, 'exam');
  return exams.length === 1 ? found : `${found}, latest change first`;
}
