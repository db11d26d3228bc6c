import type { Page } from 'playwright-core';
import { hear, hearAnswer, hearAuthorization } from './hear.ts';

/** Keeps the secrets of everything that a browser's page sends and is sent. */
export const hearPage = (page: Page): void => {
  page.on('request', (request) => {
    const body = request.postData();
    if (body !== null) hear(body);
    const { authorization } = request.headers();
    if (authorization !== undefined) hearAuthorization(authorization);
  });
  page.on('response', (response) => {
    if (!(response.headers()['content-type'] ?? '').includes('json')) return;
    // A page that is closed meanwhile has no body any more.
    response.text().then(
      (body) => hearAnswer(response.status(), body),
      () => {},
    );
  });
  page.on('websocket', (socket) => {
    for (const event of ['framesent', 'framereceived'] as const) socket.on(event as 'framesent', ({ payload }) => hear(String(payload)));
  });
};
