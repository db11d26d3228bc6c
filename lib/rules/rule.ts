import type { Template, TemplateResource } from './template.ts';

/** What the deployment was asked for, where a rule depends on it. */
export interface Asked {
  /** Whether the stage keeps its data: every stage but `development`. */
  readonly keepsData: boolean;
  /** Executions reserved for each function behind the public door; absent: none can be. */
  readonly publicConcurrency: number | undefined;
}

/** A rule of this project: what the packs of cdk-nag do not see. Pure, so that a small template tests it. */
export interface Rule {
  /** As acknowledgements spell it, after `WaitingArea::`. */
  readonly name: string;
  /** What must hold, and why where that is not plain. */
  readonly says: string;
  /** The resources that break it. */
  broken(template: Template, asked: Asked): TemplateResource[];
}
