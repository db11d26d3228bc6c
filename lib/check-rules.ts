import { type App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, type NagPack, ServerlessChecks } from 'cdk-nag';
import { acknowledgementsOf } from './acknowledged-rules.ts';
import { readConfiguration } from './configuration.ts';
import { WaitingAreaRules } from './rules/waiting-area-rules.ts';

/** The packs of cdk-nag that every deployment is held to; the rules of `lib/rules` see what they do not. */
export const rulePacks = (): NagPack[] => [new AwsSolutionsChecks(), new HIPAASecurityChecks(), new ServerlessChecks()];

/** Makes `app.synth()` fail on whatever a rule finds and `acknowledged-rules.ts` does not know. */
export function checkRules(app: App): void {
  const { stage, keepsData, publicConcurrency } = readConfiguration((name) => app.node.tryGetContext(name));
  for (const stack of app.node.children.filter((child) => Stack.isStack(child))) {
    for (const { resource, rule, reason } of acknowledgementsOf(stack, stage)) Validations.of(resource).acknowledge({ id: rule, reason });
  }
  Validations.of(app).addPlugins(...rulePacks(), new WaitingAreaRules({ keepsData, publicConcurrency }));
}
