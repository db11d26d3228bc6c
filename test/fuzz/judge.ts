import { errorCatalogue } from '../../protocol/errors.ts';
import { limits } from '../../protocol/limits.ts';

/** What an answer came to: `ok` or an error's code. It is good where nothing is complained of. */
export interface Judgement {
  readonly outcome: string;
  readonly complaints: readonly string[];
}

/** No answer to anything that a stranger sends has one of these: nothing may break, and nothing is out of reach here. */
const neverAnswered = new Set(['internal', 'unavailable']);

/** Traces of the inside: places in code, modules, errors of the SDK and the engine. */
const inside =
  /\bat [\w.<>$ ]+ \(|\.[cm]?[jt]s:\d+|node_modules|file:\/\/|node:internal|\/(?:var|opt|home|root|tmp|usr)\/|"stack"|\w+Exception\b|\b(?:Type|Range|Reference|Syntax|URI)Error\b|Internal [Ss]erver [Ee]rror|CallersTable|ClinicsTable|tokenHash|arn:aws/;

/** What an answer shows of the inside, unless the sender wrote it. */
export const leakIn = (answer: string, sent: string): string | undefined => {
  const [leak] = inside.exec(answer) ?? [];
  return leak !== undefined && !sent.includes(leak) && !sent.includes(JSON.stringify(leak).slice(1, -1)) ? leak : undefined;
};

const parsed = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    // An object is one by this test.
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};

const common = (answer: string, sent: string, mostBytes: number): string[] => {
  const leak = leakIn(answer, sent);
  const bytes = Buffer.byteLength(answer);
  return [
    ...(leak === undefined ? [] : [`the answer shows the inside: ${leak}`]),
    ...(bytes > mostBytes ? [`the answer takes ${bytes} bytes; the most is ${mostBytes}`] : []),
  ];
};

const codeComplaints = (code: unknown): string[] => {
  if (typeof code !== 'string' || !Object.hasOwn(errorCatalogue, code)) return [`no code of the catalogue: ${String(code)}`];
  return neverAnswered.has(code) ? [`answered ${code}`] : [];
};

/** @param text what the route's response sends back; undefined: nothing */
export const judgeFrame = (text: string | undefined, sent: string): Judgement => {
  if (text === undefined) return { outcome: 'nothing', complaints: [] };
  const frame = parsed(text);
  const complaints = common(text, sent, limits.frameBytes);
  if (frame?.type === 'ok') return { outcome: 'ok', complaints };
  if (frame?.type !== 'error') return { outcome: 'none of ours', complaints: [...complaints, `no frame of ours: ${text.slice(0, 200)}`] };
  // An error frame's `error` is looked into, not trusted.
  const { code, message } = (frame.error ?? {}) as { code?: unknown; message?: unknown };
  const hasSentence = typeof message === 'string' && message !== '';
  return {
    outcome: String(code),
    complaints: [...complaints, ...codeComplaints(code), ...(hasSentence ? [] : ['an error without a sentence'])],
  };
};

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: string | undefined;
}

/** An answer of the HTTP functions. A whole board or conversation may be as large as Lambda lets it. */
export const judgeHttp = ({ statusCode, headers = {}, body = '' }: HttpAnswer, sent: string): Judgement => {
  const mostBytes = statusCode < 300 ? 2.5 * 1024 * 1024 : limits.frameBytes;
  const split = Object.entries(headers).filter(([name, value]) => /[^\x20-\x7e]/.test(`${name}${String(value)}`));
  const complaints = [
    ...common(body, sent, mostBytes),
    ...split.map(([name]) => `the header ${JSON.stringify(name)} is not one line of ASCII`),
  ];
  if (statusCode >= 200 && statusCode < 300) {
    const isJson = statusCode === 204 ? body === '' : parsed(body) !== undefined;
    return { outcome: 'ok', complaints: [...complaints, ...(isJson ? [] : ['a success without JSON'])] };
  }
  const problem = parsed(body) ?? {};
  const { code, status, detail } = problem;
  const entry =
    typeof code === 'string' && Object.hasOwn(errorCatalogue, code) ? errorCatalogue[code as keyof typeof errorCatalogue] : undefined;
  return {
    outcome: String(code),
    complaints: [
      ...complaints,
      ...codeComplaints(code),
      ...(entry?.status === statusCode && status === statusCode ? [] : [`the status ${statusCode} is not that of ${String(code)}`]),
      ...(typeof detail === 'string' && detail !== '' ? [] : ['a problem without a sentence']),
    ],
  };
};
