import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Board } from '../../../client/board.ts';
import { aCaller } from './builders.ts';

const sue = (version: number, given = {}) => aCaller({ callerId: 'sue', version, ...given });
const ali = (version: number, given = {}) => aCaller({ callerId: 'ali', version, ...given });
const present = (board: Board) => [...board.callers.values()].map(({ callerId, version }) => `${callerId} ${version}`).sort();

describe('changes on the board', () => {
  it('takes what is newer and drops what is not', () => {
    const board = new Board();
    expect(board.apply([sue(2, { name: 'new' })])).toBe(true);
    expect(board.apply([sue(1, { name: 'old' }), sue(2, { name: 'same' })])).toBe(false);
    expect(board.callers.get('sue')?.name).toBe('new');
  });

  it('takes a caller off who ended or was removed', () => {
    const board = new Board();
    board.apply([sue(1), ali(1)]);
    board.apply([sue(2, { status: 'ended' })]);
    expect(board.remove(['ali', 'stranger'])).toBe(true);
    expect(present(board)).toEqual([]);
    expect(board.remove(['ali'])).toBe(false);
  });

  it('brings nobody back by a frame that comes late', () => {
    const board = new Board();
    board.apply([sue(3)]);
    board.remove(['sue']);
    expect(board.apply([sue(2), sue(3)])).toBe(false);
    expect(present(board)).toEqual([]);
  });

  it('brings a caller back whose end was undone', () => {
    const board = new Board();
    board.apply([sue(3)]);
    board.remove(['sue']);
    board.apply([sue(5)]);
    expect(present(board)).toEqual(['sue 5']);
  });

  it('ends at the highest version, in whatever order and how often changes come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (versions) => {
        const board = new Board();
        for (const version of versions) board.apply([sue(version)]);
        expect(board.callers.get('sue')?.version).toBe(Math.max(...versions));
      }),
    );
  });
});

describe('a full listing', () => {
  it('takes off who is no longer listed', () => {
    const board = new Board();
    board.apply([sue(1), ali(1)]);
    const listing = board.beginListing();
    listing.add([ali(1)]);
    listing.finish();
    expect(present(board)).toEqual(['ali 1']);
  });

  it('leaves who changed meanwhile, though no page listed them', () => {
    const board = new Board();
    board.apply([sue(1)]);
    const listing = board.beginListing();
    board.apply([sue(2), ali(1)]);
    listing.add([]);
    listing.finish();
    expect(present(board)).toEqual(['ali 1', 'sue 2']);
  });

  it('does not bring back who was removed while its pages were on their way', () => {
    const board = new Board();
    board.apply([sue(1)]);
    const listing = board.beginListing();
    board.remove(['sue']);
    listing.add([sue(1)]);
    listing.finish();
    expect(present(board)).toEqual([]);
  });

  it('is not fooled by an older page', () => {
    const board = new Board();
    const listing = board.beginListing();
    board.apply([sue(4)]);
    listing.add([sue(3)]);
    listing.finish();
    expect(present(board)).toEqual(['sue 4']);
  });

  it('heals a listing that was behind: who was missed comes back with the next', () => {
    const board = new Board();
    board.apply([sue(1)]);
    const behind = board.beginListing();
    behind.finish();
    const next = board.beginListing();
    next.add([sue(1)]);
    next.finish();
    expect(present(board)).toEqual(['sue 1']);
  });

  it('changes nothing when it is abandoned', () => {
    const board = new Board();
    board.apply([sue(1), ali(1)]);
    const listing = board.beginListing();
    listing.add([sue(2)]);
    listing.abandon();
    expect(present(board)).toEqual(['ali 1', 'sue 2']);
  });
});
