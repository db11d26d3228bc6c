import type { Caller, Clinic } from '../protocol/objects.ts';
import { CallerClient } from './caller.ts';
import { type CheckIn, Http, PublicApi, type TokenSource, type Visit } from './http.ts';
import { globalPlatform, type Platform } from './platform.ts';
import { StaffClient } from './staff.ts';

/**
 * One Waiting Area service, for browsers and Node 22 or newer.
 *
 * @example
 * const client = new WaitingAreaClient({ url: 'https://api.example' });
 * const staff = client.staff({ clinicId: 'demo', token: () => accessToken });
 * await staff.open();
 * const caller = client.caller(await client.checkIn('demo', { name: 'Sue Smith' }));
 * caller.on('messages', (messages) => console.log(messages.map(({ text }) => text)));
 * await caller.open();
 */
export class WaitingAreaClient {
  readonly #url: string;
  readonly #platform: Platform;
  readonly #api: PublicApi;

  /** @param options `url` of the HTTP API; `platform` for tests */
  constructor(options: { readonly url: string; readonly platform?: Platform }) {
    this.#url = options.url;
    this.#platform = options.platform ?? globalPlatform;
    this.#api = new PublicApi(new Http(this.#url, this.#platform));
  }

  health(): Promise<{ status: 'ok'; version: string }> {
    return this.#api.health();
  }

  /** What a waiting page may know of a clinic. */
  clinic(clinicId: string): Promise<Clinic> {
    return this.#api.clinic(clinicId);
  }

  /** Puts a person on the clinic's board. Keep the answer: it is the key to their place and conversation. */
  async checkIn(clinicId: string, person: CheckIn): Promise<Visit & { readonly caller: Caller }> {
    return { clinicId, ...(await this.#api.checkIn(clinicId, person)) };
  }

  /** The waiting page's side of a visit; not yet connected. */
  caller(visit: Visit): CallerClient {
    const { clinicId, callerId, callerToken } = visit;
    return new CallerClient({ url: this.#url, platform: this.#platform, clinicId, callerId, callerToken });
  }

  /** A dashboard's side of a clinic; not yet connected. */
  staff(options: { readonly clinicId: string; readonly token: TokenSource }): StaffClient {
    return new StaffClient({ url: this.#url, platform: this.#platform, ...options });
  }
}
