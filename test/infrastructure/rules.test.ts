import { describe, expect, it } from '@jest/globals';
import { CfnResource, Stack } from 'aws-cdk-lib';
import { acknowledgementsOf } from '../../lib/acknowledged-rules.ts';
import { createApp } from '../../lib/app.ts';
import { rulePacks } from '../../lib/check-rules.ts';
import { readConfiguration } from '../../lib/configuration.ts';
import { findingsIn } from '../../lib/rules/waiting-area-rules.ts';
import { synthesize } from './synthesize.ts';

const production = { stage: 'production', allowedOrigins: 'https://clinic.example', operators: 'operator-sub' };
const ownIssuer = { oidcIssuer: 'https://login.example/realm', oidcAudience: 'waiting-area' };

/** What the rules of this project find, each as `rule at path`. */
const ownFindingsOf = (context: Record<string, string>): string[] => {
  const stack = synthesize(context);
  return findingsIn(
    stack.template.toJSON(),
    readConfiguration((name) => context[name]),
  ).flatMap(({ rule, logicalIds }) =>
    logicalIds.map((id) => `WaitingArea::${rule.name} at ${stack.resource(id).Metadata?.['aws:cdk:path']}`),
  );
};

/** What the packs find, and what is acknowledged, each as `rule at path`. */
const findingsOf = (context: Record<string, string> & { stage: string }) => {
  const app = createApp({ context: { ...context, 'aws:cdk:bundling-stacks': [] }, pages: false });
  const found = rulePacks().flatMap((pack) =>
    pack
      .validateScope(app)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
      ),
  );
  const acknowledged = app.node.children
    .filter((child) => Stack.isStack(child))
    .flatMap((stack) => acknowledgementsOf(stack, context.stage))
    .map(({ rule, resource, reason }) => ({
      finding: `${rule} at ${resource.node.path}`,
      rule,
      reason,
      // The lines match resources, not parameters or outputs.
      type: CfnResource.isCfnResource(resource) ? resource.cfnResourceType : 'none',
    }));
  return { found: new Set([...found, ...ownFindingsOf(context)]), acknowledged };
};

describe('The packs AwsSolutions, HIPAA.Security and Serverless, and the rules of this project', () => {
  it.each([
    ['for production', { ...production, alarmEmail: 'team@clinic.example' }],
    ['for production with an issuer of its own', { ...production, ...ownIssuer }],
    ['for production with executions reserved', { ...production, publicConcurrency: '50' }],
    ['for development', { stage: 'development' }],
  ])('find nothing %s that is not acknowledged with a reason', (_, context) => {
    const { found, acknowledged } = findingsOf(context);
    expect([...found.difference(new Set(acknowledged.map(({ finding }) => finding)))]).toEqual([]);
  });

  it('find all that is acknowledged: no line has outlived its cause', () => {
    const all = [findingsOf(production), findingsOf({ ...production, alarmEmail: 'team@clinic.example' })];
    const found = new Set(all.flatMap((each) => [...each.found]));
    const acknowledged = all.flatMap((each) => each.acknowledged);
    const lines = Map.groupBy(acknowledged, ({ rule, reason }) => `${rule}: ${reason}`);
    const unused = [...lines].filter(([, those]) => !those.some(({ finding }) => found.has(finding))).map(([line]) => line);
    expect(unused).toEqual([]);
  });

  it('find what is acknowledged on each resource of its kind: no line would let a resource break a rule that it keeps', () => {
    const all = [findingsOf(production), findingsOf({ ...production, alarmEmail: 'team@clinic.example' })];
    const found = new Set(all.flatMap((each) => [...each.found]));
    const acknowledged = all.flatMap((each) => each.acknowledged);
    // A line's pattern may match resources that its rule never looks at.
    const looksAt = new Set(acknowledged.filter(({ finding }) => found.has(finding)).map(({ rule, type }) => `${rule} at ${type}`));
    const tooMuch = acknowledged.filter(({ finding, rule, type }) => !found.has(finding) && looksAt.has(`${rule} at ${type}`));
    expect(tooMuch.map(({ finding }) => finding)).toEqual([]);
  });
});
