import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

describe('A page of another origin', () => {
  let server: Server;
  let foreignUrl: string;
  beforeEach(async () => {
    server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>Foreign</title>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server that listens on TCP has such an address.
    foreignUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** A window of the foreign page; what Chromium reports there of its refusals is what is wanted, so no scene watches it. */
  const aForeignPage = async (scene: Scene) => {
    const { context } = await scene.aVisitorOfTheDashboard();
    const page = await context.newPage();
    await page.goto(foreignUrl);
    return page;
  };

  it('cannot frame any of ours', async () => {
    const scene = await Scene.open();
    const page = await aForeignPage(scene);
    const { web, issuer } = scene.clinic.endpoints;
    const ours = [
      `${web}/`,
      scene.dashboardUrl,
      scene.waitingUrl,
      `${issuer}/authorize?${new URLSearchParams({ redirect_uri: scene.dashboardUrl })}`,
    ];
    for (const url of ours) {
      const framed = page.waitForEvent('framenavigated', (frame) => frame.parentFrame() !== null);
      await page.evaluate((source) => {
        const frame = document.createElement('iframe');
        frame.src = source;
        document.body.append(frame);
      }, url);
      expect([url, (await framed).url()]).toEqual([url, 'chrome-error://chromewebdata/']);
    }
  });

  it('cannot read what the API answers, nor send it a request of its own kind', async () => {
    const scene = await Scene.open();
    const page = await aForeignPage(scene);
    const url = `${scene.clinic.endpoints.http}/clinics/${scene.clinic.clinicId}`;
    const attempt = (method: string, headers: Record<string, string> = {}) =>
      page.evaluate(
        ([address, options]) =>
          fetch(address, options).then(
            () => 'read',
            () => 'refused',
          ),
        [url, { method, headers }] as const,
      );
    expect(await attempt('GET')).toBe('refused');
    expect(await attempt('PATCH', { 'content-type': 'application/json', authorization: 'Bearer x' })).toBe('refused');
  });
});
