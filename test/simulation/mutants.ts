/** One handling taken out of the product: a line is replaced before it is loaded. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Where to begin, when the seeds before are known to miss it. It saves time and may be out of date. */
  readonly from?: number;
}

/** Handlings of which each must be missed: the checker fails within some hundred seeds when it is gone. */
export const mutants: readonly Mutant[] = [
  {
    name: 'a message is stored again with each repeat',
    file: 'functions/data/callers-table.ts',
    find: "const notSentBefore = 'NOT contains(messageIds, :messageId)';",
    replace: "const notSentBefore = '(NOT contains(messageIds, :messageId) OR :messageId = :messageId)';",
  },
  {
    name: 'an append counts no message of the caller as unread',
    file: 'functions/data/callers-table.ts',
    find: "          'unreadCount = unreadCount + :one',\n",
    replace: '',
  },
  {
    name: 'a notification leaves the caller unanswered',
    file: 'functions/data/callers-table.ts',
    find: "options.answers ? ' REMOVE unansweredSince, deadlines.alertedFor' : ''",
    replace: "''",
  },
  {
    name: 'a broadcast answers the caller',
    file: 'functions/core/run-broadcast.ts',
    find: 'answers: false,',
    replace: 'answers: true,',
  },
  {
    name: 'reading marks what came meanwhile as read too',
    file: 'functions/data/callers-table.ts',
    find: "condition: every(known, 'messageCount = :messageCount', 'staffReadSeq < :seq'),",
    replace: "condition: every(known, ':messageCount = :messageCount', 'staffReadSeq < :seq'),",
  },
  {
    name: 'a change of status shows no new version',
    file: 'functions/data/callers-table.ts',
    find: '`SET #status = :status, statusSince = :now, version = version + :one, ',
    replace: '`SET #status = :status, statusSince = :now, version = if_not_exists(version, :one), ',
  },
  {
    name: 'a check-in that meets itself is an error',
    file: 'functions/data/callers-table.ts',
    find: "written.outcome === 'refused' && written.image?.tokenHash !== item.tokenHash",
    replace: "written.outcome === 'refused'",
    from: 130,
  },
  {
    name: 'who left the filter is given the broadcast all the same',
    file: 'functions/core/run-broadcast.ts',
    find: 'onlyStatuses: job.filter?.statuses,',
    replace: '',
  },
  {
    name: 'a broadcast reads one page of the board',
    file: 'functions/core/board.ts',
    find: '    yield page.rows;\n    after = page.next;',
    replace: '    yield page.rows;\n    after = undefined;',
    from: 90,
  },
  {
    name: 'a broadcast that broke off is not taken up again',
    file: 'functions/core/run-broadcast.ts',
    find: '    throw first.error;',
    replace: '    return;',
  },
  {
    name: 'receipts of a broadcast are not counted',
    file: 'functions/core/update-board.ts',
    find: '        receipt[set].push(after.callerId);',
    replace: '',
  },
  {
    name: 'a receipt does not count the caller as stored',
    file: 'functions/core/update-board.ts',
    find: 'receipt.stored.push(storedMark(after.callerId, from + index + 1));',
    replace: '',
    from: 120,
  },
  {
    name: 'a failed batch of the stream is not repeated',
    file: 'functions/core/update-board.ts',
    find: "  for (const each of settled) if (each.status === 'rejected') throw each.reason;",
    replace: '',
  },
  {
    name: 'a socket that is gone takes all sockets of the caller with it',
    file: 'functions/data/callers-table.ts',
    find: "        set: 'SET deadlines.disconnectedAt = :now, version = version + :one REMOVE connections.#connection',\n        condition: every(known, fromLiveSocket),\n        values: { ':now': nowMs, ':one': 1 },",
    replace:
      "        set: 'SET deadlines.disconnectedAt = :now, version = version + :one, connections = :none',\n        condition: every(known, fromLiveSocket),\n        values: { ':now': nowMs, ':one': 1, ':none': {} },",
  },
  {
    name: 'the newest socket gives way',
    file: 'functions/core/presence.ts',
    find: 'a.at - b.at ||',
    replace: 'b.at - a.at ||',
  },
  {
    name: 'sockets that died in silence are never looked up',
    file: 'functions/core/meet-deadlines.ts',
    find: 'if (isOpen === false)',
    replace: 'if (isOpen === undefined)',
  },
  {
    name: 'resume answers one page too late',
    file: 'functions/core/conversation.ts',
    find: 'takeFitting(messagesAfter(visit, afterSeq, reader), room)',
    replace: 'takeFitting(messagesAfter(visit, afterSeq + 1, reader), room)',
  },
  {
    name: 'frames grow without bound',
    file: 'functions/core/pages.ts',
    find: 'export const frameRoom = limits.frameBytes - envelopeBytes;',
    replace: 'export const frameRoom = 10 * limits.frameBytes;',
    from: 165,
  },
  {
    name: 'the board shows an older version of a caller',
    file: 'client/board.ts',
    find: 'if (version <= (this.#callers.get(callerId)?.version ?? this.#left.get(callerId) ?? -1)) continue;',
    replace: '',
  },
  {
    name: 'who left stays on the board when the news was lost',
    file: 'client/board.ts',
    find: 'if (!listed.has(callerId) && !changed.has(callerId)) this.#callers.delete(callerId);',
    replace: '',
  },
  {
    name: 'messages are applied as they come',
    file: 'client/thread.ts',
    find: 'const next = this.#early.get(this.appliedSeq + 1);',
    replace: 'const next = [...this.#early.values()][0];',
  },
  {
    name: 'messages are applied once for each time they come',
    file: 'client/thread.ts',
    find: 'if (message.seq > this.appliedSeq) this.#early.set(message.seq, message);',
    replace: 'this.#early.set(this.appliedSeq + 1 + this.#early.size, message);',
  },
  {
    name: 'a page never resumes a second time, and watches for no gap',
    file: 'client/connection.ts',
    find: '    if (this.#link) void this.#registerAgain(this.#link);',
    replace: '',
  },
  {
    name: 'an older state of the caller replaces a newer one',
    file: 'client/caller.ts',
    find: '    if (this.#caller !== undefined && caller.version <= this.#caller.version) return;',
    replace: '',
  },
  {
    name: 'a message counts as sent when the server could not take it',
    file: 'client/caller.ts',
    find: "if (error.code === 'rate-limited')",
    replace: "if (error.code === 'unavailable') return { messageId, seq: 0 } as Message;\n        if (error.code === 'rate-limited')",
  },
  {
    name: 'a message that was cut off counts as refused',
    file: 'client/caller.ts',
    find: "this.#ended ? noAnswer('sendMessage') : toError(cause, 'sendMessage')",
    replace: "toError(cause, 'sendMessage')",
  },
  {
    name: 'reports of a broadcast replace one another',
    file: 'client/merge-broadcast.ts',
    find: '  if (known === undefined) return report;',
    replace: '  if (known !== report) return report;',
  },
  {
    name: 'what was announced is announced again',
    file: 'client/staff.ts',
    find: '    for (const { seq } of unseen) announced.add(seq);',
    replace: '',
  },
  {
    name: 'missed reports of a broadcast are not asked for',
    file: 'client/staff.ts',
    find: "state === 'running' || read < stored",
    replace: 'false',
  },
  {
    name: 'what a batch of the stream brings again is recorded again',
    file: 'functions/data/audit-table.ts',
    find: 'mayRepeat ? tail.map(({ entryId }) => entryId) : []',
    replace: '[]',
  },
  {
    name: 'an entry of the audit log takes the place of another',
    file: 'functions/data/audit-table.ts',
    find: "const unwritten = 'attribute_not_exists(chainId)';",
    replace: "const unwritten = 'attribute_not_exists(nothing)';",
  },
  {
    name: 'the audit log does not say whose a change was',
    file: 'functions/data/callers-table.ts',
    find: "const changedBy = 'changedBy = :by';",
    replace: "const changedBy = 'changedFor = :by';",
  },
  {
    name: 'a request of one clinic looks into another',
    file: 'functions/core/admit.ts',
    find: '  toActor(request, await ports.clinics.member(request.clinicId, request.userId));',
    replace:
      "  toActor(request, (await ports.clinics.member('another', request.userId)) ?? (await ports.clinics.member(request.clinicId, request.userId)));",
  },
];
