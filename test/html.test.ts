import { expect } from 'chai';
import { Html, html } from '../src/html.js';

describe('html', () => {
  it('escapes what is put in, in text and in attributes, whatever it is wrapped in', () => {
    const hostile = `"><script>alert('&')</script>`;
    for (const value of [hostile, [hostile], html`${hostile}`]) {
      const { text } = html`<p title="${value}">${value}</p>`;
      expect(text).to.match(/^<p title="[^<>"']*">[^<>"']*<\/p>$/);
    }
  });

  it('takes pieces of its own as they are, and nothing for nothing', () => {
    expect(html`<ul>${[1, 2].map((n) => html`<li>${n}</li>`)}${undefined}</ul>`.text).to.equal(
      '<ul><li>1</li><li>2</li></ul>',
    );
    expect(html`${new Html('<br>')}`.text).to.equal('<br>');
  });
});
