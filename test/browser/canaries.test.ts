import { expect, it } from '@jest/globals';
import { isSearchLeftOut, runFolder, secretsOf } from '../canaries/run-folder.ts';
import { eventually } from '../integration/scenario/eventually.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

it('the search for secrets knows what browsers send and are sent, in requests and on sockets', async () => {
  const scene = await Scene.open({ guestMessages: true });
  const ada = await scene.aStaffWindow();
  const caller = await scene.aCallerPhone('Ophelia Canary', { phone: '+61400111222' });
  await caller.say('a canary from the phone');
  await ada.sees('Ophelia Canary');
  // With a stack that was given (`WAITING_AREA_ENDPOINTS`) nothing is searched: what is left is that the people above met.
  if (isSearchLeftOut()) return;
  const folder = runFolder();
  if (folder === undefined) throw new Error('this run started its own stack and searches nothing: start-local-stack.ts opens no folder');
  await eventually(() => {
    const secrets = secretsOf(folder);
    const known = new Set(secrets.map(({ value }) => value));
    for (const secret of ['Ophelia Canary', '+61400111222', 'a canary from the phone']) expect(known).toContain(secret);
    expect(secrets.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['callerToken', 'ticket', 'access_token']));
  });
});
