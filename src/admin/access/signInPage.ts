import { html } from '../../html.js';
import { barePage } from './barePage.js';

export interface SignInPage {
  /** Where to go afterwards. */
  to: string;
  withPassword: boolean;
  withProvider: boolean;
  /** What went wrong. */
  problem?: string | undefined;
}

/** The page that asks who one is. Works without scripts. */
export function signInPage({ to, withPassword, withProvider, problem }: SignInPage): string {
  const form = html`
<form method="post" action="/sign-in">
<input type="hidden" name="to" value="${to}">
<p><label for="name">User</label><br>
<input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus></p>
<p><label for="password">Password</label><br>
<input id="password" name="password" type="password" autocomplete="current-password" required></p>
<p><button type="submit">Sign in</button></p>
</form>`;
  const provider = html`
<p><a href="/sign-in/oidc?to=${encodeURIComponent(to)}">Sign in with the hospital's account</a></p>`;
  return barePage(
    'Sign in',
    html`${problem === undefined ? [] : [html`<p class="banner bad" role="alert">${problem}</p>`]}
${withPassword ? [form] : []}
${withProvider ? [provider] : []}`,
  );
}

/**
 * Says that the session here is over, and goes on to end it at the OpenID provider. By itself, not by a redirect:
 * browsers let no form lead to another site where `form-action` names our own alone.
 */
export function signedOutPage(elsewhere: string): string {
  const body = html`<p class="banner good" role="status">You are signed out of Mamori.</p>
<p><a href="${elsewhere}">Sign out of the hospital's account too</a></p>`;
  return barePage('Signed out', body, html`<meta http-equiv="refresh" content="1; url=${elsewhere}">`);
}
