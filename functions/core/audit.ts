import { RequestError } from '../../protocol/errors.ts';
import { id, userId } from '../../protocol/ids.ts';
import type { AuditAction, AuditActor } from '../../protocol/objects.ts';
import type { Uses } from './ports.ts';

type Audits = Uses<'audit' | 'reportFailure' | 'now' | 'newId'>;

/** Ids of what something was done to, and words of the contract; never what a person wrote. */
export type About = Readonly<Record<string, string>>;

/** The ids among what a request names, for the log; what cannot be one says nothing of anyone. */
export const idsIn = (named: object = {}): About => {
  const given = named as Readonly<Record<string, unknown>>; // whatever it holds is looked at before it is used
  return Object.fromEntries(
    Object.entries(idSchemas).flatMap(([name, schema]) => {
      const parsed = schema.safeParse(given[name]);
      return parsed.success ? [[name, parsed.data]] : [];
    }),
  );
};

const idSchemas = { callerId: id, broadcastId: id, userId } as const;

/** What is known of an act before it is done. */
export interface Deed {
  readonly clinicId: string;
  readonly actor: AuditActor;
  readonly action: AuditAction;
  readonly about: About;
}

/** Writes one entry. @throws where the log is out of reach: then nothing may be changed or shown */
export const record = async (ports: Audits, { clinicId, actor, action, about }: Deed, outcome: string): Promise<void> =>
  ports.audit.append(clinicId, 'doors', [{ entryId: ports.newId(), at: ports.now(), actor, action, outcome, about }]);

/**
 * Does what changes something between two entries: `started`, without which nothing is done, and what came of it. Where the second cannot be
 * written the change is answered as it is; the first alone then says that somebody must look.
 * @param act may `note` what only becomes known while it is done
 */
export const recordChange = async <Result>(
  ports: Audits,
  deed: Deed,
  act: (note: (about: About) => void) => Promise<Result>,
): Promise<Result> => {
  await record(ports, deed, 'started');
  let { about } = deed;
  const close = async (outcome: string) => {
    try {
      await record(ports, { ...deed, about }, outcome);
    } catch (error) {
      ports.reportFailure('audit', error, { clinicId: deed.clinicId });
    }
  };
  try {
    const result = await act((more) => {
      about = { ...about, ...more };
    });
    await close('done');
    return result;
  } catch (error) {
    await close(error instanceof RequestError ? error.code : 'internal');
    throw error;
  }
};

/** Does what shows something, and lets the answer go only when it is recorded who saw it. What is refused was not seen. */
export const recordRead = async <Result>(ports: Audits, deed: Deed, act: () => Promise<Result>): Promise<Result> => {
  const result = await act();
  await record(ports, deed, 'done');
  return result;
};
