import type { Endpoints } from '../endpoints.ts';
import { documentOf, escapeHtml, readStyle, stylePath } from './html.ts';
import type { LocalPage } from './serve-pages.ts';
import type { DemoUser } from './sign-in-page.ts';

type Staff = Pick<DemoUser, 'userId' | 'name'>;

export interface StartPageOptions {
  readonly endpoints: Endpoints;
  /** Signed in as whom the dashboard opens. */
  readonly administrator: Staff;
  /** Who answers messages, at a second dashboard. */
  readonly clerk: Staff;
  readonly clinic: { readonly clinicId: string; readonly name: string };
}

/** The page at `/` of the local stack: what it is, both sides of a conversation, and what next. Keys are paths. */
export const createStartPage = (options: StartPageOptions): ReadonlyMap<string, LocalPage> =>
  new Map([
    ['/', { contentType: 'text/html; charset=utf-8', content: pageOf(options) }],
    [stylePath, readStyle()],
  ]);

const pageOf = ({ endpoints, administrator, clerk, clinic }: StartPageOptions): string => {
  const dashboardOf = ({ userId }: Staff): string => escapeHtml(`/dashboard/?${new URLSearchParams({ login_hint: userId })}`);
  const addresses = (
    [
      ['HTTP API', endpoints.http],
      ['WebSocket API', endpoints.webSocket],
      ['Sign-in (OIDC issuer)', endpoints.issuer],
      ['DynamoDB', endpoints.dynamodb],
      ['Control, for tests', endpoints.control],
    ] as const
  ).map(([name, url]) => `<div><dt>${name}</dt><dd><code>${escapeHtml(url)}</code></dd></div>`);
  return documentOf(
    'Waiting Area · local',
    `<header>
<p class="product">Waiting Area</p>
<h1>Talk to the people in your virtual waiting area</h1>
<p class="lead">It runs on this machine, with a demo clinic. Open both sides, put the two windows next to each other, and let them talk.</p>
</header>
<div class="sides">
<a class="card side" href="${dashboardOf(administrator)}" target="_blank" rel="noopener">
${boardPicture}
<strong>Open the dashboard</strong>
<span>As the clinic’s staff (${escapeHtml(administrator.name)}): see who waits, notify one caller or everyone on the list, answer.</span>
</a>
<a class="card side" href="/${escapeHtml(clinic.clinicId)}" target="_blank" rel="noopener">
${phonePicture}
<strong>Open the waiting page</strong>
<span>As a caller of ${escapeHtml(clinic.name)}, perhaps on a phone: check in, wait, hear and read what the clinic writes.</span>
</a>
</div>
<section class="card">
<h2>Try this</h2>
<ol class="steps">
<li>Check in on the waiting page. You appear on the dashboard at once.</li>
<li>On the dashboard, open the three dots of that row, choose <em>Notify</em>, and write. The waiting page shows it with a sound, and the dots get a blue badge.</li>
<li>In the dashboard’s settings, turn on <em>guest messages</em>: the waiting page gets a box to write back. Do, and the badge turns orange.</li>
<li>Open a second dashboard <a href="${dashboardOf(clerk)}" target="_blank" rel="noopener">as ${escapeHtml(clerk.name)}</a>, whose duty it is to answer: it is alerted when a caller writes.</li>
<li>For company, type <code>npm run demo</code> in another terminal: it plays a morning in the clinic.</li>
</ol>
</section>
<section class="card">
<h2>Addresses</h2>
<dl class="addresses">
${addresses.join('\n')}
</dl>
<p class="quiet">A token for the APIs, as <code>${escapeHtml(clerk.userId)}</code>:</p>
<pre tabindex="0"><code>curl -s ${escapeHtml(endpoints.issuer)}/token -d grant_type=password -d username=${escapeHtml(clerk.userId)} -d password=x</code></pre>
<p class="quiet">The whole interface is in <code>docs/api.md</code>, a client to build on in <code>client/</code>, and how to deploy in <code>docs/deploy.md</code>.</p>
</section>`,
  );
};

/** Rows of people with a status each; the first has a badge at its three dots. */
const boardPicture = `<svg class="picture" viewBox="0 0 320 180" aria-hidden="true">
<rect class="frame" x="20" y="16" width="280" height="148" rx="10"/>
<path class="line" d="M20 44h280"/>
<rect class="ink quiet-ink" x="34" y="27" width="64" height="7" rx="3.5"/>
<rect class="accent" x="240" y="24" width="46" height="13" rx="6.5"/>
${[
  ['waiting', 62],
  ['waiting', 92],
  ['being-seen', 122],
  ['on-hold', 148],
]
  .map(
    ([status, y]) =>
      `<circle class="${status}" cx="42" cy="${y}" r="6"/><rect class="ink" x="58" y="${Number(y) - 4}" width="72" height="8" rx="4"/><rect class="ink quiet-ink" x="144" y="${Number(y) - 3}" width="96" height="6" rx="3"/><g class="ink"><circle cx="270" cy="${y}" r="2"/><circle cx="277" cy="${y}" r="2"/><circle cx="284" cy="${y}" r="2"/></g>`,
  )
  .join('')}
<circle class="badge" cx="288" cy="53" r="7"/>
</svg>`;

/** A phone with a message of the clinic and an answer. */
const phonePicture = `<svg class="picture" viewBox="0 0 320 180" aria-hidden="true">
<rect class="frame" x="112" y="10" width="96" height="160" rx="14"/>
<path class="ink quiet-ink" d="M148 20h24" stroke-width="3" stroke-linecap="round"/>
<circle class="waiting" cx="128" cy="40" r="5"/>
<rect class="ink" x="139" y="36" width="44" height="8" rx="4"/>
<rect class="bubble" x="122" y="58" width="66" height="30" rx="8"/>
<rect class="bubble-ink" x="130" y="67" width="48" height="4" rx="2"/>
<rect class="bubble-ink" x="130" y="76" width="32" height="4" rx="2"/>
<rect class="answer" x="146" y="96" width="52" height="20" rx="8"/>
<rect class="bubble-ink" x="154" y="104" width="36" height="4" rx="2"/>
<rect class="box" x="122" y="142" width="60" height="16" rx="8"/>
<circle class="accent" cx="192" cy="150" r="8"/>
<path class="sound" d="M226 58q10 14 0 28M236 50q17 22 0 44"/>
</svg>`;
