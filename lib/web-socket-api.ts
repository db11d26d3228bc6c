import { Stack } from 'aws-cdk-lib';
import { type CfnStage, WebSocketApi, type WebSocketRoute, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration, WebSocketMockIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { createAccessLog } from './access-log.ts';
import { ApiGatewayLogging } from './api-gateway-logging.ts';
import type { HandlerFunctions } from './handler-functions.ts';

export interface SocketApiProps {
  readonly stage: string;
  readonly functions: HandlerFunctions;
  readonly key: IKey;
  readonly keepsData: boolean;
}

/** Every action of the wire contract has a route, so that each frame is seen, throttled and permitted by its action. */
const actions = {
  'caller-socket': ['resume', 'sendMessage', 'acknowledge', 'leave'],
  'staff-socket': ['subscribe', 'notify', 'broadcast', 'thread', 'markRead', 'setStatus'],
} as const;

/**
 * Half of an account's 10,000 requests a second (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html): the HTTP API
 * and the service's own posts to sockets draw on the same allowance.
 */
const stageThrottle = { throttlingRateLimit: 5000, throttlingBurstLimit: 2500 };

/**
 * A broadcast is the one frame that costs thousands of writes. A handshake is what any stranger may try: an account opens 500 sockets a second
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html), so the throttle
 * takes nothing from clients; with those of the HTTP API's public routes it stays below the account's allowance: see `http-api.ts`.
 */
const routeThrottles = {
  $connect: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 250 },
  broadcast: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 },
};

/** The WebSocket API: a ticket opens a socket, then one route for each action, answered on the same socket by its route response. */
export class SocketApi extends Construct {
  /** For clients: `wss://…/<stage>`. */
  readonly url: string;
  /** For `@connections`: `https://…/<stage>`. */
  readonly connectionsEndpoint: string;
  readonly #api: WebSocketApi;
  readonly #stage: string;

  constructor(scope: Construct, id: string, props: SocketApiProps) {
    super(scope, id);
    const { functions } = props;
    this.#stage = props.stage;
    this.#api = new WebSocketApi(this, 'Api', {
      apiName: Stack.of(this).stackName,
      description: 'Waiting Area: sockets of callers and staff',
      routeSelectionExpression: '$request.body.action',
    });
    // From the id of the API, not from the stage: the stage waits for the routes, they for the functions, these for their environment.
    const { region, urlSuffix } = Stack.of(this);
    const address = `${this.#api.apiId}.execute-api.${region}.${urlSuffix}/${props.stage}`;
    this.url = `wss://${address}`;
    this.connectionsEndpoint = `https://${address}`;

    const connection = new WebSocketLambdaIntegration('ConnectionIntegration', functions.lambda('connection'));
    const routes: WebSocketRoute[] = [
      this.#api.addRoute('$connect', {
        integration: connection,
        authorizer: new WebSocketLambdaAuthorizer('TicketAuthorizer', functions.lambda('authorize'), {
          identitySource: ['route.request.header.Sec-WebSocket-Protocol'],
        }),
      }),
      this.#api.addRoute('$disconnect', { integration: connection }),
      this.#api.addRoute('$default', { integration: connection, returnResponse: true }),
      // A frame that only keeps the socket alive runs no function and gets no answer.
      this.#api.addRoute('ping', {
        integration: new WebSocketMockIntegration('PingIntegration', {
          requestTemplates: { 200: '{"statusCode":200}' },
          templateSelectionExpression: '200',
        }),
      }),
    ];
    const callerSocket = new WebSocketLambdaIntegration('CallerIntegration', functions.lambda('caller-socket'));
    for (const action of actions['caller-socket']) {
      routes.push(this.#api.addRoute(action, { integration: callerSocket, returnResponse: true }));
    }
    const staffSocket = new WebSocketLambdaIntegration('StaffIntegration', functions.lambda('staff-socket'));
    for (const action of actions['staff-socket']) {
      routes.push(this.#api.addRoute(action, { integration: staffSocket, returnResponse: true }));
    }

    const stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.#api,
      stageName: props.stage,
      autoDeploy: true,
      accessLogSettings: createAccessLog(this, 'AccessLog', {
        ...props,
        variables: [
          'requestTime',
          'requestId',
          'connectionId',
          'eventType',
          'routeKey',
          'status',
          'integrationLatency',
          'error.responseType',
        ],
      }),
    });
    // The L1 under a WebSocketStage is always a CfnStage.
    const cfnStage = stage.node.defaultChild as CfnStage;
    // Execution logs and data traces hold whole frames.
    cfnStage.defaultRouteSettings = { ...stageThrottle, dataTraceEnabled: false, loggingLevel: 'OFF' };
    // A map, so that its fields are spelled as CloudFormation spells them.
    cfnStage.routeSettings = Object.fromEntries(
      Object.entries(routeThrottles).map(([key, throttle]) => [key, { ...throttle, DataTraceEnabled: false, LoggingLevel: 'OFF' }]),
    );
    // Settings of a route are refused before the route exists.
    stage.node.addDependency(...routes, new ApiGatewayLogging(this, 'Logging'));
  }

  /** The ARN to which `execute-api:ManageConnections` is granted: one method on the sockets of this stage. */
  connectionsArn(method: 'POST' | 'GET' | 'DELETE'): string {
    return Stack.of(this).formatArn({
      service: 'execute-api',
      resource: this.#api.apiId,
      resourceName: `${this.#stage}/${method}/@connections/*`,
    });
  }
}
