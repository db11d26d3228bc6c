import { describe, expect, it } from '@jest/globals';
import { foldersOf } from '../../../operations/shipped-packages.ts';

describe('the packages of modules', () => {
  it('are their folders, with scope, each once', () => {
    expect(
      foldersOf(['node_modules/zod/mini/index.js', 'node_modules/@middy/core/index.js', '/project/node_modules/zod/v4/core.js']),
    ).toEqual(['@middy/core', 'zod']);
  });

  it('are told apart where one brings its own version of another', () => {
    expect(foldersOf(['node_modules/@a/b/node_modules/c/index.js', 'node_modules/c/index.js'])).toEqual(['@a/b/node_modules/c', 'c']);
  });

  it('are none for our own modules', () => {
    expect(foldersOf(['functions/authorize.ts', 'protocol/limits.ts', '\0rolldown/runtime.js'])).toEqual([]);
  });
});
