import { App } from 'aws-cdk-lib';
import { readConfiguration } from './configuration.ts';
import { WaitingAreaStack } from './waiting-area-stack.ts';

export interface CreateAppProps {
  /** What `cdk -c name=value` would give; see `configuration.ts` for the names. @default - none */
  readonly context?: Record<string, unknown>;
  /** Where `app.synth()` writes. @default - the CDK CLI's folder, `cdk.out` */
  readonly outdir?: string;
  /** The folder that the pages were built into; false: a deployment without them. @default - `web/dist`, built where it is out of date */
  readonly pages?: string | false;
}

/**
 * The CDK app: one stack for one stage.
 *
 * @throws a sentence that names the context value, when one of them is malformed
 */
export function createApp({ pages, ...props }: CreateAppProps = {}): App {
  // The CDK CLI asks for these two; without it, too, a resource says which construct made it and where its bundle lies.
  const metadata = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };
  const app = new App({ ...props, context: { ...metadata, ...props.context }, analyticsReporting: false });
  const configuration = readConfiguration((name) => app.node.tryGetContext(name));
  new WaitingAreaStack(app, `WaitingArea-${configuration.stage}`, { configuration, pages });
  return app;
}
