import { readFileSync } from 'node:fs';
import type { IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport } from 'aws-cdk-lib';
import { accessRules } from './access-rules.ts';
import { dataRules } from './data-rules.ts';
import { floodRules } from './flood-rules.ts';
import { functionRules } from './function-rules.ts';
import { logRules } from './log-rules.ts';
import type { Asked, Rule } from './rule.ts';
import { Template } from './template.ts';

/** Every rule of this project. */
export const rules: readonly Rule[] = [...accessRules, ...logRules, ...dataRules, ...floodRules, ...functionRules];

export interface Finding {
  readonly rule: Rule;
  readonly logicalIds: readonly string[];
}

/** @param template the parsed JSON of a CloudFormation template @returns the rules that it breaks, acknowledged or not */
export function findingsIn(template: unknown, asked: Asked): Finding[] {
  const read = new Template(template);
  return rules.flatMap((rule) => {
    const logicalIds = rule.broken(read, asked).map(({ id }) => id);
    return logicalIds.length === 0 ? [] : [{ rule, logicalIds }];
  });
}

/**
 * The rules as a pack beside cdk-nag's. It reads the finished templates and not the constructs, so that no override escapes it.
 * The CDK leaves out what is acknowledged as `WaitingArea::<rule>`.
 */
export class WaitingAreaRules implements IPolicyValidationPlugin {
  readonly name = 'WaitingArea';
  readonly ruleIds = rules.map(({ name }) => name);
  readonly #asked: Asked;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  validate({ templatePaths }: IPolicyValidationContext): PolicyValidationPluginReport {
    const violations = templatePaths.flatMap((templatePath) =>
      findingsIn(JSON.parse(readFileSync(templatePath, 'utf8')), this.#asked).map(({ rule, logicalIds }) => ({
        ruleName: rule.name,
        description: rule.says,
        severity: 'error',
        violatingResources: logicalIds.map((resourceLogicalId) => ({ resourceLogicalId, templatePath, locations: ['Properties'] })),
      })),
    );
    return { success: violations.length === 0, violations };
  }
}
