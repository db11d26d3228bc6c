import { describe, expect, it } from '@jest/globals';
import { toCaller } from '../../../functions/core/views.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import type { Caller } from '../../../protocol/objects.ts';
import { detailsInOrder } from '../../../web/dashboard/board/details-in-order.ts';
import { freeRows, heldRows, type Rows } from '../../../web/dashboard/board/hold-order.ts';
import { everyone, isFiltered, sortCallers, toFilter, type View } from '../../../web/dashboard/board/view.ts';
import { aCaller } from '../../builders/a-caller.ts';
import { morning } from '../../builders/times.ts';

const minute = 60_000;

const caller = (callerId: string, change: Partial<Visit> = {}): Caller =>
  toCaller(
    aCaller(callerId)
      .with({ arrivedAt: morning, statusSince: morning, ...change })
      .build(),
  );

const idsOf = (callers: readonly Caller[]) => callers.map(({ callerId }) => callerId);
const present = (...callers: Caller[]) => new Map(callers.map((one) => [one.callerId, one]));

describe('The view as a filter', () => {
  const view: View = { ...everyone, sort: 'arrival' };

  it('is empty when nothing is chosen, so that everyone present is meant', () => {
    expect(toFilter({ ...view, search: '  ' })).toEqual({});
    expect(isFiltered(toFilter(view))).toBe(false);
  });

  it('holds all that is chosen', () => {
    expect(toFilter({ ...view, statuses: ['waiting', 'on-hold'], needsReply: true, offline: true, search: ' smith ' })).toEqual({
      statuses: ['waiting', 'on-hold'],
      needsReply: true,
      online: false,
      search: 'smith',
    });
  });
});

describe('The order of the list', () => {
  const early = caller('early');
  const late = caller('late', { arrivedAt: morning + minute, statusSince: morning + minute, unansweredSince: morning + 9 * minute });
  const seen = caller('seen', { status: 'being-seen', statusSince: morning - minute, unansweredSince: morning + 5 * minute });
  const callers = [late, seen, early];

  it('is by arrival', () => expect(idsOf(sortCallers(callers, 'arrival'))).toEqual(['early', 'seen', 'late']));
  it('is by wait: those who wait first, the longest first', () =>
    expect(idsOf(sortCallers(callers, 'wait'))).toEqual(['early', 'late', 'seen']));
  it('is by status, then by arrival', () => expect(idsOf(sortCallers(callers, 'status'))).toEqual(['early', 'late', 'seen']));
  it('has those who need a reply first, the longest unanswered first', () =>
    expect(idsOf(sortCallers(callers, 'needs-reply'))).toEqual(['seen', 'late', 'early']));
});

describe('A list that is held under the pointer', () => {
  const sue = caller('sue');
  const tom = caller('tom');
  const ann = caller('ann');
  const before: Rows = freeRows([sue, tom]);

  it('keeps every row in its place and puts new ones at the end', () => {
    const rows = heldRows(before, [ann, tom, sue], present(ann, tom, sue));
    expect(idsOf(rows.callers)).toEqual(['sue', 'tom', 'ann']);
    expect(rows.gone.size).toBe(0);
  });

  it('shows what changed of a row', () => {
    const held = caller('tom', { status: 'on-hold' });
    expect(heldRows(before, [held, sue], present(held, sue)).callers[1]?.status).toBe('on-hold');
  });

  it('keeps the place of who left the list, marked as gone', () => {
    const rows = heldRows(before, [tom], present(tom));
    expect(idsOf(rows.callers)).toEqual(['sue', 'tom']);
    expect([...rows.gone]).toEqual(['sue']);
  });

  it('has a place for who comes back while it is still held', () => {
    const rows = heldRows(heldRows(before, [tom], present(tom)), [sue, tom], present(sue, tom));
    expect(idsOf(rows.callers)).toEqual(['sue', 'tom']);
    expect(rows.gone.size).toBe(0);
  });
});

describe('What a caller answered at check-in', () => {
  const entryFields = [
    { key: 'reason', label: 'Reason', required: true },
    { key: 'born', label: 'Date of birth', required: false },
  ];

  it('comes in the order of the entry fields, and what stands in none of them last', () => {
    const details = { room: '4', born: '1 Feb 1980', reason: 'Cough' };
    expect(detailsInOrder({ details }, { entryFields }).map(({ label, value }) => [label, value])).toEqual([
      ['Reason', 'Cough'],
      ['Date of birth', '1 Feb 1980'],
      ['room', '4'],
    ]);
  });

  it('leaves out what was left empty', () => expect(detailsInOrder({ details: { born: '' } }, { entryFields })).toEqual([]));
});
