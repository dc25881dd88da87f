import { NOT_FOR_PRIMARY_DIAGNOSIS } from '../../findings/index.js';
import { type Html, html } from '../../html.js';
import { time } from './pageWords.js';

/** How often the script asks, and the page renews itself where no script runs. */
export const REFRESH_SECONDS = 10;
const SECONDS_WITHOUT_SCRIPT = 30;

/** Who looks at a page, and what for. */
export interface Viewer {
  /** Undefined where nobody has to say who they are. */
  name?: string | undefined;
  /** May order something: sees the buttons. */
  mayAct: boolean;
  maySignOut?: boolean;
  /** What exams were answered with is shown. */
  seesAnswers: boolean;
}

export interface Page {
  title: string;
  /** Whether something is wrong: the tab shows it. */
  isAlarming: boolean;
  now: Date;
  version: string;
  viewer: Viewer;
  body: Html;
  /** Where it renews itself from without a script, if that is another address: one that asks the PACS for nothing. */
  renewedFrom?: string | undefined;
}

export function layout({ title, isAlarming, now, version, viewer, body, renewedFrom }: Page): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<noscript><meta http-equiv="refresh" content="${SECONDS_WITHOUT_SCRIPT}${
    renewedFrom && `; url=${renewedFrom}`
  }"></noscript>
<title>${isAlarming ? '! ' : ''}${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/page.css">
<script type="module" src="/assets/page.mjs"></script>
</head>
<body data-refresh="${REFRESH_SECONDS}">
<a class="skip" href="#main">To the content</a>
<header class="top"><div class="bar">
<p class="brand"><a href="/">Mamori</a> <span class="quiet">${version}</span></p>
<nav aria-label="Pages"><ul>
<li><a href="/">Status</a></li>
<li><a href="/exams">Exams</a></li>
</ul></nav>
${
  viewer.name === undefined
    ? undefined
    : html`<p class="quiet who">${viewer.maySignOut ? html`<a href="/sessions">${viewer.name}</a>` : viewer.name}</p>`
}
${
  viewer.maySignOut
    ? html`<form method="post" action="/sign-out"><button type="submit" class="small">Sign out</button></form>`
    : undefined
}
</div></header>
<p id="lost" class="banner bad" role="alert" hidden></p>
<p id="announcement" class="unseen" role="status"></p>
<p id="outcome" class="unseen" role="status"></p>
<main id="main" tabindex="-1">
${body}
</main>
<footer class="quiet">
<p id="as-of" data-live>As of ${time(now)}. Renews itself.</p>
<p>AI results are ${NOT_FOR_PRIMARY_DIAGNOSIS}. <a href="/api/v1/openapi.json">API</a> ·
<a href="/health">Health</a> · <a href="/metrics">Metrics</a></p>
</footer>
</body>
</html>
`;
  return page.text;
}

export interface Order {
  /** Unique on the page: focus comes back to it when its part is replaced. */
  id: string;
  words: string;
  /** For who hears the button without what stands around it. */
  about?: string | undefined;
  address: string;
  body?: object | undefined;
  /** A question to be answered first. */
  ask?: string | undefined;
  look?: 'strong' | undefined;
  /** Why it cannot be given now: the button stays, and says so. */
  hindered?: string | undefined;
}

/** A button that gives an order; nothing for who may not. */
export function orderButton(viewer: Viewer, order: Order): Html {
  const { id, words, about, address, body, ask, look, hindered } = order;
  if (!viewer.mayAct) return html``;
  // Not `disabled`: who goes by the keyboard has to come to it to hear why.
  if (hindered !== undefined)
    return html`<button type="button" id="${id}" class="hindered ${look}" aria-disabled="true"
aria-describedby="${id}-why">${words}${about && html`<span class="unseen"> ${about}</span>`}</button>
<span class="quiet" id="${id}-why">${hindered}</span>`;
  return html`<button type="button" id="${id}" class="order ${look}" data-order="${address}"
data-body="${JSON.stringify(body ?? {})}"${ask && html` data-ask="${ask}"`}>${words}${
    about && html`<span class="unseen"> ${about}</span>`
  }</button>`;
}
