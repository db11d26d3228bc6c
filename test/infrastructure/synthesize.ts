import { rmSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { createApp } from '../../lib/app.ts';
import type { FunctionName } from '../../lib/permissions.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A template whose intrinsic functions are written out as one line of text, so that an assertion can quote what it expects. */
export class Synthesized {
  readonly template: Template;
  readonly #resources: Readonly<Record<string, Resource>>;

  constructor(template: object) {
    this.template = Template.fromJSON({ ...template });
    // CloudFormation's own shape of a template.
    this.#resources = (template as { Resources: Record<string, Resource> }).Resources;
  }

  all(type: string): Record<string, Resource> {
    return Object.fromEntries(Object.entries(this.#resources).filter(([, resource]) => resource.Type === type));
  }

  /** @throws when there is none, or more than one */
  only(type: string, holds: (properties: Resource['Properties']) => boolean = () => true): Resource & { id: string } {
    const found = Object.entries(this.all(type)).filter(([, resource]) => holds(resource.Properties));
    const [first] = found;
    if (first === undefined || found.length > 1) throw new Error(`${found.length} resources of type ${type}, not one`);
    return { id: first[0], ...first[1] };
  }

  resource(logicalId: string): Resource {
    const found = this.#resources[logicalId];
    if (found === undefined) throw new Error(`no resource ${logicalId}`);
    return found;
  }

  /** The function that runs `functions/<name>.ts`. */
  function(name: FunctionName): Resource & { id: string } {
    const found = Object.entries(this.all('AWS::Lambda::Function')).find(([, resource]) =>
      String(resource.Metadata?.['aws:cdk:path']).includes(`/Functions/${name}/`),
    );
    if (found === undefined) throw new Error(`no function ${name}`);
    return { id: found[0], ...found[1] };
  }

  /** The statements of a function's role, each as `action, action on resource, resource`, but for its conditions. */
  statements(name: FunctionName): string[] {
    const role = text(this.function(name).Properties.Role).replace('.Arn', '');
    const policies = Object.values(this.all('AWS::IAM::Policy')).filter(
      (policy) => JSON.stringify(policy.Properties.Roles) === JSON.stringify([{ Ref: role }]),
    );
    return policies.flatMap((policy) => {
      // The shape of every IAM policy.
      const document = policy.Properties.PolicyDocument as { Statement: { Effect: string; Action: unknown; Resource: unknown }[] };
      return document.Statement.map(({ Effect, Action, Resource }) => `${Effect} ${list(Action)} on ${list(Resource)}`);
    });
  }
}

/**
 * @param context as `cdk -c name=value`; bundles are not made
 * @param pages the folder of the built pages, where they matter
 */
export function synthesize(context: Record<string, string> = {}, pages: string | false = false): Synthesized {
  const assembly = createApp({ context: { ...context, 'aws:cdk:bundling-stacks': [] }, pages }).synth();
  const [stack] = assembly.stacks;
  if (stack === undefined) throw new Error('no stack');
  const synthesized = new Synthesized(stack.template);
  rmSync(assembly.directory, { recursive: true }); // it holds tens of megabytes
  return synthesized;
}

/** A value of a template with its intrinsic functions as text: `Ref` by its name, `Fn::GetAtt` with a dot, `Fn::Join` joined. */
export function text(value: unknown): string {
  if (Array.isArray(value)) return value.map(text).join('');
  if (typeof value !== 'object' || value === null) return String(value);
  const [name, argument] = Object.entries(value)[0] ?? [];
  if (name === 'Ref' || name === 'Fn::Sub') return String(argument);
  if (name === 'Fn::GetAtt') return argument.join('.');
  if (name === 'Fn::Join') return text(argument[1]);
  return JSON.stringify(value);
}

function list(value: unknown): string {
  return (Array.isArray(value) ? value : [value]).map(text).sort().join(', ');
}
