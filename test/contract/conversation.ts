import assert from 'node:assert/strict';
import { parse } from 'zod/mini';
import { caller as callerSchema, message as messageSchema } from '../../protocol/objects.ts';
import type { ContractTests } from './runner.ts';
import { assertGapless, newId, pathsIn, retryAfterSeconds, sleep } from './stage.ts';

const frameLimitBytes = 32 * 1024;

/** Messages in both directions, and what is known of them. */
export const conversationTests: ContractTests = ({ describe, it }, stage) => {
  const say = (text: string) => ({ messageId: newId(), text });

  describe('notifying one caller', () => {
    it('is answered when it is stored, and reaches the caller’s page at once', async () => {
      const dashboard = await stage.dashboard();
      const { callerId, socket } = await stage.waitingCaller();
      const sent = say('Doctor is late');
      const { message, caller, duplicate } = await dashboard.ok('notify', { callerId, ...sent });
      parse(messageSchema, message);
      parse(callerSchema, caller);
      assert.deepEqual([message.seq, message.from, message.kind, message.text, duplicate], [1, 'clinic', 'notification', sent.text, false]);
      assert.equal(typeof message.senderName, 'string');
      const { messages } = await socket.event('the message', ({ type }) => type === 'messagesAdded');
      const { senderName: _forStaffOnly, ...seenByCaller } = message;
      assert.deepEqual(messages, [seenByCaller]);
    });

    it('shows on every dashboard: the row, and the text', async () => {
      const [one, another] = [await stage.dashboard(), await stage.dashboard(await stage.administrator())];
      const { callerId } = await stage.waitingCaller();
      await one.ok('notify', { callerId, ...say('Hello') });
      for (const dashboard of [one, another]) {
        const row = await dashboard.row('the count', callerId, ({ messageCount }) => messageCount === 1);
        assert.deepEqual([row.lastMessageFrom, row.lastMessagePreview, row.unreadCount, row.unansweredSince], ['clinic', 'Hello', 0, null]);
        const added = await dashboard.event('the text', (event) => event.type === 'messagesAdded' && event.callerId === callerId);
        assert.deepEqual([added.messages?.[0]?.text, typeof added.messages?.[0]?.senderName], ['Hello', 'string']);
      }
    });

    it('repeated with the same id answers the first message; with another text it is a conflict', async () => {
      const dashboard = await stage.dashboard();
      const { callerId } = await stage.waitingCaller();
      const sent = say('Once');
      const first = await dashboard.ok('notify', { callerId, ...sent });
      const again = await dashboard.ok('notify', { callerId, ...sent });
      assert.deepEqual([again.duplicate, again.message], [true, first.message]);
      await dashboard.refused('notify', { callerId, ...sent, text: 'Twice' }, 'conflict');
      assert.equal((await stage.messages(callerId)).length, 1);
    });

    it('whom nobody knows, or another clinic does, is not found', async () => {
      const dashboard = await stage.dashboard();
      const { callerId } = await stage.checkIn({ clinicId: stage.otherClinicId });
      for (const unknown of [newId(), callerId]) {
        await dashboard.refused('notify', { callerId: unknown, ...say('x') }, 'not-found');
        await dashboard.refused('thread', { callerId: unknown }, 'not-found');
        await dashboard.refused('markRead', { callerId: unknown, seq: 0 }, 'not-found');
        await dashboard.refused('setStatus', { callerId: unknown, status: 'on-hold' }, 'not-found');
      }
    });
  });

  describe('a text', () => {
    it('is trimmed, composed, and counted in code points', async () => {
      const dashboard = await stage.dashboard();
      const { callerId } = await stage.waitingCaller();
      assert.equal((await dashboard.ok('notify', { callerId, ...say(' Zoe\u0308\nhello \n') })).message.text, 'Zo\u00eb\nhello');
      assert.equal((await dashboard.ok('notify', { callerId, ...say('👩'.repeat(1000)) })).caller.lastMessagePreview, '👩'.repeat(80));
      const markup = '<b>x</b> & "y" \\ ✓ عربي';
      assert.equal((await dashboard.ok('notify', { callerId, ...say(markup) })).message.text, markup);
    });

    it('that is empty, too long, no text, or holds control characters is refused', async () => {
      const dashboard = await stage.dashboard();
      const { callerId } = await stage.waitingCaller();
      for (const text of ['', ' \n ', 'x'.repeat(1001), 'a\u0000b', 'a\tb', 'a\u0085b', 'a\ud800', 7, null]) {
        const error = await dashboard.refused('notify', { callerId, messageId: newId(), text }, 'invalid-request');
        assert.deepEqual(pathsIn(error.details), ['text']);
      }
    });
  });

  describe('a caller who writes', () => {
    it('is answered, shows on the board in orange, and is told to those on duty', async () => {
      const [member, administrator] = [await stage.dashboard(), await stage.dashboard(await stage.administrator())];
      const { callerId, socket } = await stage.waitingCaller();
      const { message, duplicate } = await socket.ok('sendMessage', say('I am here'));
      assert.deepEqual([message.seq, message.from, message.kind, duplicate], [1, 'caller', 'message', false]);
      assert.ok(!('senderName' in message));
      for (const dashboard of [member, administrator]) {
        const row = await dashboard.row('the row', callerId, ({ messageCount }) => messageCount === 1);
        assert.deepEqual([row.lastMessageFrom, row.unreadCount, row.unansweredSince], ['caller', 1, message.sentAt]);
        await dashboard.event(
          'the text',
          (event) => event.type === 'messagesAdded' && event.callerId === callerId && event.messages?.[0]?.text === 'I am here',
        );
        const { me } = await dashboard.ok('subscribe');
        if (me.answersMessages) {
          const { caller } = await dashboard.event(
            'the alert',
            (event) => event.type === 'callerUnanswered' && event.caller?.callerId === callerId,
          );
          assert.equal(caller?.unansweredSince, message.sentAt);
        } else {
          await sleep(500);
          assert.ok(!dashboard.events.some(({ type }) => type === 'callerUnanswered'), 'only those on duty are alerted at once');
        }
      }
    });

    it('and the clinic count together: 1, 2 in orange, 3 in blue', async () => {
      const dashboard = await stage.dashboard();
      const { callerId, socket } = await stage.waitingCaller();
      const badges: [number, string | null][] = [];
      const badge = async () => {
        const { caller } = await dashboard.ok('thread', { callerId });
        badges.push([caller.messageCount, caller.lastMessageFrom]);
      };
      await dashboard.ok('notify', { callerId, ...say('Doctor is late') });
      await badge();
      await socket.ok('sendMessage', say('Thank you'));
      await badge();
      await dashboard.ok('notify', { callerId, ...say('Soon') });
      await badge();
      assert.deepEqual(badges, [
        [1, 'clinic'],
        [2, 'caller'],
        [3, 'clinic'],
      ]);
    });

    it('repeats a message without doubling it; another text under the id is a conflict', async () => {
      const { callerId, socket } = await stage.waitingCaller();
      const sent = say('Once');
      const first = await socket.ok('sendMessage', sent);
      const again = await socket.ok('sendMessage', sent);
      assert.deepEqual([again.duplicate, again.message], [true, first.message]);
      await socket.refused('sendMessage', { ...sent, text: 'Twice' }, 'conflict');
      assert.equal((await stage.messages(callerId)).length, 1);
    });

    it('sees their own messages on their other sockets too', async () => {
      const person = await stage.waitingCaller();
      const other = await stage.callerSocket(person);
      await other.ok('resume', { afterSeq: 0 });
      const { message } = await person.socket.ok('sendMessage', say('from my phone'));
      const { messages } = await other.event('the message', ({ type }) => type === 'messagesAdded');
      assert.deepEqual(messages, [message]);
    });

    it('may write only when allowed: the own switch, else the clinic’s', async () => {
      const { callerId, socket } = await stage.waitingCaller();
      await stage.asMember('PATCH', `/callers/${callerId}`, { guestMessages: false });
      const { caller } = await socket.event(
        'the own switch',
        (event) => event.type === 'callerChanged' && event.caller?.guestMessages === false,
      );
      assert.equal(caller?.callerId, callerId);
      await socket.refused('sendMessage', say('x'), 'guest-messages-off');
      await stage.asMember('PATCH', `/callers/${callerId}`, { guestMessages: null });
      const { body: before } = await stage.asMember('GET', '/settings');
      const dashboard = await stage.dashboard();
      try {
        for (const guestMessages of [!before.guestMessages, before.guestMessages, !before.guestMessages]) {
          socket.lookAhead();
          dashboard.lookAhead();
          const { body } = await stage.asAdministrator('PATCH', '/settings', { guestMessages });
          for (const page of [socket, dashboard]) {
            const { clinic } = await page.event(
              'the clinic’s switch',
              (event) => event.type === 'clinicChanged' && (event.clinic?.version ?? 0) >= Number(body.version),
            );
            assert.ok(clinic);
            assert.equal(clinic.guestMessages, guestMessages);
            assert.ok(!('retentionDays' in clinic));
          }
          if (guestMessages) await socket.ok('sendMessage', say('x'));
          else await socket.refused('sendMessage', say('x'), 'guest-messages-off');
        }
      } finally {
        await stage.asAdministrator('PATCH', '/settings', { guestMessages: before.guestMessages });
      }
    });

    it('more than 20 times in a clock minute is told when to go on', async () => {
      const { callerId, socket } = await stage.waitingCaller();
      // 20 in this minute and 20 in the next are the most that can pass.
      for (let count = 1; count <= 41; count += 1) {
        const answer = await socket.ask('sendMessage', say(`${count}`));
        if (answer.type === 'ok') continue;
        assert.equal(answer.error?.code, 'rate-limited');
        const wait = retryAfterSeconds(answer.error?.details);
        assert.ok(wait >= 1 && wait <= 60, `${wait}`);
        assert.ok(count > 20, 'not before 20');
        assert.equal((await stage.messages(callerId)).length, count - 1);
        return;
      }
      assert.fail('41 messages passed within two minutes');
    });
  });

  describe('a conversation', () => {
    it('numbers the messages of many writers without gap or double', async () => {
      const dashboard = await stage.dashboard();
      const { callerId, socket } = await stage.waitingCaller();
      const writers = Array.from({ length: 30 }, (_, index) =>
        index % 3 === 0
          ? socket.ok('sendMessage', say(`caller ${index}`))
          : dashboard.ok('notify', { callerId, ...say(`clinic ${index}`) }),
      );
      const answered: number[] = (await Promise.all(writers)).map(({ message }) => message.seq);
      assert.deepEqual(
        answered.toSorted((a, b) => a - b),
        Array.from({ length: 30 }, (_, index) => index + 1),
      );
      const messages = await stage.messages(callerId);
      assertGapless(messages);
      assert.equal(messages.length, 30);
    });

    it('longer than a frame comes in pages, to the caller and to staff, each under 32 KB', async () => {
      const dashboard = await stage.dashboard();
      const { callerId, socket } = await stage.waitingCaller();
      const texts = Array.from({ length: 20 }, (_, index) => `${index} ${'👩'.repeat(900)}`);
      for (const text of texts) await dashboard.ok('notify', { callerId, ...say(text) });
      for (const [page, action, fields] of [
        [socket, 'resume', { afterSeq: 0 }],
        [dashboard, 'thread', { callerId }],
      ] as const) {
        page.largestFrameBytes = 0;
        const results = await page.pages(action, fields);
        const messages = results.flatMap((result) => result.messages);
        assertGapless(messages);
        assert.deepEqual(
          messages.map(({ text }) => text),
          texts,
        );
        assert.ok(results.length > 1);
        assert.ok(page.largestFrameBytes < frameLimitBytes, `${page.largestFrameBytes}`);
        assert.deepEqual((await page.ok(action, { ...fields, afterSeq: 20 })).messages, []);
      }
    });

    it('that is full takes no more, and says so', async () => {
      const dashboard = await stage.dashboard();
      const { callerId, socket } = await stage.waitingCaller();
      for (let count = 1; ; count += 1) {
        const answer = await dashboard.ask('notify', { callerId, ...say('👩'.repeat(1000)) });
        if (answer.type === 'error') {
          assert.equal(answer.error?.code, 'conversation-full');
          assert.ok(count > 20, `full after ${count - 1} messages of 4 KB`);
          break;
        }
        assert.ok(count <= 26, 'more than 100 KB');
      }
      await socket.refused('sendMessage', say('👩'.repeat(1000)), 'conversation-full');
    });

    it('is there in order when the caller comes back', async () => {
      const dashboard = await stage.dashboard();
      const person = await stage.waitingCaller();
      await dashboard.ok('notify', { callerId: person.callerId, ...say('before') });
      person.socket.drop();
      await dashboard.row('offline', person.callerId, ({ online }) => online === false);
      for (const text of ['one', 'two']) await dashboard.ok('notify', { callerId: person.callerId, ...say(text) });
      const back = await stage.callerSocket(person);
      const { messages, caller, clinic } = await back.ok('resume', { afterSeq: 1 });
      assert.deepEqual(
        messages.map(({ seq, text }) => [seq, text]),
        [
          [2, 'one'],
          [3, 'two'],
        ],
      );
      assert.deepEqual([caller.online, caller.messageCount, clinic.clinicId], [true, 3, stage.clinicId]);
      await dashboard.row('online again', person.callerId, ({ online, messageCount }) => online && messageCount === 3);
    });
  });

  describe('receipts', () => {
    it('of the caller go forward only, and show on the board', async () => {
      const dashboard = await stage.dashboard();
      const { callerId, socket } = await stage.waitingCaller();
      for (const text of ['one', 'two', 'three']) await dashboard.ok('notify', { callerId, ...say(text) });
      assert.deepEqual(await socket.ok('acknowledge', { deliveredSeq: 3, readSeq: 2 }), {});
      await dashboard.row('the receipt', callerId, ({ deliveredSeq, readSeq }) => deliveredSeq === 3 && readSeq === 2);
      assert.deepEqual(await socket.ok('acknowledge', { deliveredSeq: 1, readSeq: 1 }), {});
      assert.deepEqual(await socket.ok('acknowledge', { readSeq: 1 }), {});
      const { caller } = await dashboard.ok('thread', { callerId });
      assert.deepEqual([caller.deliveredSeq, caller.readSeq], [3, 2]);
    });

    it('of what is not there are refused', async () => {
      const { socket } = await stage.waitingCaller();
      await socket.refused('acknowledge', { deliveredSeq: 1 }, 'invalid-request');
    });

    it('of the members count what is unread', async () => {
      const dashboard = await stage.dashboard();
      const { callerId, socket } = await stage.waitingCaller();
      for (const text of ['one', 'two', 'three']) await socket.ok('sendMessage', say(text));
      assert.equal((await dashboard.ok('markRead', { callerId, seq: 2 })).caller.unreadCount, 1);
      assert.equal((await dashboard.ok('markRead', { callerId, seq: 1 })).caller.unreadCount, 1);
      assert.equal((await dashboard.ok('markRead', { callerId, seq: 3 })).caller.unreadCount, 0);
      await dashboard.row('read', callerId, ({ unreadCount }) => unreadCount === 0);
    });
  });

  describe('an unanswered message', () => {
    it('is unanswered since the first, until somebody notifies this caller; reading is no answer', async () => {
      const dashboard = await stage.dashboard();
      const { callerId, socket } = await stage.waitingCaller();
      const first = await socket.ok('sendMessage', say('one'));
      await socket.ok('sendMessage', say('two'));
      assert.equal((await dashboard.ok('markRead', { callerId, seq: 2 })).caller.unansweredSince, first.message.sentAt);
      const { caller } = await dashboard.ok('notify', { callerId, ...say('Here is your answer') });
      assert.equal(caller.unansweredSince, null);
    });

    it('is not answered by a broadcast, which turns the badge blue all the same', async () => {
      const dashboard = await stage.dashboard();
      const { callerId, socket } = await stage.waitingCaller();
      const { message } = await socket.ok('sendMessage', say('one'));
      await stage.broadcast(dashboard, { callerIds: [callerId], text: 'to many' });
      const { caller } = await dashboard.ok('thread', { callerId });
      assert.deepEqual([caller.messageCount, caller.lastMessageFrom, caller.unansweredSince], [2, 'clinic', message.sentAt]);
    });
  });
};
