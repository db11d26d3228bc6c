import type { Caller, Clinic } from '../../../protocol/objects.ts';

export interface Detail {
  readonly key: string;
  readonly label: string;
  readonly value: string;
}

/** A caller's answers in the order of the clinic's entry fields; what stands in no field (a video platform may send more) comes last, by its key. */
export const detailsInOrder = ({ details }: Pick<Caller, 'details'>, { entryFields }: Pick<Clinic, 'entryFields'>): Detail[] => {
  const rest = new Map(Object.entries(details));
  const known = entryFields.flatMap(({ key, label }) => {
    const value = rest.get(key);
    rest.delete(key);
    return value === undefined || value === '' ? [] : [{ key, label, value }];
  });
  return [...known, ...[...rest].map(([key, value]) => ({ key, label: key, value }))];
};
