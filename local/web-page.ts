import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Endpoints } from './endpoints.ts';

/** The page at `web`: what runs, and where. */
export const createWebPage = (endpoints: Endpoints) => {
  const rows = Object.entries(endpoints)
    .map(([name, url]) => `<tr><th scope="row">${name}</th><td>${/^http/.test(url) ? `<a href="${url}">${url}</a>` : url}</td></tr>`)
    .join('\n');
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Waiting Area</title>
<style>body { font: 1rem/1.5 system-ui; max-width: 45rem; margin: 2rem auto; padding: 0 1rem } th { text-align: start; padding-inline-end: 1rem }</style>
<h1>Waiting Area</h1>
<p>The local stack is running. The clinic <a href="${endpoints.http}/clinics/demo">demo</a> is ready; <code>npm run demo</code> plays a morning in it.</p>
<table>
${rows}
</table>
</html>
`;
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const found = (request.url ?? '').split('?')[0] === '/';
    response
      .writeHead(found ? 200 : 404, { 'content-type': found ? 'text/html; charset=utf-8' : 'text/plain' })
      .end(found ? page : 'Not found\n');
  };
};
