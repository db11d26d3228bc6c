import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import type { PageHosting } from './page-hosting.ts';

export interface PagesOptions {
  readonly hosting: PageHosting;
  readonly built: BuiltPages;
  /** Pages that the local stack has and no deployment: whole documents and files, by their path. */
  readonly localPages: ReadonlyMap<string, LocalPage>;
  /** Turns addresses of the deployment into those of this machine. */
  readonly toLocal: (text: string) => string;
}

/** Where the built pages lie, and why they could not be built, when they could not. What is there is served: `npm run build:web` may have mended it. */
export interface BuiltPages {
  readonly directory: string;
  readonly failure: string | undefined;
}

export interface LocalPage {
  readonly contentType: string;
  readonly content: string;
}

/** Answers as the distribution of the template does; see `docs/local-vs-aws.md`. */
export const createPages = ({ hosting, built, localPages, toLocal }: PagesOptions) => {
  const config = toLocal(hosting.config);

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    for (const [name, value] of Object.entries(hosting.headers(path))) response.setHeader(name, toLocal(value));
    const answer = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): void => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache', ...headers });
      response.end(request.method === 'HEAD' ? undefined : body);
    };

    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/http-403-permission-denied.html
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(403, 'Pages are read, with GET or HEAD.\n');
    const localPage = localPages.get(path);
    if (localPage !== undefined) return answer(200, localPage.content, { 'content-type': localPage.contentType });
    const routed = hosting.route(path);
    if ('status' in routed) return answer(routed.status, routed.body, routed.headers);
    if (routed.file === '/config.json') return answer(200, config, { 'content-type': 'application/json' });
    const file = await findFile(built.directory, routed.file);
    if (file !== undefined) return sendFile(request, response, file, hosting.cacheControl(routed.file));
    if (routed.file.endsWith('.html') && built.failure !== undefined) return answer(503, `${built.failure}\n`);
    return answer(404, 'There is no such file.\n');
  };
};

interface FoundFile extends Pick<Stats, 'size' | 'mtimeMs'> {
  readonly path: string;
}

const sendFile = (request: IncomingMessage, response: ServerResponse, file: FoundFile, cacheControl: string | undefined): void => {
  const etag = `"${file.size.toString(36)}-${Math.trunc(file.mtimeMs).toString(36)}"`;
  const headers = {
    'content-type': contentTypes[extname(file.path)] ?? 'application/octet-stream',
    etag,
    ...(cacheControl === undefined ? {} : { 'cache-control': cacheControl }),
  };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, 'content-length': file.size });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  createReadStream(file.path)
    .on('error', () => response.destroy())
    .pipe(response);
};

const findFile = async (directory: string, path: string): Promise<FoundFile | undefined> => {
  const file = fileOf(directory, path);
  const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
  return file !== undefined && found?.isFile() === true ? { path: file, size: found.size, mtimeMs: found.mtimeMs } : undefined;
};

/** undefined: a path that leads out of the folder, or to a hidden file; a bucket has neither. */
const fileOf = (directory: string, path: string): string | undefined => {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  const parts = decoded.split('/').slice(1);
  const isPlain = parts.every((part) => part !== '' && !part.startsWith('.') && !/[\\\0]/.test(part));
  const file = join(directory, ...parts);
  return isPlain && file.startsWith(directory + sep) ? file : undefined;
};

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};
