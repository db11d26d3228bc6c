import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createControl } from './control.ts';
import { createTables } from './data/create-tables.ts';
import { type Engine, startEngine } from './data/engine.ts';
import { createEngineGate } from './data/engine-gate.ts';
import { pollStreams } from './data/poll-streams.ts';
import { sweepExpired } from './data/sweep-expired.ts';
import { type Deployment, type LambdaFunction, readDeployment, type Throttles } from './deployment.ts';
import type { Endpoints } from './endpoints.ts';
import { LocalStackError, messageOf } from './errors.ts';
import { type AccessLog, openAccessLog } from './gateway/access-log.ts';
import { createHttpGateway } from './gateway/http-gateway.ts';
import { type Admission, createAdmission } from './gateway/throttling.ts';
import { createWebSocketGateway, type WebSocketGateway } from './gateway/web-socket-gateway.ts';
import { host, type LocalServer, listen } from './http-server.ts';
import { createGuard, type Guard } from './iam/guard.ts';
import type { Credentials } from './iam/signature.ts';
import { noFaults } from './injected-faults.ts';
import { createIssuer } from './issuer.ts';
import { createAsynchronousInvocations } from './lambda/asynchronous-invocations.ts';
import { createFunctionPool, type FunctionPool } from './lambda/function-pool.ts';
import { createInvokeApi } from './lambda/invoke-api.ts';
import { createQueues } from './lambda/queues.ts';
import { startSchedules } from './schedules.ts';
import { type AppSource, placeholders, synthesize } from './synthesize.ts';
import { apiHost, local, readTemplate } from './template.ts';
import { type BuiltPages, createPages, type LocalPage } from './web/serve-pages.ts';
import type { DemoUser } from './web/sign-in-page.ts';

export interface StackOptions {
  readonly app: AppSource;
  /** The first of six ports that follow one another (web, HTTP, WebSocket, issuer, DynamoDB, control); 0: any free ones. */
  readonly port: number;
  /** A folder that outlives the stack, or `memory`: a folder of its own that goes with it. */
  readonly data: string;
  /** The stack's own environment. Every `WAITING_AREA_*` in it is passed on to the functions. */
  readonly environment: NodeJS.ProcessEnv;
  /** Fills the tables before anything is served. */
  readonly seed?: (deployment: Deployment, dynamodb: string) => Promise<void>;
  /** Builds the pages, where the app has some. */
  readonly buildPages?: () => Promise<BuiltPages>;
  /** Pages of the local stack alone, such as the one at `/`. */
  readonly localPages?: (endpoints: Endpoints) => ReadonlyMap<string, LocalPage>;
  /** Whom the issuer's page offers. */
  readonly users?: readonly DemoUser[];
}

export interface Stack {
  readonly endpoints: Endpoints;
  close(): Promise<void>;
}

/** Starts everything that the template deploys, and what it needs around it. @throws LocalStackError with what to do about it. */
export const startStack = async (options: StackOptions): Promise<Stack> => {
  const closers: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { endpoints: await start(options, (closer) => closers.push(closer)), close };
  } catch (error) {
    await close();
    throw error;
  }
};

type OnClose = (closer: () => Promise<void> | void) => void;

const start = async (options: StackOptions, onClose: OnClose): Promise<Endpoints> => {
  const { app, port, data, environment, seed } = options;
  const directory = prepareDirectory(data, onClose);
  const servers = await listenAll(port, onClose);
  const [assembly, engine, built] = await Promise.all([
    synthesize(app),
    startEngineFor(directory, port, environment, onClose),
    options.buildPages?.(),
  ]);
  const template = await readTemplate(assembly);
  const deployment = readDeployment(template);
  const endpoints = endpointsOf(servers, deployment, engine.client.endpoint);

  const logDirectory = join(directory, 'log');
  mkdirSync(logDirectory, { recursive: true });
  const toLocal = localUrls(endpoints, deployment, servers);
  const guard = createGuard({
    functions: [...deployment.functions.values()],
    streamMappings: deployment.streamMappings,
    runs: (functionArn, environmentId) => pools.get(functionArn)?.runs(environmentId) === true,
    report: console.error,
  });
  const pools: ReadonlyMap<string, FunctionPool> = new Map(
    [...deployment.functions.values()].map((lambda): [string, FunctionPool] => [
      lambda.arn,
      createFunctionPool({
        lambda,
        environment: environmentOf(lambda, guard.credentialsOf(lambda.arn), endpoints, environment, toLocal),
        logFile: join(logDirectory, `${lambda.displayName}.log`),
      }),
    ]),
  );
  onClose(async () => void (await Promise.all([...pools.values()].map((pool) => pool.close()))));
  servers.issuer.serve(asHandler(await createIssuer({ url: endpoints.issuer, directory, users: options.users ?? [] })));
  await createTables(engine.client, deployment.tables);
  await Promise.all([seed?.(deployment, endpoints.dynamodb), ...[...pools.values()].map(warm)]);

  const stopping = new AbortController();
  const queues = createQueues(deployment.queues);
  const faults = noFaults();
  const asynchronous = createAsynchronousInvocations({
    directory: join(directory, 'asynchronous'),
    pools,
    queues,
    faults,
    retryDelayMs: millisecondsOf(environment, 'WAITING_AREA_ASYNC_RETRY_DELAY_MS', 200),
  });
  onClose(asynchronous.close);
  const socketLog = openAccessLog(deployment.webSocketApi?.accessLogFormat, join(logDirectory, 'access-web-socket.log'));
  const gateway = serveWebSocket(deployment, pools, guard, servers.webSocket, environment, socketLog);
  if (gateway !== undefined) onClose(gateway.close);
  if (deployment.httpApi !== undefined) {
    const { cors } = deployment.httpApi;
    const api = {
      ...deployment.httpApi,
      cors: cors === undefined ? undefined : { ...cors, allowOrigins: cors.allowOrigins.map(toLocal) },
      routes: deployment.httpApi.routes.map((route) =>
        route.authorizer === undefined
          ? route
          : { ...route, authorizer: { ...route.authorizer, issuer: toLocal(route.authorizer.issuer) } },
      ),
    };
    const accessLog = openAccessLog(api.accessLogFormat, join(logDirectory, 'access-http.log'));
    servers.http.serve(createHttpGateway({ api, pools, admits: admissionOf(api.throttles, environment), accessLog }));
  }
  const schedules = startSchedules(deployment.schedules, pools, asynchronous);
  onClose(schedules.close);
  const gate = createEngineGate({ engine: engine.client.endpoint, pools, faults, guard });
  onClose(gate.close);
  servers.control.serve(
    createControl({
      gateway,
      queues,
      schedules,
      logDirectory,
      faults,
      functions: [...pools.values()].map(({ lambda }) => lambda.displayName),
      tables: deployment.tables.map(({ name }) => name),
      invoke: createInvokeApi(pools, asynchronous, guard),
      gate,
      guard,
    }),
  );
  if (deployment.pages !== undefined && built !== undefined) {
    if (built.failure !== undefined) console.error(built.failure);
    servers.web.serve(createPages({ hosting: deployment.pages, built, localPages: options.localPages?.(endpoints) ?? new Map(), toLocal }));
  }
  asynchronous.resume();
  const checkpointFile = join(directory, 'stream-checkpoints.json');
  const polling = pollStreams({
    client: engine.client,
    mappings: deployment.streamMappings,
    pools,
    queues,
    faults,
    checkpointFile,
    signal: stopping.signal,
  });
  const sweeping = sweepExpired(engine.client, deployment.tables, stopping.signal);
  for (const running of [polling, sweeping]) running.catch((error: unknown) => console.error(error));
  onClose(() => stopping.abort());
  return endpoints;
};

const prepareDirectory = (data: string, onClose: OnClose): string => {
  try {
    if (data === 'memory') {
      // The engine's database has to be prepared before it starts, which one in memory cannot be.
      const temporary = mkdtempSync(join(tmpdir(), 'waiting-area-'));
      onClose(() => rmSync(temporary, { recursive: true, force: true }));
      return temporary;
    }
    const directory = resolve(data);
    makeFolder(directory);
    // Permissions do not tell enough: a read-only disk refuses root as well.
    const probe = join(directory, '.writable');
    writeFileSync(probe, '');
    rmSync(probe);
    return directory;
  } catch (error) {
    throw new LocalStackError(
      `The data folder ${data} is not writable: ${messageOf(error)}. Choose another: npm start -- --data DIR (or memory).`,
    );
  }
};

/** Not `recursive` at once: Node never comes back where a file system such as /proc makes no folders. */
const makeFolder = (path: string): void => {
  if (!existsSync(dirname(path))) makeFolder(dirname(path));
  if (!existsSync(path)) mkdirSync(path);
};

interface Servers {
  readonly web: LocalServer;
  readonly http: LocalServer;
  readonly webSocket: LocalServer;
  readonly issuer: LocalServer;
  readonly control: LocalServer;
}

const offsets = { web: 0, http: 1, webSocket: 2, issuer: 3, dynamodb: 4, control: 5 } as const;
const portFrom = (base: number, name: keyof typeof offsets): number => (base === 0 ? 0 : base + offsets[name]);

const listenAll = async (port: number, onClose: OnClose): Promise<Servers> => {
  const open = async (name: keyof typeof offsets, said: string): Promise<LocalServer> => {
    const server = await listen(said, portFrom(port, name));
    onClose(server.close);
    return server;
  };
  return {
    web: await open('web', 'web'),
    http: await open('http', 'HTTP API'),
    webSocket: await open('webSocket', 'WebSocket API'),
    issuer: await open('issuer', 'issuer'),
    control: await open('control', 'control'),
  };
};

const startEngineFor = async (directory: string, port: number, environment: NodeJS.ProcessEnv, onClose: OnClose): Promise<Engine> => {
  const engine = await startEngine({ directory, port: portFrom(port, 'dynamodb'), environment });
  onClose(engine.close);
  return engine;
};

const endpointsOf = (servers: Servers, deployment: Deployment, dynamodb: string): Endpoints => {
  const httpStage = deployment.httpApi?.stage ?? '$default';
  return {
    http: `http://${host}:${servers.http.port}${httpStage === '$default' ? '' : `/${httpStage}`}`,
    webSocket: `ws://${host}:${servers.webSocket.port}/${deployment.webSocketApi?.stage ?? ''}`,
    web: `http://${host}:${servers.web.port}`,
    issuer: `http://${host}:${servers.issuer.port}`,
    dynamodb,
    control: `http://${host}:${servers.control.port}`,
  };
};

/** Turns URLs of the deployed APIs, and the names given to the app as context, into those of this machine. */
const localUrls = (endpoints: Endpoints, deployment: Deployment, servers: Servers) => {
  const replacements: [string, string][] = [
    [placeholders.issuer, endpoints.issuer],
    [placeholders.webByName, `http://localhost:${servers.web.port}`],
  ];
  if (deployment.pages !== undefined) replacements.push([`https://${deployment.pages.domainName}`, endpoints.web]);
  if (deployment.webSocketApi !== undefined) {
    const address = apiHost(deployment.webSocketApi.id);
    const here = `${host}:${servers.webSocket.port}`;
    replacements.push([`wss://${address}`, `ws://${here}`], [`https://${address}`, `http://${here}`]);
  }
  if (deployment.httpApi !== undefined) {
    const here = `http://${host}:${servers.http.port}`;
    replacements.push([`https://${apiHost(deployment.httpApi.id)}`, here], [`https://${apiHost('*')}`, here]);
  }
  return (text: string): string => replacements.reduce((replaced, [from, to]) => replaced.replaceAll(from, to), text);
};

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const environmentOf = (
  lambda: LambdaFunction,
  credentials: Credentials,
  endpoints: Endpoints,
  stackEnvironment: NodeJS.ProcessEnv,
  toLocal: (text: string) => string,
): Record<string, string> => {
  const passedOn = Object.entries(stackEnvironment).filter(([name]) => name.startsWith('WAITING_AREA_'));
  const given = Object.entries(lambda.environment).map(([name, value]) => [name, toLocal(value)]);
  return {
    ...Object.fromEntries(passedOn.map(([name, value]) => [name, value ?? ''])),
    ...Object.fromEntries(given),
    ...(stackEnvironment.POWERTOOLS_LOG_LEVEL === undefined ? {} : { POWERTOOLS_LOG_LEVEL: stackEnvironment.POWERTOOLS_LOG_LEVEL }),
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    AWS_REGION: local.region,
    AWS_DEFAULT_REGION: local.region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_LAMBDA_FUNCTION_NAME: lambda.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.control,
    AWS_ENDPOINT_URL_LAMBDA: endpoints.control,
  };
};

const warm = async (pool: FunctionPool): Promise<void> => {
  try {
    await pool.warm();
  } catch (error) {
    throw new LocalStackError(`The function ${pool.lambda.displayName} cannot be loaded: ${messageOf(error)}`);
  }
};

const serveWebSocket = (
  { webSocketApi }: Deployment,
  pools: ReadonlyMap<string, FunctionPool>,
  guard: Guard,
  server: LocalServer,
  environment: NodeJS.ProcessEnv,
  accessLog: AccessLog,
): WebSocketGateway | undefined => {
  if (webSocketApi === undefined) return undefined;
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
  const gateway = createWebSocketGateway({
    api: webSocketApi,
    pools,
    guard,
    admits: admissionOf(webSocketApi.throttles, environment),
    accessLog,
    idleTimeoutMs: millisecondsOf(environment, 'WAITING_AREA_IDLE_TIMEOUT_MS', 10 * 60_000),
    connectionLifeMs: millisecondsOf(environment, 'WAITING_AREA_CONNECTION_LIFE_MS', 2 * 60 * 60_000),
  });
  server.server.on('upgrade', gateway.upgrade);
  server.serve(gateway.serve);
  return gateway;
};

/** Crowds that a test brings to one machine at once are no load that a stage would see: they turn throttles off. */
const admissionOf = (throttles: Throttles, { WAITING_AREA_THROTTLES: given }: NodeJS.ProcessEnv): Admission => {
  if (given !== undefined && given !== 'off') throw new LocalStackError(`WAITING_AREA_THROTTLES is off or not given, not "${given}".`);
  return given === 'off' ? () => true : createAdmission(throttles, Date.now);
};

const millisecondsOf = (environment: NodeJS.ProcessEnv, name: string, otherwise: number): number => {
  const given = environment[name];
  if (given === undefined) return otherwise;
  const milliseconds = Number(given);
  if (!Number.isSafeInteger(milliseconds) || milliseconds < 1)
    throw new LocalStackError(`${name} is a number of milliseconds, not "${given}".`);
  return milliseconds;
};

const asHandler =
  (listener: Awaited<ReturnType<typeof createIssuer>>) =>
  async (...[request, response]: Parameters<typeof listener>): Promise<void> => {
    await listener(request, response);
  };
