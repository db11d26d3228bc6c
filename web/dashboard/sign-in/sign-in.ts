import { UserManager, WebStorageStateStore } from 'oidc-client-ts';
import { WaitingAreaError } from '../../../client/index.ts';
import type { WebConfig } from '../../shared/config.ts';

/** How the page began: signed in, not yet, or sent back by the issuer with a refusal. */
export type Beginning = 'signed-in' | 'signed-out' | 'redirecting' | 'refused';

/** Staff sign in at the clinic's OIDC issuer: code flow with PKCE, tokens in this tab's session storage only. */
export class SignIn {
  readonly #manager: UserManager;

  constructor(config: WebConfig, page: Location) {
    const home = `${page.origin}/dashboard/`;
    const store = new WebStorageStateStore({ store: sessionStorage });
    this.#manager = new UserManager({
      authority: config.issuer,
      client_id: config.clientId,
      redirect_uri: home,
      post_logout_redirect_uri: home,
      scope: 'openid',
      userStore: store,
      stateStore: store,
      // Renewed on demand by `token`: a hidden frame would need the policy to allow frames.
      automaticSilentRenew: false,
      monitorSession: false,
    });
  }

  /** Takes in what the issuer sent with the address, or who is signed in in this tab already. `?login_hint=` signs in at once. */
  async begin(page: Location): Promise<Beginning> {
    const query = new URLSearchParams(page.search);
    if (query.has('state') && (query.has('code') || query.has('error'))) {
      history.replaceState(null, '', page.pathname + page.hash);
      try {
        await this.#manager.signinCallback(`${page.origin}${page.pathname}?${query}`);
        return 'signed-in';
      } catch {
        // Refused at the issuer, or an address that was opened a second time.
        return (await this.#isSignedIn()) ? 'signed-in' : 'refused';
      }
    }
    const hint = query.get('login_hint');
    if (page.search) history.replaceState(null, '', page.pathname + page.hash);
    if (hint) {
      await this.start(hint);
      return 'redirecting';
    }
    return (await this.#isSignedIn()) ? 'signed-in' : 'signed-out';
  }

  /** Goes to the issuer. @throws where the issuer cannot be reached */
  start(loginHint?: string): Promise<void> {
    // The library makes the state and the verifier by itself, and compares the nonce where it is given one.
    return this.#manager.signinRedirect({ nonce: crypto.randomUUID(), ...(loginHint !== undefined && { login_hint: loginHint }) });
  }

  /** The access token, renewed where the issuer allows it. @throws WaitingAreaError `unauthenticated` when the session is over */
  async token(): Promise<string> {
    const user = await this.#manager.getUser();
    if (user && !user.expired) return user.access_token;
    const renewed = user?.refresh_token ? await this.#manager.signinSilent().catch(() => null) : null;
    if (!renewed) throw new WaitingAreaError('unauthenticated', 'The session at the issuer is over');
    return renewed.access_token;
  }

  async userId(): Promise<string> {
    return (await this.#manager.getUser())?.profile.sub ?? '';
  }

  /** Hears of it when the session is over and could not be renewed. The answer ends it. */
  onExpired(listener: () => void): () => void {
    return this.#manager.events.addAccessTokenExpired(() => void this.token().catch(listener));
  }

  /** Forgets the tokens, and tells the issuer where it can be told. */
  async end(): Promise<void> {
    const metadata = await this.#manager.metadataService.getMetadata().catch(() => undefined);
    if (metadata?.end_session_endpoint) return this.#manager.signoutRedirect();
    await this.#manager.removeUser();
    location.assign('/dashboard/');
  }

  async #isSignedIn(): Promise<boolean> {
    return this.token().then(
      () => true,
      () => false,
    );
  }
}
