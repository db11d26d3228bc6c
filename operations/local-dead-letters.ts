import { owner } from '../local/iam/guard.ts';
import { signingHeaders } from '../local/iam/signature.ts';
import { arrayOf, objectOf } from '../local/json.ts';
import type { DeadLetter, DeadLetterOffice } from './redrive-dead-letters.ts';

/** The dead letters of a local stack, by its control endpoint. @param control its URL @throws when the stack does not answer as it should */
export const createLocalDeadLetters = (control: string): DeadLetterOffice => {
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> => {
    const response = await fetch(control + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    async *letters(): AsyncGenerator<DeadLetter> {
      const { queues } = objectOf(await (await send('GET', '/queues')).json());
      for (const [queue, messages] of Object.entries(objectOf(queues)))
        for (const { messageId, body } of arrayOf(messages).map(objectOf)) yield { queue, id: String(messageId), body };
    },
    invoke: async (functionArn, event) => {
      const url = `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`;
      const request = { method: 'POST', url, headers: { host: new URL(control).host }, body: JSON.stringify(event) };
      await send('POST', url, event, { 'x-amz-invocation-type': 'Event', ...signingHeaders(owner, 'lambda', request, Date.now()) });
    },
    remove: async ({ queue, id }) => {
      await send('DELETE', `/queues/${encodeURIComponent(queue)}/${encodeURIComponent(id)}`);
    },
  };
};
