import { type Html, html } from '../../html.js';

/** A page that needs no script and knows nothing of the service. */
export function barePage(title: string, body: Html, head?: Html): string {
  return `<!doctype html>\n${
    html`<html lang="en"><head><meta charset="utf-8"><title>${title} - Mamori</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${head}<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/page.css"></head>
<body><main>
<header><h1>Mamori</h1></header>
${body}
</main></body></html>`.text
  }\n`;
}
