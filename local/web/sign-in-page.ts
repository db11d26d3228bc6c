import type { ServerResponse } from 'node:http';
import { documentOf, escapeHtml, readStyle, stylePath } from './html.ts';

/** Someone whom the local stack knows from the start. */
export interface DemoUser {
  /** The `sub` of the tokens. */
  readonly userId: string;
  readonly name: string;
  /** What this user is and may do. */
  readonly role: string;
}

export interface SignInPage {
  /** Answers what belongs to the page; false: nothing of it is at that path. */
  serve(path: string, response: ServerResponse): boolean;
  /** Asks who signs in; the answer is the same authorization request with a `login_hint`. */
  ask(response: ServerResponse, parameters: URLSearchParams): void;
}

const headers = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // Browsers hold the redirect after a form to its `form-action`, so the dashboard's origin is in it.
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self' http://127.0.0.1:* http://localhost:*; frame-ancestors 'none'; base-uri 'none'",
};

export const createSignInPage = (users: readonly DemoUser[]): SignInPage => {
  const style = readStyle();
  return {
    serve(path, response) {
      if (path !== stylePath) return false;
      response.writeHead(200, { ...headers, 'content-type': style.contentType }).end(style.content);
      return true;
    },
    ask(response, parameters) {
      response.writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8' }).end(pageOf(users, parameters));
    },
  };
};

const pageOf = (users: readonly DemoUser[], parameters: URLSearchParams): string => {
  const request = [...parameters]
    .filter(([name]) => name !== 'login_hint' && name !== 'prompt')
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('\n');
  const choices = users
    .map(
      ({ userId, name, role }) => `<li><button class="choice" name="login_hint" value="${escapeHtml(userId)}">
<strong>${escapeHtml(name)}</strong><span>${escapeHtml(role)}</span><code>${escapeHtml(userId)}</code>
</button></li>`,
    )
    .join('\n');
  return documentOf(
    'Sign in · Waiting Area',
    `<section class="card narrow">
<p class="product">Waiting Area</p>
<h1>Who signs in?</h1>
<p class="quiet">This is the local stand-in for your identity provider. It asks for no password.</p>
<form action="/authorize" method="get">
${request}
<ul class="choices">
${choices}
</ul>
</form>
<form class="other" action="/authorize" method="get">
${request}
<label for="other">Someone else</label>
<div class="row"><input id="other" name="login_hint" required maxlength="128" pattern="[A-Za-z0-9_.@+\\|:\\-]+" autocomplete="username" autocapitalize="none" spellcheck="false" aria-describedby="other-hint"><button>Sign in</button></div>
<p class="quiet" id="other-hint">The user id of a member, such as maria@clinic.example.</p>
</form>
</section>`,
  );
};
