import { countText } from '../../countText.js';
import { AI_NOTICE } from '../../findings/index.js';
import { type Html, html } from '../../html.js';
import { adviceOn, mayHelpToRetry } from '../advice.js';
import type { ExamAnswer, ExamWork, ImageStatus, ObjectStatus } from '../examDesk.js';
import { answerWords } from './answerWords.js';
import { layout, orderButton, type Viewer } from './layout.js';
import { duration, eventName, kindName, shortTime, stateMark, time, uidText, viewName } from './pageWords.js';

export interface ExamView {
  studyInstanceUID: string;
  /** What this service works with first. */
  works: readonly ExamWork[];
  /** What the report in the PACS says, where somebody asked; or why it cannot be told. */
  answer?: ExamAnswer | string | undefined;
  /** Why nothing can be ordered now. */
  hindered?: string | undefined;
  now: Date;
  version: string;
}

const ANSWERS_OFF = html`<p class="quiet">Answers and pictures are not shown here (<code>admin.answers: false</code>):
they are in the PACS.</p>`;

/** One exam: its state, its answer and pictures, its images, what was written, and every step. */
export function examPage(view: ExamView, viewer: Viewer): string {
  const { studyInstanceUID: study, works, now, version } = view;
  const [first] = works;
  const body = html`<h1>Exam</h1>
<p>${uidText(study)}</p>
${first === undefined ? html`<p>The ledger knows no exam of this study.</p>` : undefined}
${first && statePart(view, first, viewer)}
${first && (viewer.seesAnswers ? answerPart(view, first) : ANSWERS_OFF)}
${first && (viewer.seesAnswers ? picturesPart(study, first) : undefined)}
${works.map((work, index) => workPart(work, index, now))}`;
  const renewedFrom = view.answer === undefined ? undefined : `/exams/${study}`;
  return layout({
    title: `Exam ${study} – Mamori`,
    isAlarming: false,
    now,
    version,
    viewer,
    body,
    renewedFrom,
  });
}

function statePart(
  { studyInstanceUID: study, now, hindered }: ExamView,
  work: ExamWork,
  viewer: Viewer,
): Html {
  const { state, code, reason, retryAt, dueAt, updatedAt, attempts, worker } = work;
  const todo = adviceOn(code);
  const isArriving = (state === 'waiting' && dueAt !== undefined && dueAt > now) || undefined;
  const isHeld = state === 'claimed' || state === 'delivering' || undefined;
  const tries = countText(attempts, 'try', 'tries');
  return html`<section id="state" data-live class="card" aria-labelledby="state-title">
<h2 id="state-title">${stateMark(state)} since ${shortTime(updatedAt, now)}</h2>
${reason && html`<p>${reason} <span class="quiet code">${code}</span></p>`}
${isArriving && html`<p>Complete at ${shortTime(dueAt!, now)}, unless more images come.</p>`}
${isHeld && html`<p>In the hands of <code>${worker}</code>, try ${attempts}.</p>`}
${retryAt && html`<p>Tried again by itself at ${shortTime(retryAt, now)}, after ${tries}.</p>`}
${todo && html`<p class="todo"><strong>What to do:</strong> ${todo}</p>`}
${
  work.ways.retry && !work.isServed
    ? html`<p>Its results were made by another version of the model or with other settings, and only have to be
delivered.</p>`
    : undefined
}
${
  work.ways.retry && mayHelpToRetry(state, code)
    ? orderButton(viewer, {
        id: 'retry',
        words: 'Try again now',
        address: `/api/v1/exams/${study}/retry`,
        look: 'strong',
        hindered,
      })
    : undefined
}
${
  work.ways.adopt
    ? html`<p class="todo"><strong>What to do:</strong> It is left by another version of the model or other settings,
and no service here takes it up: <code>mamori adopt</code> hands it over.</p>`
    : undefined
}
${
  work.ways.reprocess
    ? html`<p>It was closed with another version of the model or other settings.</p>
${orderButton(viewer, {
  id: 'reprocess',
  words: 'Process again with today’s model and settings',
  address: `/api/v1/exams/${study}/reprocess`,
  hindered,
  ask: 'Process this exam again? New results are written beside the old ones, which they name as predecessors.',
})}`
    : undefined
}
</section>`;
}

/**
 * What tells the answer now, and nothing that did before. `data-as` says what is shown, whether it was fetched already
 * or not: the script replaces the part when that becomes another, on a page that has been open for long as well.
 */
function answerPart({ studyInstanceUID, answer }: ExamView, work: ExamWork): Html | undefined {
  const { presentAnswer, objects } = work;
  if (presentAnswer !== undefined && 'outdated' in presentAnswer)
    return html`<section id="answer" data-live aria-labelledby="answer-title"><h2 id="answer-title">Answer</h2>
<p class="banner wait">${presentAnswer.outdated}</p>
</section>`;
  const revision = presentAnswer?.revision;
  if (!objects.some((object) => object.kind === 'tid1500' && isPresent(object, revision)))
    return html`<section id="answer" data-live hidden></section>`;
  return html`<section id="answer" data-live data-as="revision ${revision}" aria-labelledby="answer-title"${
    answer === undefined ? html` data-fetch="/exams/${studyInstanceUID}?answer=pacs"` : ''
  }>
<h2 id="answer-title">Answer</h2>
${
  answer === undefined
    ? html`<p><a href="/exams/${studyInstanceUID}?answer=pacs#answer">Read it from the PACS</a></p>`
    : undefined
}
${typeof answer === 'string' ? html`<p class="banner bad">${answer}</p>${shortAnswerPart(work)}` : undefined}
${answer !== undefined && typeof answer !== 'string' ? answerText(answer) : undefined}
</section>`;
}

function answerText({ summary, answers, comments }: ExamAnswer): Html {
  return html`<p class="summary">${summary}</p>
<div class="scroll" role="region" aria-label="Answers" tabindex="0"><table>
<thead><tr><th scope="col">About</th><th scope="col">Probability</th><th scope="col">Answer</th></tr></thead>
<tbody>${answers.map(
    ({
      about,
      probability,
      verdict,
      comment,
    }) => html`<tr><th scope="row">${about.replace(/: AI answer$/, '')}</th>
<td>${probability && `${probability} %`}</td><td>${verdict ?? comment}</td></tr>
`,
  )}</tbody></table></div>
${comments.map((comment) => html`<p class="quiet">${comment}</p>`)}`;
}

/** What is known of it here, while the report cannot be had. */
function shortAnswerPart(work: ExamWork): Html | undefined {
  if (work.shortAnswer === undefined) return undefined;
  const words = answerWords([work]);
  return html`<h3>In short, as it was delivered</h3>
<p class="quiet">${AI_NOTICE} Of each breast: ${words.notes[0]?.text}</p><p>${words.of(work)}</p>`;
}

function isPresent({ confirmedAt, revision }: ObjectStatus, present: number | undefined): boolean {
  return confirmedAt !== undefined && revision === present;
}

/** Their captions tell the answer too. */
function picturesPart(study: string, { presentAnswer, objects }: ExamWork): Html {
  const present =
    presentAnswer !== undefined && 'revision' in presentAnswer ? presentAnswer.revision : undefined;
  const pictures = objects.filter((object) => object.isPicture && isPresent(object, present));
  if (pictures.length === 0) return html`<section id="pictures" data-live hidden></section>`;
  return html`<section id="pictures" data-live data-as="revision ${present}" aria-labelledby="pictures-title">
<h2 id="pictures-title">Pictures</h2>
<p class="quiet">As they stand in the PACS, made smaller. Each has its answer written in it.</p>
<div class="pictures">${pictures.map(
    (picture, index) => html`<figure><a
href="/api/v1/exams/${study}/pictures/${picture.sopInstanceUID}"><img loading="lazy" width="300" height="400"
src="/api/v1/exams/${study}/pictures/${picture.sopInstanceUID}"
alt="${objectName(picture)} (${index + 1} of ${pictures.length}); its answer is written in it"></a>
<figcaption>${objectName(picture)}</figcaption></figure>`,
  )}</div></section>`;
}

/** `Heat map picture, L MLO` */
function objectName({ kind, view }: ObjectStatus): string {
  return view === undefined ? kindName(kind) : `${kindName(kind)}, ${viewName(view)}`;
}

function workPart(work: ExamWork, index: number, now: Date): Html {
  const { model, isServed, images, objects, steps, revision, firstSeen } = work;
  const title = `${model.name} ${model.version}`;
  return html`<section id="work-${index}" data-live aria-labelledby="work-title-${index}">
<h2 id="work-title-${index}">${index === 0 ? 'Images, objects, steps' : `Work of ${title}`}</h2>
<p class="quiet">Model ${title}, settings <code>${model.settings}</code>${
    isServed ? '' : '; this service works with another version or other settings'
  }. ${revision > 1 ? `Revision ${revision}. ` : ''}First seen ${time(firstSeen)}. ${stateMark(work.state)}</p>
${images && imagesTable(images, index)}
${objects.length === 0 ? undefined : objectsTable(objects, index, now)}
${stepsList(work, index)}
${steps.length === 0 ? html`<p class="quiet">Its steps are more than a year ago.</p>` : undefined}
</section>`;
}

function imagesTable(images: readonly ImageStatus[], index: number): Html {
  return html`<h3 id="images-${index}">Images</h3>
<div class="scroll" role="region" aria-labelledby="images-${index}" tabindex="0"><table>
<thead><tr><th scope="col">View</th><th scope="col">Answer</th><th scope="col">SOP Instance UID</th></tr></thead>
<tbody>${images.map(
    ({ view, answered, code, reason, sopInstanceUID }) => html`<tr><th scope="row">${viewName(view)}</th>
<td>${
      answered
        ? html`<span class="state good">answered</span>`
        : html`${reason} <span class="quiet code">${code}</span>`
    }</td>
<td>${uidText(sopInstanceUID)}</td></tr>
`,
  )}</tbody></table></div>`;
}

function objectsTable(objects: readonly ObjectStatus[], index: number, now: Date): Html {
  return html`<h3 id="objects-${index}">Objects written</h3>
<div class="scroll" role="region" aria-labelledby="objects-${index}" tabindex="0"><table>
<thead><tr><th scope="col">Object</th><th scope="col">In the PACS</th><th scope="col">Size</th>
<th scope="col">SOP Instance UID</th></tr></thead>
<tbody>${objects.map(
    (object) => html`<tr>
<th scope="row">${objectName(object)}${object.revision > 1 ? ` (revision ${object.revision})` : ''}</th>
<td>${whereabouts(object, now)}</td>
<td class="time">${sizeText(object.bytes)}</td><td>${uidText(object.sopInstanceUID)}</td></tr>
`,
  )}</tbody></table></div>`;
}

function whereabouts({ sentAt, confirmedAt }: ObjectStatus, now: Date): Html | string {
  if (confirmedAt !== undefined) return html`read back ${shortTime(confirmedAt, now)}`;
  if (sentAt !== undefined) return html`sent ${shortTime(sentAt, now)}, not seen there yet`;
  return 'not sent yet';
}

function stepsList({ steps }: ExamWork, index: number): Html {
  return html`<h3 id="steps-${index}">Steps</h3>
<ol class="steps" aria-labelledby="steps-${index}">${steps.map(
    ({ at, event, worker, code, reason }, step) => {
      const before = steps[step - 1];
      const after = before === undefined ? undefined : (at.getTime() - before.at.getTime()) / 1000;
      return html`<li><span class="when">${time(at)}${
        after !== undefined && after >= 1 ? html` <span class="quiet">+${duration(after)}</span>` : undefined
      }</span> <span>${eventName(event)}${reason && html`: ${reason}`} ${
        code && html`<span class="quiet code">${code}</span>`
      }${worker && html` <span class="quiet">by ${worker}</span>`}</span></li>
`;
    },
  )}</ol>`;
}

function sizeText(bytes: number): string {
  return bytes < 1_000_000
    ? `${Math.max(1, Math.round(bytes / 1000))} kB`
    : `${Math.round(bytes / 100_000) / 10} MB`;
}
