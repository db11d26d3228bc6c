/** A resource as CloudFormation will be given it, escape hatches and overrides included. */
export interface TemplateResource {
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** What happens to it when the stack goes. */
  readonly deletionPolicy: string | undefined;
}

/** The resources of a synthesized template, for rules to look through. */
export class Template {
  readonly #resources: ReadonlyMap<string, TemplateResource>;

  /** @param template the parsed JSON of a CloudFormation template */
  constructor(template: unknown) {
    this.#resources = new Map(
      Object.entries(fieldsOf(fieldsOf(template).Resources)).map(([id, resource]) => {
        const { Type, Properties, DeletionPolicy } = fieldsOf(resource);
        return [
          id,
          {
            id,
            type: String(Type),
            properties: fieldsOf(Properties),
            deletionPolicy: DeletionPolicy === undefined ? undefined : String(DeletionPolicy),
          },
        ];
      }),
    );
  }

  ofType(type: string): TemplateResource[] {
    return [...this.#resources.values()].filter((resource) => resource.type === type);
  }

  /** The resources of a type that a value refers to, however deep. */
  referredTo(value: unknown, type: string): TemplateResource[] {
    return referencesIn(value).flatMap((id) => {
      const resource = this.#resources.get(id);
      return resource?.type === type ? [resource] : [];
    });
  }
}

/** The fields of an object; none where the value is something else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** The elements of a list; none where the value is something else. */
export function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A value with its references written out as `<LogicalId>`, joined where the template joins. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join('');
  if (typeof value !== 'object' || value === null) return value === undefined || value === null ? '' : String(value);
  const [name, argument] = Object.entries(value)[0] ?? [];
  if (name === 'Fn::Join')
    return elementsOf(elementsOf(argument)[1])
      .map(textOf)
      .join(textOf(elementsOf(argument)[0]));
  return `<${referencesIn(value).join(' ')}>`;
}

/** Logical ids by `Ref` and `Fn::GetAtt`. */
function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return Object.entries(fieldsOf(value)).flatMap(([name, argument]) => {
    if (name === 'Ref') return [String(argument)];
    if (name === 'Fn::GetAtt') return [String(Array.isArray(argument) ? argument[0] : String(argument).split('.')[0])];
    return referencesIn(argument);
  });
}
